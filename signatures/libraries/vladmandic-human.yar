/* The default configuration names a model for each feature; the names are values and stay when code is minified. */

rule human_library_bundle
{
  strings:
    $embedding = "faceres.json"
    $spoof = "antispoof.json"
    $iris = "iris.json"
    $emotion = "emotion.json"
  condition:
    all of them
}
