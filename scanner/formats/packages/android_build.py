"""What the build of an Android app leaves of the libraries in it: `META-INF/*.version` and `*.properties`.

```
META-INF/androidx.camera_camera-core.version      1.3.0                     group_artifact, the version as content
play-services-basement.properties                 version=18.1.0
                                                  client=play-services-basement
```
Renaming of classes and shrinking leave these files alone, so they name libraries in apps whose code no longer does.
Specification: the Android Gradle plugin writes the first, the build of Google's libraries the second; the groups of the
latter are those of Google's Maven repository.
"""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import maven_purl
from scanner.formats.text_lines import text_of
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="android-build",
    version=1,
    line="Libraries built into an Android app, by the version files that survive renaming",
    specification="https://developer.android.com/build/dependencies",
    limits="Of Google's libraries only those of the groups com.google.android.gms and com.google.firebase are named; "
    "the files of others do not say their group.",
    suffixes=(".version", ".properties"),
)

_LIMIT_BYTES = 4096
_VERSION = re.compile(r"\d[\w.+-]{0,60}")
_CLIENT = re.compile(r"^client\s*=\s*([\w.-]{1,100})\s*$", re.MULTILINE)
_CLIENT_VERSION = re.compile(r"^version\s*=\s*(\d[\w.+-]{0,60})\s*$", re.MULTILINE)
_GROUPS = {"play-services-": "com.google.android.gms", "firebase-": "com.google.firebase"}


def wants(name: str, head: bytes) -> bool:
    """`group_artifact.version` with a version, or properties that name a client."""
    if name.endswith(".version"):
        return "_" in name and _VERSION.fullmatch(head[:80].decode("ascii", "replace").strip()) is not None
    return b"client=" in head and b"version=" in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the library as installed: what bears its name is its own metadata.

    Raises:
        Unreadable: limit, when the file is larger than such files are.
    """
    text = text_of(source, budget, _LIMIT_BYTES)
    stem, _, suffix = source.name.rpartition(".")
    if suffix.lower() == "version":
        group, _, artifact = stem.partition("_")
        yield from _package(group, artifact, text.strip())
    elif client := _CLIENT.search(text):
        version = _CLIENT_VERSION.search(text)
        group = next((g for prefix, g in _GROUPS.items() if client[1].startswith(prefix)), "")
        yield from _package(group, client[1], version[1] if version else "")


def _package(group: str, artifact: str, version: str) -> Iterator[Observation]:
    purl = maven_purl(group, artifact)
    if purl is not None:
        yield Package(purl=purl, version=version, role="installed", place="line 1")
