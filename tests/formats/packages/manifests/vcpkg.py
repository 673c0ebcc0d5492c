"""What the manifests and lock files of C and C++: vcpkg give."""

from scanner.formats.packages import vcpkg
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        vcpkg,
        "vcpkg.json",
        '{"dependencies": ["face", {"name": "other"}], "features": {"x": {"dependencies": ["third"]}}}',
        [
            ("pkg:vcpkg/face", "", "dependencies[0]"),
            ("pkg:vcpkg/other", "", "dependencies[1]"),
            ("pkg:vcpkg/third", "", "features.x.dependencies[0]"),
        ],
    ),
    Case(
        vcpkg,
        "vcpkg.json",
        '{"dependencies": ["face"], "overrides": [{"name": "face", "version-date": "2026-01-31"}]}',
        [("pkg:vcpkg/face", "2026-01-31", "dependencies[0]")],
    ),
    Case(vcpkg, "vcpkg.spdx.json", '{\n"name": "face:x64-linux@1.2.3#1 abc"\n}', [], ("pkg:vcpkg/face", "1.2.3")),
]
