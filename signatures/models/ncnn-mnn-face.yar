/* ncnn writes a network's graph as text: the number 7767517, then one line a layer with its name. */

rule ncnn_face_embedding
{
  meta:
    what = "layer names of the MobileFaceNet and ArcFace exports in a graph of ncnn"
  strings:
    $magic = "7767517"
    $pre = "pre_fc1"
    $dw = "conv_6dw7_7"
    $sep = "conv_6sep"
    $fc = "fc1"
  condition:
    $magic at 0 and $fc and any of ($pre, $dw, $sep)
}
