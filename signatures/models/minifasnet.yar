/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule minifasnet_code_copied
{
  meta:
    what = "the networks built of narrow blocks, by the names of parameters and layers"
  strings:
    $m1 = "conv6_kernel" fullword
    $m2 = "conv_6_flatten" fullword
    $m3 = "se_reduct" fullword
    $m4 = "class Depth_Wise_SE"
    $m5 = "keep_dict" fullword
  condition:
    4 of them
}
