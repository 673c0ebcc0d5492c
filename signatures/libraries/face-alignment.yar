/* Code that was copied without its package, as source or compiled: names that stay when folder, modules and comments
   change. Compiled code has no `def`, and nothing between a name and what follows it. */

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
    $c1 = "get_landmarks_from_batch"
    $c2 = "get_landmarks_from_image"
    $c3 = "get_landmarks_from_directory"
    $c4 = "return_landmark_score"
  condition:
    3 of ($m*) or all of ($c*)
}
