/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule openface_network_copied
{
  meta:
    what = "the process that computes the numbers of a face with Torch"
  strings:
    $m1 = "def forwardPath("
    $m2 = "def forwardImage("
    $m3 = "openface-torchwrap-"
    $m4 = "nn4.small2"
    $m5 = "openface_server.lua"
  condition:
    3 of them
}

rule openface_alignment_copied
{
  meta:
    what = "the turning of a face into its frame by 68 points"
  strings:
    $m1 = "INNER_EYES_AND_BOTTOM_LIP" fullword
    $m2 = "OUTER_EYES_AND_NOSE" fullword
    $m3 = "def getLargestFaceBoundingBox("
    $m4 = "def getAllFaceBoundingBoxes("
    $m5 = "MINMAX_TEMPLATE" fullword
  condition:
    4 of them
}
