"""What the manifests and lock files of Swift packages give."""

from scanner.formats.packages import swift_package
from scanner.model.vocabulary import Cause
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        swift_package,
        "Package.swift",
        'let p = Package(dependencies: [\n .package(url: "https://host.example/Owner/face.git", exact: "1.2.3"),\n'
        ' .package(name: "x", url: "git@host.example:owner/b.git", from: "2.0.0"),\n .package(path: "../c")])',
        [("pkg:swift/host.example/Owner/face", "1.2.3", "line 2"), ("pkg:swift/host.example/owner/b", "", "line 3")],
    ),
    Case(
        swift_package,
        "Package.resolved",
        '{"pins": [{"identity": "face", "location": "https://host.example/owner/face", "state": {"version": "1.2.3"}}],'
        ' "object": {"pins": [{"repositoryURL": "https://host.example/owner/old.git", "state": {"version": null}}]}}',
        [
            ("pkg:swift/host.example/owner/face", "1.2.3", "pins[0]"),
            ("pkg:swift/host.example/owner/old", "", "object.pins[0]"),
        ],
    ),
]
DAMAGED = [
    (swift_package, "Package.resolved", b"\xff", Cause.DAMAGED),
]
