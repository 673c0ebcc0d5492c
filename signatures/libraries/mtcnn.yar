/* TensorFlow Lite files: identifier TFL3 at byte 4; tensor names of the three networks. */

rule mtcnn_tflite_network
{
  strings:
    $p1 = "pnet/PReLU1"
    $p2 = "pnet/conv1/"
    $r1 = "rnet/prelu4"
    $r2 = "rnet/conv4/"
    $o1 = "onet/prelu5"
    $o2 = "onet/conv5/"
  condition:
    uint32be(4) == 0x54464c33 and (all of ($p*) or all of ($r*) or all of ($o*))
}

rule mtcnn_pytorch_code_copied
{
  meta:
    what = "the refining and the output network, by the names of their layers"
  strings:
    $m1 = "softmax4_1" fullword
    $m2 = "softmax5_1" fullword
    $m3 = "softmax6_1" fullword
    $m4 = "dense5_2" fullword
    $m5 = "dense6_3" fullword
  condition:
    4 of them
}

rule mtcnn_steps_copied
{
  meta:
    what = "the steps between the three networks, under the names of the first implementation"
  strings:
    $m1 = "def generateBoundingBox("
    $m2 = "def bbreg("
    $m3 = "def rerec("
    $m4 = "def imresample("
  condition:
    3 of them
}

rule mtcnn_keras_code_copied
{
  meta:
    what = "the steps between the three networks, under the names of the package mtcnn"
  strings:
    $m1 = "def smart_nms_from_bboxes("
    $m2 = "def fix_bboxes_offsets("
    $m3 = "def replace_confidence("
    $m4 = "def upscale_bboxes("
    $m5 = "def adjust_bboxes("
  condition:
    3 of them
}

rule mtcnn_stages_copied
{
  meta:
    what = "the class that joins the three networks"
  strings:
    $m1 = "StagePNet" fullword
    $m2 = "StageRNet" fullword
    $m3 = "StageONet" fullword
    $m4 = "face_and_landmarks_detection" fullword
    $m5 = "standarize_batch" fullword
  condition:
    3 of them
}
