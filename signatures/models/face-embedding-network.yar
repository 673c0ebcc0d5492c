/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule arcface_ir_se_code
{
  meta:
    what = "a recognition network in code: residual blocks of the ArcFace papers, with or without attention"
  strings:
    $m1 = "class bottleneck_IR("
    $m2 = "class bottleneck_IR_SE("
    $m3 = "mode should be ir or ir_se"
    $m4 = "num_layers should be 50,100, or 152"
  condition:
    3 of them
}

rule arcface_iresnet_code
{
  meta:
    what = "a recognition network in code: the residual network of the ArcFace training scripts"
  strings:
    $m1 = "class IBasicBlock"
    $m2 = "class IResNet"
    $m3 = "def iresnet50("
    $m4 = "def iresnet100("
    $m5 = "fc_scale" fullword
  condition:
    4 of them
}

rule arcface_se_resnet_code
{
  meta:
    what = "a recognition network in code: the small residual network for grey pictures"
  strings:
    $m1 = "class ResNetArcFace("
    $m2 = "class IRBlock("
  condition:
    2 of them
}
