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
