/* ONNX is protobuf without a magic. The layer names come from the MXNet original: 14 depthwise blocks, then pre_fc1. */

rule sface_network
{
  strings:
    $last = "pre_fc1"
    $depthwise = "conv_14_dw_conv2d"
    $point = "conv_14_conv2d"
    $early = "conv_2_dw_conv2d"
  condition:
    uint8(0) == 0x08 and uint8(1) < 0x10 and all of them
}
