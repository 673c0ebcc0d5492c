"""What the manifests and lock files of PHP: Composer give."""

from scanner.formats.packages import composer
from scanner.model.vocabulary import Cause
from tests.formats.packages.manifest import Case

CASES = [
    Case(
        composer,
        "composer.json",
        '{"require": {"php": ">=8", "vendor/face": "1.2.3"}, "require-dev": {"vendor/other": "^2"}}',
        [
            ("pkg:composer/vendor/face", "1.2.3", "require.vendor/face"),
            ("pkg:composer/vendor/other", "", "require-dev.vendor/other"),
        ],
    ),
    Case(
        composer,
        "composer.lock",
        '{"packages": [{"name": "vendor/face", "version": "v1.2.3"}], "packages-dev": [{"name": "vendor/other"}]}',
        [("pkg:composer/vendor/face", "1.2.3", "packages[0]"), ("pkg:composer/vendor/other", "", "packages-dev[0]")],
    ),
    Case(
        composer,
        "installed.json",
        '{"packages": [{"name": "vendor/face", "version": "1.2.3", "install-path": "../vendor/face"}]}',
        [],
        ("pkg:composer/vendor/face", "1.2.3"),
        "../vendor/face/",
    ),
]
DAMAGED = [
    (composer, "composer.lock", b"{", Cause.DAMAGED),
]
WANTED = [
    (composer, "installed.json", b'{"packages": [{"name"', True),
    (composer, "installed.json", b"{}", False),
]
