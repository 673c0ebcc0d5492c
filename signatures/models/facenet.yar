/* A frozen TensorFlow graph is protobuf: field 1 (node) first. Node names are plain text. */

rule facenet_frozen_graph
{
  strings:
    $net = "InceptionResnetV1/"
    $phase = "phase_train"
    $out = "embeddings"
  condition:
    uint8(0) == 0x0a and all of them
}

rule facenet_code_copied
{
  meta:
    what = "the tools to train and measure the network"
  strings:
    $m1 = "def prewhiten("
    $m2 = "def calculate_val_far("
    $m3 = "def calculate_roc("
    $m4 = "def get_triplet_batch("
    $m5 = "def get_image_paths_and_labels("
    $m6 = "def triplet_loss("
    $m7 = "def get_model_filenames("
  condition:
    4 of them
}

rule facenet_triplet_code
{
  meta:
    what = "the network of the paper over a common one, in code"
  strings:
    $m1 = "class FaceNetModel("
    $m2 = "def forward_classifier("
    $m3 = "def l2_norm("
    $m4 = "embedding_size"
  condition:
    3 of them
}

rule facenet_release_named
{
  meta:
    what = "the name of a release, the time at which it was trained, beside the name of the network"
  strings:
    $release = "20170512-110547"
    $network1 = "facenet"
    $network2 = "FaceNet"
    $network3 = "Facenet"
  condition:
    $release and any of ($network*)
}
