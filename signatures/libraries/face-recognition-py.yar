/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule face_recognition_code_copied
{
  meta:
    what = "its functions, or most of them, under their own names"
  strings:
    $m1 = "def face_encodings("
    $m2 = "def compare_faces("
    $m3 = "def face_distance("
    $m4 = "def batch_face_locations("
    $m5 = "def _raw_face_landmarks("
    $m6 = "def _css_to_rect("
    $m7 = "known_face_locations" fullword
  condition:
    4 of them
}
