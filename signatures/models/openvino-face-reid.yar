/* OpenVINO's IR is XML; the root element carries the network's name. */

rule openvino_face_reidentification
{
  strings:
    $net = /<net name="face-reidentification-retail-[0-9]{4}/
  condition:
    $net in (0..400)
}
