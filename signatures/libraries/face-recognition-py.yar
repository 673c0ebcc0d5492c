/* Code that was copied without its package, as source or compiled: names that stay when folder, modules and comments
   change. Compiled code has no `def`, and nothing between a name and what follows it. */

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
    $c1 = "_raw_face_landmarks"
    $c2 = "_css_to_rect"
    $c3 = "_trim_css_to_bounds"
    $c4 = "_raw_face_locations_batched"
  condition:
    4 of ($m*) or all of ($c*)
}
