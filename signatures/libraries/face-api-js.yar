/* The library's own files define two deprecated short cuts that hold the same call; a bundler leaves them out. */

rule face_api_js_called
{
  strings:
    $call = ").withFaceDescriptors()"
    $single = ").withFaceDescriptor()"
    $own = "allFacesSsdMobilenetv1"
  condition:
    ($call or $single) and not $own
}
