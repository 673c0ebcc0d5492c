/* The network's twelve outputs: class, object, box and points at strides 8, 16 and 32. */

rule yunet_network
{
  strings:
    $class = "cls_8"
    $object = "obj_8"
    $box = "bbox_32"
    $points = "kps_32"
  condition:
    uint8(0) == 0x08 and filesize < 5000000 and all of them
}
