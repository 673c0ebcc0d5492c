"""What the manifests and lock files of Homebrew give."""

from scanner.formats.packages import homebrew
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        homebrew,
        "Brewfile",
        'tap "a/b"\nbrew "owner/tap/face", args: ["x"]\ncask "viewer"\n# brew "no"\n',
        [("pkg:brew/face", "", "line 2"), ("pkg:brew/viewer", "", "line 3")],
    ),
]
