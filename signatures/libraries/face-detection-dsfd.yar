/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule face_detection_dsfd_code_copied
{
  meta:
    what = "the detectors that it registers by name"
  strings:
    $m1 = "class RetinaNetDetector"
    $m2 = "class RetinaNetResNet50"
    $m3 = "class RetinaNetMobileNetV1"
    $m4 = "def detect_with_landmarks("
    $m5 = "RetinaFace_mobilenet025.pth"
  condition:
    3 of them
}
