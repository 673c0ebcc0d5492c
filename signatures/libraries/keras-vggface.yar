/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule keras_vggface_code_copied
{
  meta:
    what = "the three networks of the package, by the names of their blocks and weights"
  strings:
    $m1 = "def senet_se_block("
    $m2 = "def resnet_identity_block("
    $m3 = "def senet_identity_block("
    $m4 = "def SENET50("
    $m5 = "rcmalli_vggface_tf_vgg16" fullword
    $m6 = "vggface_senet50" fullword
  condition:
    4 of them
}
