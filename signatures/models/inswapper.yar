/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule inswapper_code_copied
{
  meta:
    what = "the class that puts one face in the place of another, by the names of its steps"
  strings:
    $m1 = "img_white" fullword
    $m2 = "fake_diff" fullword
    $m3 = "bgr_fake" fullword
    $m4 = "source_face" fullword
    $m5 = "self.emap"
  condition:
    4 of them
}
