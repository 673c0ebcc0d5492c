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
