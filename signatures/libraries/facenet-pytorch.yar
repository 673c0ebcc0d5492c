/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule facenet_pytorch_code_copied
{
  meta:
    what = "the recognition network of FaceNet, built of its own blocks; version 2 of the same network has no layer conv2d_4b"
  strings:
    $m1 = "class Block35"
    $m2 = "class Block17"
    $m3 = "class Mixed_6a"
    $m4 = "class Mixed_7a"
    $m5 = "conv2d_4b" fullword
    $m6 = "last_linear" fullword
    $m7 = "last_bn" fullword
  condition:
    $m5 and $m7 and 6 of them
}
