"""Components: the smallest thing a person can act on, and which artifacts belong to it.

A container that is shipped and installed as one piece (an app, a package, a jar) is one component with everything
inside it; the outermost such container counts, for nobody removes a library from an app. Archives and disk images that
merely carry files are looked through: in them, as in a folder, a file belongs to the package that a register of
installed software says owns it, else to the package whose metadata claims it, and a file that nobody claims is its own
component, with the parts that were found inside it. A row of such a register is a component too, the same as that of
the files it owns.

Only claims on the artifacts that are asked about are kept: a system's packages own more files than fit in memory.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from scanner.evidence.edges.installed import is_of_program
from scanner.evidence.edges.nodes import name_of_package
from scanner.evidence.owner import Owner, claimed_path, folder_of, paths_upward
from scanner.evidence.registers import Registers
from scanner.model.artifact import ArtifactFacts
from scanner.model.locator import base_name, containers_of
from scanner.model.observation import Identity, Library, Observation, Owns, Package, Product

_SHIPPED_AS_ONE = (
    ".apk", ".aab", ".apks", ".xapk", ".apkm", ".aar", ".jar", ".war", ".ear", ".ipa", ".whl", ".xpi", ".crx",
    ".deb", ".rpm", ".snap", ".flatpak", ".msi", ".msix", ".appx", ".appimage",
    ".egg", ".nupkg", ".vsix",
)  # fmt: skip
_PROGRAMS = (".pyz", ".pyzw", ".pex", ".asar")
"""Programs in one file: one component too, and never the package that happens to be the only one inside."""
_MERE_ARCHIVES = (".tar", ".gz", ".xz", ".zst", ".bz2", ".lzma", ".cpio")
_STATIC_LIBRARIES = (".a", ".lib")
_PART = re.compile(r"\([a-z][a-z ]*[0-9a-fx]*\)(?:~\d+)?|\.gnu_debugdata|\.debug_[a-z_]+")
_CLAIMS = (Owns, Identity, Package, Product)
"""What says whose an artifact is: all that `_Claims` and `Registers` learn from."""
_VERSION_DIGITS = re.compile(r"\d+(\.\d+)*")


class Register:
    """What names itself, and which packages claim the artifacts that are asked about."""

    def __init__(self, facts: Mapping[str, ArtifactFacts]) -> None:
        self._facts = facts
        self._claiming: list[str] | None = None

    def owners_of(self, locators: Iterable[str]) -> dict[str, Owner]:
        """The component of each artifact, by locator; reads all facts once, later only those that claim."""
        files = {locator: _file_around(locator) for locator in locators}
        claims = _Claims(sorted(set(files.values())), self._facts, self._facts_that_claim())
        return {locator: claims.owner_of(file) for locator, file in sorted(files.items())}

    def _facts_that_claim(self) -> Iterator[tuple[str, ArtifactFacts]]:
        """Of the artifacts that name themselves or say what they own, in the order of the locators."""
        if self._claiming is not None:
            yield from ((locator, self._facts[locator]) for locator in self._claiming)
            return
        claiming = []
        for locator, item in _sorted_items(self._facts):
            if any(isinstance(observation, _CLAIMS) for observation in item.observations):
                claiming.append(locator)
                yield locator, item
        self._claiming = claiming


def _sorted_items(facts: Mapping[str, ArtifactFacts]) -> Iterable[tuple[str, ArtifactFacts]]:
    """In the order of the locators; a store of facts gives them so by itself."""
    return sorted(facts.items()) if isinstance(facts, dict) else facts.items()


def owners_of(locators: Iterable[str], facts: Mapping[str, ArtifactFacts]) -> dict[str, Owner]:
    """The component of each artifact, by locator."""
    return Register(facts).owners_of(locators)


class _Claims:
    """What names itself, and which packages claim the artifacts that are asked about."""

    def __init__(
        self,
        asked: Sequence[str],
        facts: Mapping[str, ArtifactFacts],
        claiming: Iterable[tuple[str, ArtifactFacts]],
    ) -> None:
        self._programs = {
            around[-2] for around in map(containers_of, asked) if len(around) > 1 and is_of_program(around[-1])
        }
        self._facts = facts
        self._asked = {path for locator in asked for path in paths_upward(locator)}
        self._registers = Registers(asked)
        self._named: dict[str, Identity] = {}
        self._claims: dict[str, Owner] = {}
        self._described: dict[tuple[str, str], Package] = {}
        self._packages_in: dict[str, dict[str, Owner]] = {}
        self._owners: dict[str, Owner] = {}
        if not self._asked:
            return
        for locator, item in claiming:
            for observation in item.observations:
                if isinstance(observation, _CLAIMS):
                    self._learn(locator, observation)

    def _learn(self, locator: str, observation: Observation) -> None:
        if isinstance(observation, Owns) and not observation.register:
            self._claim(locator, observation)
        elif isinstance(observation, Identity):
            self._named.setdefault(_subject(locator, observation), observation)
        elif isinstance(observation, Package) and observation.role == "installed" and observation.publisher:
            self._described[(locator, observation.purl)] = observation
        else:
            self._registers.learn(locator, observation)

    def owner_of(self, locator: str) -> Owner:
        """The component an artifact belongs to."""
        root = self._shipped_whole(locator)
        if root is not None:
            return self._owners.setdefault(root, self._whole(root))
        inner = self._claimant(locator)
        outer = self._registers.owner_of(locator)
        if outer is not None:
            return msgspec.structs.replace(outer, own_names=(inner.identity,)) if inner else outer
        if inner is not None:
            return inner
        alone = self._whole if locator in self._named else self._file
        return self._owners.setdefault(locator, alone(locator))

    def _claim(self, locator: str, owns: Owns) -> None:
        claimed = [path for path in (locator, claimed_path(locator, owns.path)) if path in self._asked]
        around = [container for container in containers_of(locator) if f"{container}!/" in self._asked]
        if not claimed and not around:  # so of nearly all files of packages
            return
        described = self._described.get((locator, owns.purl))
        owner = Owner(
            locator=folder_of(locator) or locator,
            name=name_of_package(owns.purl) or owns.name,
            version=owns.version,
            purl=owns.purl,
            identity=owns.purl or f"product:{owns.name}",
            described_by=locator,
            publisher=described.publisher if described else "",
            installed_on=described.installed_on if described else "",
        )
        for path in claimed:
            self._claims.setdefault(path, owner)
        for container in around:
            self._packages_in.setdefault(container, {}).setdefault(owner.identity, owner)

    def _shipped_whole(self, locator: str) -> str | None:
        for container in containers_of(locator):
            if container in self._named or container in self._programs or _is_shipped_as_one(container):
                return container
        return locator if _is_shipped_as_one(locator) else None

    def _whole(self, root: str) -> Owner:
        identity = self._named.get(root)
        if identity is not None:
            stable = identity.purl or identity.bundle or identity.name or _path_identity(root)
            return Owner(
                locator=root, name=identity.name, version=identity.version, purl=identity.purl, identity=stable
            )
        packages = {} if root.lower().endswith(_PROGRAMS) else self._packages_in.get(root, {})
        if len(packages) == 1:
            return msgspec.structs.replace(next(iter(packages.values())), locator=root)
        return self._file(root)

    def _claimant(self, locator: str) -> Owner | None:
        """The package with the longest claim on the artifact's path."""
        return next((self._claims[path] for path in paths_upward(locator) if path in self._claims), None)

    def _file(self, locator: str) -> Owner:
        item = self._facts.get(locator)
        for observation in item.observations if item is not None else ():
            if isinstance(observation, Library) and observation.role == "is":
                return Owner(locator=locator, name=base_name(locator), identity=f"soname:{observation.name}")
        return Owner(locator=locator, name=base_name(locator), identity=_path_identity(locator))


def _file_around(locator: str) -> str:
    """The file that an artifact is a mere part of: of a static library, or of a file in which it has no name of its own
    (containers name such members by what they are, in parentheses). Any other artifact is itself."""
    container, mark, member = locator.rpartition("!/")
    while mark and (container.lower().endswith(_STATIC_LIBRARIES) or _PART.fullmatch(member)):
        locator = container
        container, mark, member = locator.rpartition("!/")
    return locator


def _is_shipped_as_one(locator: str) -> bool:
    lower = locator.lower()
    if lower.endswith(_PROGRAMS):
        return not is_of_program(lower)
    return lower.endswith(_SHIPPED_AS_ONE)


def _subject(locator: str, identity: Identity) -> str:
    """What an identity names: the artifact, the container it lies in, or the package around a few archives."""
    around = containers_of(locator)
    if identity.subject == "self" or not around:
        return locator
    if identity.subject == "container":
        return around[-1]
    return next((c for c in reversed(around) if not c.lower().endswith(_MERE_ARCHIVES)), around[0])


def _path_identity(root: str) -> str:
    return "path:" + _VERSION_DIGITS.sub("", root)
