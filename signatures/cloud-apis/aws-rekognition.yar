// Compiled programs that carry the literal X-Amz-Target of an operation. Linkers drop what a program does not call
// (Go, Rust, Swift), so the target there is a use; the SDK's own shared library carries them all and is left out.

rule rekognition_searches_in_program
{
    strings:
        $search_faces = "RekognitionService.SearchFaces" ascii
        $search_users = "RekognitionService.SearchUsers" ascii
        $index = "RekognitionService.IndexFaces" ascii
        $associate = "RekognitionService.AssociateFaces" ascii
        $start = "RekognitionService.StartFaceSearch" ascii
        $own_library = "aws-cpp-sdk-rekognition" ascii
    condition:
        (uint32(0) == 0x464c457f or uint16(0) == 0x5a4d or uint32(0) == 0xfeedfacf or (uint32be(0) == 0xcafebabe and uint32be(4) < 20))
        and any of ($search_faces, $search_users, $index, $associate, $start) and not $own_library
}

rule rekognition_compares_in_program
{
    strings:
        $compare = "RekognitionService.CompareFaces" ascii
        $own_library = "aws-cpp-sdk-rekognition" ascii
    condition:
        (uint32(0) == 0x464c457f or uint16(0) == 0x5a4d or uint32(0) == 0xfeedfacf or (uint32be(0) == 0xcafebabe and uint32be(4) < 20))
        and $compare and not $own_library
}
