/* TensorFlow Lite files: identifier TFL3 at byte 4; tensor names of the face networks. */

rule mediapipe_face_network
{
  strings:
    $box = "regressors"
    $score = "classificators"
    $score16 = "classificator_16"
    $full_box = "reshaped_regressor_face_4"
    $full_score = "reshaped_classifier_face_4"
    $flag = "conv_faceflag"
    $lips = "output_lips"
  condition:
    uint32be(4) == 0x54464c33 and
    (($box and $score and $score16) or ($full_box and $full_score) or ($flag and $lips))
}
