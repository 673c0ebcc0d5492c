/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule retinaface_keras_code_copied
{
  meta:
    what = "the names of the layers in the code that builds the network"
  strings:
    $m1 = "face_rpn_bbox_pred_stride16" fullword
    $m2 = "face_rpn_landmark_pred_stride32" fullword
    $m3 = "face_rpn_cls_score_reshape_stride8" fullword
    $m4 = "ssh_m1_det_context_conv3_1" fullword
    $m5 = "ssh_m2_det_context_conv1_bn" fullword
    $m6 = "ssh_m3_det_context_conv3_2" fullword
  condition:
    5 of them
}

rule retinaface_pytorch_code_copied
{
  meta:
    what = "the three heads of the network"
  strings:
    $m1 = "class ClassHead"
    $m2 = "class BboxHead"
    $m3 = "class LandmarkHead"
    $m4 = "def _make_landmark_head("
    $m5 = "def _make_bbox_head("
  condition:
    4 of them
}
