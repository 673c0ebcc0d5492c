/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule uniface_code_copied
{
  meta:
    what = "the base of all its recognisers, by its messages"
  strings:
    $m1 = "Successfully initialized face encoder from"
    $m2 = "Failed to load face encoder model from"
    $m3 = "def get_normalized_embedding("
  condition:
    2 of them
}
