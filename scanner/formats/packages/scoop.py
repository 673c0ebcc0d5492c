"""Scoop: what is installed on Windows, by the `install.json` that it puts into `apps/NAME/VERSION`."""

from collections.abc import Iterator

from scanner.formats.json_tree import json_object, word
from scanner.model.observation import Observation, Owns
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="scoop",
    version=1,
    line="Scoop (Windows): installed apps, with their files",
    specification="https://github.com/ScoopInstaller/Scoop/wiki/App-Manifests",
    limits="Name and version are those of the folders; what the manifest says of the app is not read.",
    names=("install.json",),
)


def wants(_name: str, head: bytes) -> bool:
    """Whether it says what Scoop notes of an installation: from which bucket, or which manifest, it came."""
    return b'"architecture"' in head and (b'"bucket"' in head or b'"url"' in head)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the folder as the app's. Raises `Unreadable` (damaged, limit) as `json_object` says."""
    noted = json_object(source, budget)
    yield Owns(
        purl="pkg:scoop/", path="./", publisher=word(noted, "bucket"), in_folders=True, as_one=True, place="bucket"
    )
