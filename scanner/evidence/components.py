"""Components: the smallest thing a person can act on, and which artifacts belong to it.

A container that is shipped and installed as one piece (an app, a package, a jar) is one component with everything
inside it; the outermost such container counts, for nobody removes a library from an app. Archives that merely carry
files are looked through: in them, as in a folder, a file belongs to the package whose metadata claims it, and a file
that nobody claims is its own component.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

import msgspec

from scanner.evidence.edges.nodes import name_of_package
from scanner.model.artifact import ArtifactFacts
from scanner.model.locator import base_name, containers_of
from scanner.model.observation import Identity, Library, Owns

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
    described_by: str = ""
    """Locator of the artifact that names the package and claims its files, if there is one."""

    @property
    def id(self) -> str:
        """Short, stable, and safe in a file name or an anchor."""
        return "c-" + sha256(f"{self.identity}\0{self.locator}".encode()).hexdigest()[:12]


def owners_of(locators: Iterable[str], facts: Mapping[str, ArtifactFacts]) -> dict[str, Owner]:
    """The component of each artifact, by locator."""
    return Register(facts).owners_of(locators)


class Register:
    """What names itself, and which paths packages claim: read from the facts once, then asked."""

    def __init__(self, facts: Mapping[str, ArtifactFacts]) -> None:
        self._facts = facts
        self._named: dict[str, Identity] = {}
        self._claims: dict[str, Owner] = {}
        self._packages_in: dict[str, list[Owner]] = {}
        self._owners: dict[str, Owner] = {}
        for locator in sorted(facts):
            for observation in facts[locator].observations:
                if isinstance(observation, Identity):
                    self._name(locator, observation)
                elif isinstance(observation, Owns):
                    self._claim(locator, observation)

    def owners_of(self, locators: Iterable[str]) -> dict[str, Owner]:
        """The component of each artifact, by locator."""
        return {locator: self.owner_of(locator) for locator in locators}

    def owner_of(self, locator: str) -> Owner:
        """The component an artifact belongs to."""
        root = self._shipped_whole(locator)
        if root is not None:
            return self._owners.setdefault(root, self._whole(root))
        claimant = self._claimant(locator)
        if claimant is not None:
            return claimant
        alone = self._whole if locator in self._named else self._file
        return self._owners.setdefault(locator, alone(locator))

    def _name(self, locator: str, identity: Identity) -> None:
        around = containers_of(locator)
        named = around[-1] if identity.subject == "container" and around else locator
        self._named.setdefault(named, identity)

    def _claim(self, locator: str, owns: Owns) -> None:
        folder = _folder(locator)
        owner = Owner(
            locator=folder or locator,
            name=name_of_package(owns.purl),
            version=owns.version,
            purl=owns.purl,
            identity=owns.purl,
            described_by=locator,
        )
        self._claims.setdefault(locator, owner)
        self._claims.setdefault(_claimed_path(folder, owns.path), owner)
        for container in containers_of(locator)[-1:]:
            self._packages_in.setdefault(container, []).append(owner)

    def _shipped_whole(self, locator: str) -> str | None:
        for container in containers_of(locator):
            if container in self._named or container.lower().endswith(_SHIPPED_AS_ONE):
                return container
        return locator if locator.lower().endswith(_SHIPPED_AS_ONE) else None

    def _whole(self, root: str) -> Owner:
        identity = self._named.get(root)
        if identity is not None:
            stable = identity.purl or identity.bundle or identity.name or _path_identity(root)
            return Owner(
                locator=root, name=identity.name, version=identity.version, purl=identity.purl, identity=stable
            )
        packages = {owner.identity: owner for owner in self._packages_in.get(root, ())}
        if len(packages) == 1:
            return msgspec.structs.replace(next(iter(packages.values())), locator=root)
        return self._file(root)

    def _claimant(self, locator: str) -> Owner | None:
        """The package with the longest claim on the artifact's path."""
        for path in _paths_upward(locator):
            owner = self._claims.get(path)
            if owner is not None:
                return owner
        return None

    def _file(self, locator: str) -> Owner:
        item = self._facts.get(locator)
        for observation in item.observations if item is not None else ():
            if isinstance(observation, Library) and observation.role == "is":
                return Owner(locator=locator, name=base_name(locator), identity=f"soname:{observation.name}")
        return Owner(locator=locator, name=base_name(locator), identity=_path_identity(locator))


def _folder(locator: str) -> str:
    """The folder an artifact lies in, without a slash at its end; empty at the root of the target."""
    head, _, _ = locator.rpartition("/")
    return head.removesuffix("!")


def _claimed_path(folder: str, path: str) -> str:
    """A claim as a locator; a folder ends in `/`, the root of a container in `!/`."""
    container, inner = _split(folder)
    joined = posixpath.normpath(posixpath.join(inner, path))
    if joined == "." or joined.startswith(".."):
        return f"{container}!/" if container else "./"
    claimed = f"{container}!/{joined}" if container else joined
    return f"{claimed}/" if path.endswith("/") else claimed


def _split(folder: str) -> tuple[str, str]:
    """A folder's container, and the path inside it."""
    container, mark, inner = folder.rpartition("!/")
    return (container, inner) if mark else ("", folder)


def _paths_upward(locator: str) -> Iterator[str]:
    """The artifact, then every folder around it, as claims spell them."""
    yield locator
    path = locator
    while "/" in path:
        path = path.rpartition("/")[0]
        yield f"{path}/"
    yield "./"


def _path_identity(root: str) -> str:
    return "path:" + _VERSION_DIGITS.sub("", root)
