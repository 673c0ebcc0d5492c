/* Source code that was copied without its package: names that stay when folder, modules and comments change. */

rule deepface_code_copied
{
  meta:
    what = "functions that compare two faces by the distance of their numbers, under the names of this library"
  strings:
    $m1 = "def find_cosine_distance("
    $m2 = "def find_angular_distance("
    $m3 = "def find_euclidean_distance("
    $m4 = "def find_threshold("
    $m5 = "def extract_embeddings_and_facial_areas("
    $m6 = "source_representation" fullword
    $m7 = "test_representation" fullword
  condition:
    4 of them
}

rule deepface_search_copied
{
  meta:
    what = "the search for a face in a folder of pictures, with its helpers"
  strings:
    $m1 = "def __find_bulk_embeddings("
    $m2 = "Set refresh_database to true to assure"
    $m3 = "__find_as_dicts("
  condition:
    2 of them
}

rule deepface_interface_copied
{
  meta:
    what = "the functions a program calls, with the names of their parameters"
  strings:
    $m1 = "def verify("
    $m2 = "def represent("
    $m3 = "def find("
    $m4 = "enforce_detection" fullword
    $m5 = "detector_backend" fullword
    $m6 = "distance_metric" fullword
    $m7 = "expand_percentage" fullword
  condition:
    6 of them
}

rule deepface_detection_copied
{
  meta:
    what = "the advice it gives when it finds no face, beside the function that gives it"
  strings:
    $m1 = "consider to set enforce_detection param to False"
    $m2 = "def extract_faces("
  condition:
    2 of them
}
