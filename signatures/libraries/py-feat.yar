/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule py_feat_code_copied
{
  meta:
    what = "the lists of columns in which it returns what it saw in a face"
  strings:
    $m1 = "FEAT_EMOTION_COLUMNS" fullword
    $m2 = "FEAT_FACEBOX_COLUMNS" fullword
    $m3 = "FEAT_IDENTITY_COLUMNS" fullword
    $m4 = "AU_LANDMARK_MAP" fullword
    $m5 = "openface_2d_landmark_columns" fullword
  condition:
    3 of them
}
