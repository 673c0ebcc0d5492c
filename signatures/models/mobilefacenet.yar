/* Layer names of the TensorFlow port; they stay in the converted file whatever the file is called. */

rule mobilefacenet_tflite
{
  strings:
    $net = "MobileFaceNet/MobileFaceNet/"
    $logits = "MobileFaceNet/Logits/"
  condition:
    uint32be(4) == 0x54464c33 and $net and $logits
}

rule mobilefacenet_network_names
{
  strings:
    $first = "MobileFaceNet/Conv2d_0"
    $block = /MobileFaceNet\/Conv2d_[0-9]_InvResBlock_[0-9]/
    $last = "MobileFaceNet/Logits/LinearConv1x1"
  condition:
    uint32be(4) != 0x54464c33 and $first and $block and $last
}
