/*
  A linker takes from a static library only the objects a program refers to. So a recogniser alone means a call; a
  recogniser among all the other modules is just a whole OpenCV.
*/

rule opencv_face_recogniser_linked_on_purpose
{
  meta:
    what = "LBPH without its sisters, or SFace without the cascade detector that lives in the same module"
  strings:
    $lbph = "N2cv4face4LBPHE"
    $lbph_pe = ".?AVLBPH@face@cv@@"
    $eigen = "EigenFaceRecognizer"
    $fisher = "FisherFaceRecognizer"
    $sface = "N2cv20FaceRecognizerSFImplE"
    $sface_pe = ".?AVFaceRecognizerSFImpl@cv@@"
    $cascade = "CascadeClassifierImpl"
    $python = "cv2.FaceRecognizerSF"
    $java = "Java_org_opencv_"
  condition:
    (uint32be(0) == 0x7f454c46 or uint16be(0) == 0x4d5a or uint32(0) == 0xfeedfacf or uint32be(0) == 0xcafebabe) and
    not $python and not $java and
    ((any of ($lbph, $lbph_pe) and not $eigen and not $fisher) or (any of ($sface, $sface_pe) and not $cascade))
}

rule opencv_face_module_by_its_contents
{
  meta:
    what = "all recognisers of the face module, and none of the modules that a whole OpenCV has beside it"
  strings:
    $lbph = "N2cv4face4LBPHE"
    $eigen = "N2cv4face10Eigenfaces"
    $lbph_pe = ".?AVLBPH@face@cv@@"
    $eigen_pe = ".?AVEigenfaces@face@cv@@"
    $cascade = "CascadeClassifierImpl"
    $python = "cv2.FaceRecognizerSF"
    $java = "Java_org_opencv_"
  condition:
    (uint32be(0) == 0x7f454c46 or uint16be(0) == 0x4d5a or uint32(0) == 0xfeedfacf or uint32be(0) == 0xcafebabe) and
    ($lbph and $eigen or $lbph_pe and $eigen_pe) and not $cascade and not $python and not $java
}

rule opencv_trained_face_templates
{
  meta:
    what = "a file in which OpenCV saved trained faces: histograms or eigenvectors with their labels"
  strings:
    $yaml = "%YAML:"
    $xml = "<opencv_storage>"
    $tag = /opencv_(lbph|eigen|fisher)faces[:>]/
    $labels = "labels"
    $data = "opencv-matrix"
  condition:
    ($yaml at 0 or $xml in (0..200)) and $tag in (0..400) and $labels and $data
}
