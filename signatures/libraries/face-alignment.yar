/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule face_alignment_code_copied
{
  meta:
    what = "its functions under their own names"
  strings:
    $m1 = "def get_landmarks_from_batch("
    $m2 = "def get_landmarks_from_image("
    $m3 = "def get_landmarks_from_directory("
    $m4 = "return_landmark_score" fullword
    $m5 = "face_detector_kwargs" fullword
  condition:
    3 of them
}
