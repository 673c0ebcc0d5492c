/* What the part for identity verification says to a person before the camera, and where it sends the pictures; seen in
   idv.js of @transmitsecurity/platform-web-sdk 2.1.1. */

rule transmit_idv_in_page
{
  meta:
    what = "what is said to a person before the camera, and the address to which the pictures go"
  strings:
    $blur = "blur_selfie"
    $glare = "glare_selfie"
    $address = "/verify/api/v1/verification/"
  condition:
    all of them
}
