"""What the manifests and lock files of Apple's Carthage give."""

from scanner.formats.packages import carthage
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        carthage,
        "Cartfile",
        '# no "x"\ngithub "owner/face" ~> 2.27\ngit "https://code.example/a/b.git" "branch"\n'
        'github "o/exact" == 1.2.0\n',
        [
            ("pkg:swift/github.com/owner/face", "", "line 2"),
            ("pkg:swift/code.example/a/b", "", "line 3"),
            ("pkg:swift/github.com/o/exact", "1.2.0", "line 4"),
        ],
    ),
    Case(
        carthage,
        "Cartfile.resolved",
        'binary "https://host.example/Kit.json" "2.1"\ngithub "owner/face" "v4.5.6"\n',
        [("pkg:swift/host.example/Kit", "2.1", "line 1"), ("pkg:swift/github.com/owner/face", "4.5.6", "line 2")],
    ),
]
