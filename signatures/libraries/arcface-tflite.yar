/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule arcface_tflite_code_copied
{
  meta:
    what = "the class that computes the numbers of a face and their distance"
  strings:
    $m1 = "def calc_emb("
    $m2 = "def get_distance_embeddings("
    $m3 = "def _calc_emb_list("
    $m4 = "def _calc_emb_single("
  condition:
    3 of them
}
