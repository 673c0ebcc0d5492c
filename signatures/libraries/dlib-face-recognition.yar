/*
  dlib writes a network as a version number and length-prefixed tags; integers are written as one byte that holds sign
  and length, then the value (dlib/serialize.h).
*/

rule dlib_face_embedding_model
{
  meta:
    what = "a serialised network with metric loss over a sized RGB image: the face recogniser"
  strings:
    $loss = "loss_metric_2"
    $image = "input_rgb_image_sized"
    $last = "fc_2"
  condition:
    uint32be(0) == 0x0101010d and $loss at 4 and $image and $last
}

rule dlib_face_landmark_model
{
  meta:
    what = "a serialised shape predictor of 5 or 68 points (10 or 136 coordinates)"
  condition:
    filesize > 1000000 and
    ((uint32be(0) == 0x0101810a and uint16be(4) == 0x8101) or (uint32be(0) == 0x01018188 and uint16be(4) == 0x8101))
}

rule dlib_face_embedding_code
{
  meta:
    what = "the text of an assertion in dlib's metric loss, instantiated with a layer of 128 outputs"
  strings:
    $loss = /dlib::loss_metric_::to_label[ -~]{0,400}fc_<128/
  condition:
    $loss
}
