/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule facexlib_code_copied
{
  meta:
    what = "the class that cuts out faces and puts them back"
  strings:
    $m1 = "def add_restored_face("
    $m2 = "def paste_faces_to_input_image("
    $m3 = "def align_warp_face("
    $m4 = "eye_dist_threshold" fullword
    $m5 = "def get_inverse_affine("
    $m6 = "only_center_face" fullword
  condition:
    4 of them
}
