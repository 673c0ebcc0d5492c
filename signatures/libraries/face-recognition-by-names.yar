/* Code that says by its own names what it does with faces: names of functions, classes, settings and addresses, as
   programmers of any language write them. A face may also be a side of a solid, so no single name counts. */

rule names_of_face_recognition
{
  meta:
    what = "that people are recognised by their faces, and one or two more things that are done with faces"
  strings:
    // a person is recognised
    $told1 = /[^A-Za-z]face_recog/
    $told2 = /[^A-Za-z]face-recogni/
    $told3 = "FaceRecog"
    $told4 = /[^A-Za-z]faceRecog/
    $told5 = /[^A-Z]FACE_RECOG/
    $told6 = /[^A-Za-z]facial_recogni/
    $told7 = /[^A-Za-z]facial-recogni/
    $told8 = "FacialRecogni"
    $told9 = /[^A-Za-z]facialRecogni/
    $told10 = /[^A-Z]FACIAL_RECOGNI/
    $told11 = /[^A-Za-z]recognize_face/
    $told12 = /[^A-Za-z]recognise_face/
    $told13 = /[^A-Za-z]recognize-face/
    $told14 = "ecognizeFace"
    $told15 = "ecogniseFace"
    $told16 = "RECOGNIZE_FACE"
    $told17 = "econhecimento_facial"
    $told18 = "econocimiento_facial"
    $told19 = "econhecimentoFacial"
    $told20 = "econocimientoFacial"
    $told21 = /[^A-Za-z]facerecog/
    // faces are compared or looked up
    $compared1 = /[^A-Za-z]face_verif/
    $compared2 = /[^A-Za-z]face-verif/
    $compared3 = "FaceVerif"
    $compared4 = /[^A-Za-z]faceVerif/
    $compared5 = /[^A-Z]FACE_VERIF/
    $compared6 = /[^A-Za-z]verify_face/
    $compared7 = /[^A-Za-z]verify-face/
    $compared8 = "VerifyFace"
    $compared9 = /[^A-Za-z]verifyFace/
    $compared10 = /[^A-Z]VERIFY_FACE/
    $compared11 = /[^A-Za-z]face_match/
    $compared12 = /[^A-Za-z]face-match/
    $compared13 = "FaceMatch"
    $compared14 = /[^A-Za-z]faceMatch/
    $compared15 = /[^A-Z]FACE_MATCH/
    $compared16 = /[^A-Za-z]match_face/
    $compared17 = /[^A-Za-z]match-face/
    $compared18 = "MatchFace"
    $compared19 = /[^A-Za-z]matchFace/
    $compared20 = /[^A-Z]MATCH_FACE/
    $compared21 = /[^A-Za-z]compare_face/
    $compared22 = /[^A-Za-z]compare-face/
    $compared23 = "CompareFace"
    $compared24 = /[^A-Za-z]compareFace/
    $compared25 = /[^A-Z]COMPARE_FACE/
    $compared26 = /[^A-Za-z]face_compar/
    $compared27 = /[^A-Za-z]face-compar/
    $compared28 = "FaceCompar"
    $compared29 = /[^A-Za-z]faceCompar/
    $compared30 = /[^A-Z]FACE_COMPAR/
    $compared31 = /[^A-Za-z]face_similarity/
    $compared32 = /[^A-Za-z]face-similarity/
    $compared33 = "FaceSimilarity"
    $compared34 = /[^A-Za-z]faceSimilarity/
    $compared35 = /[^A-Z]FACE_SIMILARITY/
    $compared36 = /[^A-Za-z]face_distance/
    $compared37 = /[^A-Za-z]face-distance/
    $compared38 = "FaceDistance"
    $compared39 = /[^A-Za-z]faceDistance/
    $compared40 = /[^A-Z]FACE_DISTANCE/
    $compared41 = /[^A-Za-z]search_face/
    $compared42 = /[^A-Za-z]search-face/
    $compared43 = "SearchFace"
    $compared44 = /[^A-Za-z]searchFace/
    $compared45 = /[^A-Z]SEARCH_FACE/
    $compared46 = /[^A-Za-z]face_search/
    $compared47 = /[^A-Za-z]face-search/
    $compared48 = "FaceSearch"
    $compared49 = /[^A-Za-z]faceSearch/
    $compared50 = /[^A-Z]FACE_SEARCH/
    $compared51 = /[^A-Za-z]face_identif/
    $compared52 = /[^A-Za-z]face-identif/
    $compared53 = "FaceIdentif"
    $compared54 = /[^A-Za-z]faceIdentif/
    $compared55 = /[^A-Z]FACE_IDENTIF/
    $compared56 = /[^A-Za-z]identify_face/
    $compared57 = /[^A-Za-z]identify-face/
    $compared58 = "IdentifyFace"
    $compared59 = /[^A-Za-z]identifyFace/
    $compared60 = /[^A-Z]IDENTIFY_FACE/
    // a face becomes a row of numbers
    $numbers1 = /[^A-Za-z]face_embedding/
    $numbers2 = /[^A-Za-z]face-embedding/
    $numbers3 = "FaceEmbedding"
    $numbers4 = /[^A-Za-z]faceEmbedding/
    $numbers5 = /[^A-Z]FACE_EMBEDDING/
    $numbers6 = /[^A-Za-z]face_encoding/
    $numbers7 = /[^A-Za-z]face-encoding/
    $numbers8 = "FaceEncoding"
    $numbers9 = /[^A-Za-z]faceEncoding/
    $numbers10 = /[^A-Z]FACE_ENCODING/
    $numbers11 = /[^A-Za-z]face_descriptor/
    $numbers12 = /[^A-Za-z]face-descriptor/
    $numbers13 = "FaceDescriptor"
    $numbers14 = /[^A-Za-z]faceDescriptor/
    $numbers15 = /[^A-Z]FACE_DESCRIPTOR/
    $numbers16 = /[^A-Za-z]face_template/
    $numbers17 = /[^A-Za-z]face-template/
    $numbers18 = "FaceTemplate"
    $numbers19 = /[^A-Za-z]faceTemplate/
    $numbers20 = /[^A-Z]FACE_TEMPLATE/
    $numbers21 = /[^A-Za-z]facial_embedding/
    $numbers22 = /[^A-Za-z]facial-embedding/
    $numbers23 = "FacialEmbedding"
    $numbers24 = /[^A-Za-z]facialEmbedding/
    $numbers25 = /[^A-Z]FACIAL_EMBEDDING/
    $numbers26 = /[^A-Za-z]face_feature/
    $numbers27 = "FaceFeature"
    $numbers28 = /[^A-Za-z]faceFeature/
    // faces are kept
    $kept1 = /[^A-Za-z]face_enrol/
    $kept2 = /[^A-Za-z]face-enrol/
    $kept3 = "FaceEnrol"
    $kept4 = /[^A-Za-z]faceEnrol/
    $kept5 = /[^A-Z]FACE_ENROL/
    $kept6 = /[^A-Za-z]enrol_face/
    $kept7 = /[^A-Za-z]enrol-face/
    $kept8 = "EnrolFace"
    $kept9 = /[^A-Za-z]enrolFace/
    $kept10 = /[^A-Z]ENROL_FACE/
    $kept11 = /[^A-Za-z]enroll_face/
    $kept12 = /[^A-Za-z]enroll-face/
    $kept13 = "EnrollFace"
    $kept14 = /[^A-Za-z]enrollFace/
    $kept15 = /[^A-Z]ENROLL_FACE/
    $kept16 = /[^A-Za-z]known_face/
    $kept17 = /[^A-Za-z]known-face/
    $kept18 = "KnownFace"
    $kept19 = /[^A-Za-z]knownFace/
    $kept20 = /[^A-Z]KNOWN_FACE/
    $kept21 = /[^A-Za-z]face_gallery/
    $kept22 = /[^A-Za-z]face-gallery/
    $kept23 = "FaceGallery"
    $kept24 = /[^A-Za-z]faceGallery/
    $kept25 = /[^A-Z]FACE_GALLERY/
    $kept26 = /[^A-Za-z]face_database/
    $kept27 = /[^A-Za-z]face-database/
    $kept28 = "FaceDatabase"
    $kept29 = /[^A-Za-z]faceDatabase/
    $kept30 = /[^A-Z]FACE_DATABASE/
    // a living person is asked for
    $alive1 = /[^A-Za-z]face_liveness/
    $alive2 = /[^A-Za-z]face-liveness/
    $alive3 = /[^A-Za-z]faceLiveness/
    $alive4 = "FaceLiveness"
    $alive5 = "FACE_LIVENESS"
    $alive6 = "liveness_detect"
    $alive7 = "liveness-detect"
    $alive8 = "livenessDetect"
    $alive9 = "LivenessDetect"
    $alive10 = "liveness_check"
    $alive11 = "liveness-check"
    $alive12 = "livenessCheck"
    $alive13 = "LivenessCheck"
    $alive14 = "liveness_score"
    $alive15 = "liveness-score"
    $alive16 = "livenessScore"
    $alive17 = "LivenessScore"
    $alive18 = "liveness_result"
    $alive19 = "liveness-result"
    $alive20 = "livenessResult"
    $alive21 = "LivenessResult"
    $alive22 = "check_liveness"
    $alive23 = "check-liveness"
    $alive24 = "checkLiveness"
    $alive25 = "CheckLiveness"
    $alive26 = "detect_liveness"
    $alive27 = "detect-liveness"
    $alive28 = "detectLiveness"
    $alive29 = "DetectLiveness"
    $alive30 = "passive_liveness"
    $alive31 = "passive-liveness"
    $alive32 = "passiveLiveness"
    $alive33 = "PassiveLiveness"
    $alive34 = "active_liveness"
    $alive35 = "active-liveness"
    $alive36 = "activeLiveness"
    $alive37 = "ActiveLiveness"
    $alive38 = "offsite_liveness"
    $alive39 = "offsite-liveness"
    $alive40 = "offsiteLiveness"
    $alive41 = "OffsiteLiveness"
    $alive42 = "detect_deepfake"
    $alive43 = "detect-deepfake"
    $alive44 = "detectDeepfake"
    $alive45 = "DetectDeepfake"
    $alive46 = "deepfake_detect"
    $alive47 = "deepfake-detect"
    $alive48 = "deepfakeDetect"
    $alive49 = "DeepfakeDetect"
    $alive50 = /[^A-Za-z]face_anti_?spoof/
    $alive51 = "FaceAntiSpoof"
    $alive52 = "liveness_session"
    $alive53 = "LivenessSession"
    $alive54 = "livenessSession"
    $alive55 = "LIVENESS_DETECT"
    $alive56 = "LIVENESS_CHECK"
    $alive57 = "liveness_verif"
    $alive58 = "LivenessVerif"
    $alive59 = "liveness_compar"
    $alive60 = "LivenessCompar"
    $alive61 = "FaceSpoof"
    $alive62 = "face_spoof"
    // people are asked to show or use their own face
    $asked1 = /[^A-Za-z]face_authent/
    $asked2 = /[^A-Za-z]face-authent/
    $asked3 = "FaceAuthent"
    $asked4 = /[^A-Za-z]faceAuthent/
    $asked5 = /[^A-Za-z]face_login/
    $asked6 = "FaceLogin"
    $asked7 = /[^A-Za-z]faceLogin/
    $asked8 = /[^A-Za-z]selfie[_-]/
    $asked9 = /[a-z]Selfie/
    $asked10 = /Selfie[A-Z]/
    // faces are found
    $found1 = /[^A-Za-z]detect_face/
    $found2 = /[^A-Za-z]detect-face/
    $found3 = "DetectFace"
    $found4 = /[^A-Za-z]detectFace/
    $found5 = /[^A-Z]DETECT_FACE/
    $found6 = /[^A-Za-z]face_detect/
    $found7 = /[^A-Za-z]face-detect/
    $found8 = "FaceDetect"
    $found9 = /[^A-Za-z]faceDetect/
    $found10 = /[^A-Z]FACE_DETECT/
    // the description of a service that its own signature knows, as SDKs for many services carry it
    $described = "RekognitionService"
  condition:
    // That somebody is recognised must be told, and stands first: a file is searched for these few names alone.
    not $described and any of ($told*) and (
      any of ($numbers*) or
      any of ($alive*) or
      (any of ($compared*) and (any of ($kept*) or any of ($asked*) or any of ($found*))) or
      (any of ($kept*) and (any of ($asked*) or any of ($found*))) or
      (any of ($asked*) and any of ($found*))
    )
}

rule python_package_says_so
{
  meta:
    what = "the line in which a Python package says what it is for; the last ones in Chinese, Japanese, Korean and Russian"
  strings:
    $head = "Metadata-Version: "
    $s1 = /[\n]summary:[^\n]{0,200}[^a-z]face recognition/ nocase
    $s2 = /[\n]summary:[^\n]{0,200}facial recognition/ nocase
    $s3 = /[\n]summary:[^\n]{0,200}[^a-z]face verification/ nocase
    $s4 = /[\n]summary:[^\n]{0,200}facial verification/ nocase
    $s5 = /[\n]summary:[^\n]{0,200}[^a-z]face matching/ nocase
    $s6 = /[\n]summary:[^\n]{0,200}[^a-z]face match/ nocase
    $s7 = /[\n]summary:[^\n]{0,200}[^a-z]face comparison/ nocase
    $s8 = /[\n]summary:[^\n]{0,200}[^a-z]face authentication/ nocase
    $s9 = /[\n]summary:[^\n]{0,200}facial authentication/ nocase
    $s10 = /[\n]summary:[^\n]{0,200}[^a-z]face identification/ nocase
    $s12 = /[\n]summary:[^\n]{0,200}[^a-z]face search/ nocase
    $s13 = /[\n]summary:[^\n]{0,200}[^a-z]face liveness/ nocase
    $s14 = /[\n]summary:[^\n]{0,200}[^a-z]facial liveness/ nocase
    $s15 = /[\n]summary:[^\n]{0,200}[^a-z]face anti-spoofing/ nocase
    $s16 = /[\n]summary:[^\n]{0,200}recognize faces/ nocase
    $s17 = /[\n]summary:[^\n]{0,200}recognise faces/ nocase
    $s18 = /[\n]summary:[^\n]{0,200}compare faces/ nocase
    $s19 = /[\n]summary:[^\n]{0,200}reconhecimento facial/ nocase
    $s20 = /[\n]summary:[^\n]{0,200}reconocimiento facial/ nocase
    $s21 = /[\n]summary:[^\n]{0,200}reconnaissance faciale/ nocase
    $s22 = /[\n]summary:[^\n]{0,200}riconoscimento facciale/ nocase
    $s23 = /[\n]summary:[^\n]{0,200}gesichtserkennung/ nocase
    $s24 = /[\n]summary:[^\n]{0,200}\xe4\xba\xba\xe8\x84\xb8\xe8\xaf\x86\xe5\x88\xab/ nocase
    $s25 = /[\n]summary:[^\n]{0,200}\xe4\xba\xba\xe8\x84\xb8\xe6\xaf\x94\xe5\xaf\xb9/ nocase
    $s26 = /[\n]summary:[^\n]{0,200}\xe4\xba\xba\xe8\x84\xb8\xe6\xa3\x80\xe6\xb5\x8b/ nocase
    $s27 = /[\n]summary:[^\n]{0,200}\xe9\xa1\x94\xe8\xaa\x8d\xe8\xad\x98/ nocase
    $s28 = /[\n]summary:[^\n]{0,200}\xe9\xa1\x94\xe8\xaa\x8d\xe8\xa8\xbc/ nocase
    $s29 = /[\n]summary:[^\n]{0,200}\xec\x96\xbc\xea\xb5\xb4\x20\xec\x9d\xb8\xec\x8b\x9d/ nocase
    $s30 = /[\n]summary:[^\n]{0,200}\xd1\x80\xd0\xb0\xd1\x81\xd0\xbf\xd0\xbe\xd0\xb7\xd0\xbd\xd0\xb0\xd0\xb2\xd0\xb0\xd0\xbd\xd0\xb8\xd0\xb5\x20\xd0\xbb\xd0\xb8\xd1\x86/ nocase
    $s31 = /[\n]summary:[^\n]{0,200}\xd1\x80\xd0\xb0\xd1\x81\xd0\xbf\xd0\xbe\xd0\xb7\xd0\xbd\xd0\xb0\xd0\xb2\xd0\xb0\xd0\xbd\xd0\xb8\xd1\x8f\x20\xd0\xbb\xd0\xb8\xd1\x86/ nocase
  condition:
    $head in (0..64) and any of ($s*)
}
