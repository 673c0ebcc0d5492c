/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule insightface_recogniser_copied
{
  meta:
    what = "the class that runs a recognition network, by its looking for the first layers of an MXNet export"
  strings:
    $m1 = "class ArcFaceONNX"
    $m2 = "find_sub" fullword
    $m3 = "find_mul" fullword
    $m4 = "def compute_sim("
    $m5 = "def get_feat("
  condition:
    4 of them
}

rule insightface_detector_copied
{
  meta:
    what = "the class that runs a detector of the SCRFD kind"
  strings:
    $m1 = "_feat_stride_fpn" fullword
    $m2 = "center_cache" fullword
    $m3 = "def distance2bbox("
    $m4 = "def distance2kps("
    $m5 = "kpss_list" fullword
    $m6 = "_num_anchors" fullword
  condition:
    5 of them
}

rule insightface_analysis_copied
{
  meta:
    what = "the class that joins detector and recogniser, by its messages"
  strings:
    $m1 = "duplicated model task type, ignore:"
    $m2 = "find model: %s"
    $m3 = "'find model:'"
  condition:
    2 of them
}
