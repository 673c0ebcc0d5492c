"""What the manifests and lock files of Rust: Cargo give."""

from scanner.formats.packages import cargo
from scanner.model.vocabulary import Cause
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        cargo,
        "Cargo.toml",
        """[package]
name = "app"
[dependencies]
face = "1.2"
alias = { package = "real", version = "=2.0.0" }
[target.'cfg(unix)'.dev-dependencies]
third = { path = "../third" }
""",
        [
            ("pkg:cargo/face", "", "dependencies.face"),
            ("pkg:cargo/real", "2.0.0", "dependencies.alias"),
            ("pkg:cargo/third", "", "target.cfg(unix).dev-dependencies.third"),
        ],
    ),
    Case(
        cargo,
        "Cargo.lock",
        'version = 3\n\n[[package]]\nname = "face"\nversion = "1.2.3"\ndependencies = [\n "other",\n]\n\n'
        '[[package]]\nname = "other"\nversion = "2.0.0"\n',
        [("pkg:cargo/face", "1.2.3", "line 3"), ("pkg:cargo/other", "2.0.0", "line 10")],
    ),
]
DAMAGED = [
    (cargo, "Cargo.toml", b"a = ", Cause.DAMAGED),
]
