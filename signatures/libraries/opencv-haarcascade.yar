/* OpenCV's cascade files are XML; those it ships begin with a comment that says what they find. */

rule opencv_face_cascade_file
{
  strings:
    $storage = "<opencv_storage>"
    $frontal = /(adaboost|boost)[^\n]{0,40} (frontal|profile) ?face/ nocase
    $purpose = /(frontal|profile) face detector/ nocase
  condition:
    $storage in (0..6000) and ($frontal in (0..6000) or $purpose in (0..6000))
}
