"""What the manifests and lock files of Dart and Flutter: pub give."""

from scanner.formats.packages import pub
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        pub,
        "pubspec.yaml",
        """name: app
version: 1.0.0
environment:
  sdk: ^3.0.0
dependencies:
  flutter:
    sdk: flutter
  face_kit: ^1.2.0
  exact: 2.0.0 # pinned
dev_dependencies:
  lints: any
""",
        [
            ("pkg:pub/flutter", "", "line 6"),
            ("pkg:pub/face_kit", "", "line 8"),
            ("pkg:pub/exact", "2.0.0", "line 9"),
            ("pkg:pub/lints", "", "line 11"),
        ],
        ("pkg:pub/app", "1.0.0"),
        "./",
    ),
    Case(
        pub,
        "pubspec.lock",
        """packages:
  face_kit:
    dependency: "direct main"
    description:
      name: face_kit
      url: "https://host.example"
    source: hosted
    version: "1.2.3"
sdks:
  dart: ">=3.0.0"
""",
        [("pkg:pub/face_kit", "1.2.3", "line 2")],
    ),
]
