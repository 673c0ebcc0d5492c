/* Code that was copied without its package, as source or compiled: names that stay when folder, modules and comments
   change. Compiled code has no `def`, and nothing between a name and what follows it. */

rule face_detection_dsfd_code_copied
{
  meta:
    what = "the detectors that it registers by name"
  strings:
    $m1 = "RetinaNetDetector"
    $m2 = "RetinaNetResNet50"
    $m3 = "RetinaNetMobileNetV1"
    $m4 = "detect_with_landmarks"
    $m5 = "RetinaFace_mobilenet025.pth"
  condition:
    3 of them
}
