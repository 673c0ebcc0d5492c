/* ONNX is protobuf without a magic; a model begins with field 1 (ir_version), a small number. */

rule mxnet_arcface_onnx
{
  meta:
    what = "layer names of the MXNet export: fc1 after pre_fc1, over residual stages"
  strings:
    $pre = "pre_fc1"
    $stage = "stage4_unit1_"
    $input = "data"
  condition:
    uint8(0) == 0x08 and uint8(1) < 0x10 and all of them
}

rule arcface_residual_onnx
{
  meta:
    what = "a network of the pytorch exporter with PReLU whose last weights are called features and fc"
  strings:
    $exporter = "pytorch"
    $prelu = "PRelu"
    $fc = "fc.weight"
    $features = "features.weight"
  condition:
    uint8(0) == 0x08 and uint8(1) < 0x10 and all of them
}
