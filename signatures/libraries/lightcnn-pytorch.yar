/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule lightcnn_code_copied
{
  meta:
    what = "the networks of the package, built of max-feature-map blocks"
  strings:
    $m1 = "class mfm("
    $m2 = "class network_29layers_v2("
    $m3 = "class resblock_v1("
    $m4 = "class network_v4("
    $m5 = "def LightCNN_29Layers_v2("
  condition:
    3 of them
}
