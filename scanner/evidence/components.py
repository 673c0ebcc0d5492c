"""Components: the smallest thing a person can act on, and which artifacts belong to it.

A container that is shipped and installed as one piece (an app, a package, a jar) is one component with everything
inside it; the outermost such container counts, for nobody removes a library from an app. Archives that merely carry
files are looked through. A file that lies free is its own component.
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec

from scanner.model.artifact import ArtifactFacts
from scanner.model.locator import base_name, containers_of
from scanner.model.observation import Identity, Library, Package

_SHIPPED_AS_ONE = (".apk", ".aab", ".apks", ".xapk", ".apkm", ".aar", ".jar", ".war", ".ear", ".ipa", ".whl", ".xpi")
_VERSION_DIGITS = re.compile(r"\d+(\.\d+)*")


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """A component as far as identity goes; its verdict comes later."""

    locator: str
    name: str
    version: str = ""
    purl: str = ""
    identity: str
    """What stays the same from version to version: purl, bundle or package id, soname, else the path without
    version digits."""

    @property
    def id(self) -> str:
        """Short, stable, and safe in a file name or an anchor."""
        return "c-" + sha256(self.identity.encode()).hexdigest()[:12]


def owners_of(locators: Iterable[str], facts: Mapping[str, ArtifactFacts]) -> dict[str, Owner]:
    """The component of each artifact, by locator."""
    identities = _identities(facts)
    owners: dict[str, Owner] = {}
    result = {}
    for locator in locators:
        root = _root_of(locator, identities)
        if root not in owners:
            owners[root] = _owner(root, identities.get(root), facts.get(root))
        result[locator] = owners[root]
    return result


def _identities(facts: Mapping[str, ArtifactFacts]) -> dict[str, Identity]:
    """What names itself: a container by a file inside it, or an artifact itself."""
    found: dict[str, Identity] = {}
    for locator, item in sorted(facts.items()):
        for observation in item.observations:
            if isinstance(observation, Identity):
                around = containers_of(locator)
                named = around[-1] if observation.subject == "container" and around else locator
                found.setdefault(named, observation)
    return found


def _root_of(locator: str, identities: Mapping[str, Identity]) -> str:
    for container in containers_of(locator):
        if container in identities or container.lower().endswith(_SHIPPED_AS_ONE):
            return container
    return locator


def _owner(root: str, identity: Identity | None, facts: ArtifactFacts | None) -> Owner:
    if identity is not None:
        stable = identity.purl or identity.bundle or identity.name
        return Owner(
            locator=root,
            name=identity.name,
            version=identity.version,
            purl=identity.purl,
            identity=stable or _path_identity(root),
        )
    observations = facts.observations if facts is not None else ()
    for observation in observations:
        if isinstance(observation, Library) and observation.role == "is":
            return Owner(locator=root, name=base_name(root), identity=f"soname:{observation.name}")
        if isinstance(observation, Package) and observation.role == "installed":
            return Owner(
                locator=root,
                name=base_name(root),
                version=observation.version,
                purl=observation.purl,
                identity=observation.purl,
            )
    return Owner(locator=root, name=base_name(root), identity=_path_identity(root))


def _path_identity(root: str) -> str:
    return "path:" + _VERSION_DIGITS.sub("", root)
