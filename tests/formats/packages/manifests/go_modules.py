"""What the manifests and lock files of Go modules give."""

from scanner.formats.packages import go_modules
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        go_modules,
        "go.mod",
        """module host.example/app

go 1.22

require host.example/owner/face v1.2.3 // indirect
require (
\thost.example/other v0.0.0-20200101000000-abcdefabcdef
)
replace host.example/x => host.example/fork/x v2.0.0
""",
        [
            ("pkg:golang/host.example/owner/face", "v1.2.3", "line 5"),
            ("pkg:golang/host.example/other", "v0.0.0-20200101000000-abcdefabcdef", "line 7"),
            ("pkg:golang/host.example/fork/x", "v2.0.0", "line 9"),
        ],
    ),
    Case(
        go_modules,
        "go.sum",
        "host.example/owner/face v1.2.3 h1:x=\nhost.example/owner/face v1.2.3/go.mod h1:y=\n",
        [("pkg:golang/host.example/owner/face", "v1.2.3", "line 1")],
    ),
    Case(
        go_modules,
        "modules.txt",
        "# host.example/owner/face v1.2.3\n## explicit; go 1.20\nhost.example/owner/face/inner\n",
        [("pkg:golang/host.example/owner/face", "v1.2.3", "line 1")],
    ),
]
WANTED = [
    (go_modules, "modules.txt", b"# host.example/a v1", True),
    (go_modules, "modules.txt", b"a list", False),
]
