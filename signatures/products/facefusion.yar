/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule facefusion_code_copied
{
  meta:
    what = "the turning, marking and pasting of faces under its own names"
  strings:
    $m1 = "def warp_face_by_face_landmark_5("
    $m2 = "def estimate_matrix_by_face_landmark_5("
    $m3 = "def distance_to_face_landmark_5("
    $m4 = "def create_static_box_mask("
    $m5 = "def create_static_anchors("
    $m6 = "normed_warp_template" fullword
  condition:
    4 of them
}
