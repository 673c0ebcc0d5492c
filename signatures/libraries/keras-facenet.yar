/* Code that was copied without its package, as source or compiled: names that stay when folder, modules and comments
   change. Compiled code has no `def`, and nothing between a name and what follows it. */

rule keras_facenet_code_copied
{
  meta:
    what = "the fetching and building of its network"
  strings:
    $m1 = "get_keras_model_from_prebuilt"
    $m2 = "get_keras_model_from_tensorflow"
    $m3 = "keras_weights_filename"
    $m4 = "keras_weights_sha256"
    $m5 = "download_tf_model"
  condition:
    3 of them
}

rule keras_inception_resnet_copied
{
  meta:
    what = "the Inception-ResNet of FaceNet in Keras"
  strings:
    $m1 = "def _generate_layer_name("
    $m2 = "def _inception_resnet_block("
    $m3 = "Bottleneck_BatchNorm" fullword
    $m4 = "Conv2d_4b_3x3" fullword
    $m5 = "def InceptionResNetV1("
  condition:
    4 of them
}
