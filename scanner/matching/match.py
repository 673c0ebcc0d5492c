"""Matching: an artifact's observations against the index; look-alikes are set aside with their reason."""

from collections.abc import Iterator
from functools import cache
from itertools import chain

import msgspec

from scanner.catalogue.index import ACTION, Entry, Index, names_of
from scanner.catalogue.network_pattern import fits
from scanner.catalogue.pattern import compile_pattern
from scanner.model.artifact import Artifact, ArtifactFacts
from scanner.model.finding import NotCounted
from scanner.model.listing import spelled_out
from scanner.model.network import ports_text
from scanner.model.observation import (
    AndroidEntry,
    ByteHit,
    Call,
    ClassName,
    Config,
    Digest,
    Import,
    Library,
    Listing,
    Network,
    Observation,
    Owns,
    Package,
    Product,
    Requires,
    RunPath,
    Service,
    Symbol,
)
from scanner.model.technology import Indicator, LookAlike, Technology
from scanner.model.vocabulary import IndicatorKind, Presence, Scope, TechnologyKind

NATIVE_TYPES = frozenset({"elf", "pe", "macho", "dotnet"})
PROSE_TYPES = frozenset({"prose", "signature-file", "flutter-notices", "python-distribution"})
"""What describes software, for people or for scanners, proves nothing about it: a hit there is `referenced`."""
SETTINGS_TYPES = frozenset(
    {"settings-lines", "settings-toml", "settings-yaml", "compose", "terraform", "bicep", "dockerfile"}
)
"""What says how programs are run, and is none of them. JSON holds models too."""
UNLINKED_TYPES = frozenset({"coff"})
"""Parts for programs to come, of which an import library lists what another file holds: a text in them is not used yet;
what they call is told by their symbols."""
_INSTALLED_PYTHON = "python-distribution"
"""The type of the metadata that an installed Python package, or one made to be installed, has of itself."""
_INSTALLED_NODE = "/node_modules/"
_MAY_MATCH = (Listing, Product, Network)
"""What the catalogue is asked about in ways of their own."""
_NAMES_OTHERS = (Package, Listing, Config)
_OF_THE_THING = (Call, ClassName, Import, Library, Network, Symbol)
"""What only code and models tell of themselves."""
_NAME_TABLES = frozenset({".dynstr", ".strtab", ".dynsym", ".symtab"})


FILE_NAME = "file name"
"""The place of what an artifact's own name tells."""


class FileName(msgspec.Struct, frozen=True, kw_only=True, tag="file", tag_field="kind"):
    """The artifact's own name, as an observation that needs no reader."""

    name: str
    place: str = FILE_NAME


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator met by an observation."""

    key: str
    """The indicator's key."""
    artifact: str
    """Locator."""
    artifact_type: str
    origin: str = ""
    """Which part of its container the artifact comes from, as its `origin`."""
    observation: Observation | FileName
    presence: Presence
    by: str = ""
    """The class, library or program whose code refers, if known."""
    used_by: str = ""
    """Locator of the artifact of another component whose code runs this one, where that alone proves use."""
    model: str = ""
    """Locator of the model for recognition that completes what was seen, where that needs one."""

    @property
    def seen(self) -> str:
        """What was seen, as evidence shows it."""
        match self.observation:
            case ByteHit(text=text):
                return text
            case Package(purl=purl, version=version):
                return f"{purl}@{version}" if version else purl
            case AndroidEntry(name=name, value=value) | Config(name=name, value=value):
                return f"{name}={value}" if value else name
            case Digest(value=value) | RunPath(value=value) | Requires(by=value):
                return value
            case Owns(purl=purl, name=name):
                return purl or name
            case Network():
                return _in_short(self.observation)
            case Product(name=name, version=version, role="registered") if version not in name:
                return f"{name} {version}"
            case _:
                return str(getattr(self.observation, "name", ""))


def _in_short(network: Network) -> str:
    """A network as evidence shows it: what goes in and what comes out, or how much it holds."""
    name = f" {network.name}" if network.name else ""
    ways = f"{ports_text(network.inputs)} to {ports_text(network.outputs)}"
    held = f"{sum(network.weights.values())} blocks of weights" if ways == " to " else ways
    return f"{network.framework} network{name}: {held}"


def matches_of(facts: ArtifactFacts, index: Index, unseen: str = "") -> Iterator[Match | NotCounted]:
    """Yield every match of an artifact's observations, and the look-alikes that were set aside. `unseen` is why none of
    them counts, where that is so."""
    artifact = facts.artifact
    is_list = cache(lambda: _only_names_software(facts))
    for observation in chain(spelled_out(facts.observations), _from_its_name(facts)):
        entries = tuple(_entries(observation, index))
        if not entries and isinstance(observation, Product) and observation.role == "registered":
            yield from _near(observation, artifact, index)
        for entry in entries:
            if _left_to_the_table(observation, entry, artifact) or not _of_that_version(observation, entry):
                continue
            why = unseen or _explained_away(observation, entry, artifact)
            if why:
                yield NotCounted(
                    locator=artifact.locator,
                    indicator=f"{entry.indicator.kind}: {entry.indicator.value}",
                    why=why,
                    technology=entry.technology.id,
                    place=observation.place,
                )
                continue
            presence = presence_of(observation, entry, artifact)
            if isinstance(observation, ByteHit) and entry.indicator.kind is not IndicatorKind.ENDPOINT and is_list():
                presence = min(presence, Presence.DECLARED, key=lambda one: one.rank)
            yield Match(
                key=entry.key,
                artifact=artifact.locator,
                artifact_type=artifact.type,
                origin=artifact.origin,
                observation=observation,
                presence=presence,
                by=getattr(observation, "by", ""),
            )


def _only_names_software(facts: ArtifactFacts) -> bool:
    """Whether it is a manifest, a lock, a list or settings: there a text proves no more than what its reader told of
    it, that somebody means the thing to be there. An address in it is another matter, for somebody goes there."""
    names_others = facts.artifact.type in SETTINGS_TYPES
    for observation in facts.observations:
        if isinstance(observation, _OF_THE_THING):
            return False
        is_of_another = not isinstance(observation, Package) or observation.role != "installed"
        names_others |= isinstance(observation, _NAMES_OTHERS) and is_of_another
    return names_others and facts.artifact.type not in NATIVE_TYPES


def is_spoken_of(facts: ArtifactFacts, index: Index) -> bool:
    """Whether the catalogue may say anything about an artifact: `matches_of` yields nothing where this is False."""
    for observation in facts.observations:
        if isinstance(observation, _MAY_MATCH) or index.knows(observation):
            return True
    return any(True for named in _from_its_name(facts) for _ in _entries(named, index))


def _near(product: Product, artifact: Artifact, index: Index) -> Iterator[Match]:
    """What a listed product only resembles: a mention, for a person to confirm."""
    for entry in index.near(product):
        yield Match(
            key=entry.key,
            artifact=artifact.locator,
            artifact_type=artifact.type,
            observation=msgspec.structs.replace(product, place=f"{product.place}; the name only resembles it"),
            presence=Presence.REFERENCED,
        )


def _from_its_name(facts: ArtifactFacts) -> Iterator[Observation | FileName]:
    artifact = facts.artifact
    yield FileName(name=artifact.name)
    if artifact.type in NATIVE_TYPES:
        own = {o.name: o.place for o in facts.observations if isinstance(o, Library) and o.role == "is"}
        if artifact.name not in own:
            yield Library(name=artifact.name, role="is", place=FILE_NAME)
        # What it calls itself is a name of the file too, whatever somebody has renamed it to.
        yield from (FileName(name=name, place=place) for name, place in sorted(own.items()) if name != artifact.name)


def _entries(observation: Observation | FileName, index: Index) -> Iterator[Entry]:
    if isinstance(observation, FileName):
        return index.of_file_name(observation.name)
    return index.of_observation(observation)


def _left_to_the_table(observation: Observation | FileName, entry: Entry, artifact: Artifact) -> bool:
    """A symbol's name among an ELF file's name tables is for the symbol reader: it knows import from export."""
    return (
        isinstance(observation, ByteHit)
        and entry.indicator.kind is IndicatorKind.SYMBOL
        and artifact.type == "elf"
        and observation.section in _NAME_TABLES
    )


def _of_that_version(observation: Observation | FileName, entry: Entry) -> bool:
    """Whether a package is of a version the indicator speaks of; a version that is not known may be."""
    wanted = entry.indicator.versions
    version = getattr(observation, "version", "")
    if not wanted or not version:
        return True
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        return SpecifierSet(wanted).contains(Version(version), prereleases=True)
    except InvalidVersion:
        return True


def presence_of(observation: Observation | FileName, entry: Entry, artifact: Artifact) -> Presence:
    """How strongly a match proves that the technology is there, before the component's other matches are known."""
    indicator = entry.indicator
    if not indicator.verified or indicator.switches_off or not (indicator.grants or entry.technology.capabilities):
        # What nobody saw in a real artifact, what shows no capability, or that it is switched off, is a mention.
        return Presence.REFERENCED
    if artifact.type in PROSE_TYPES and isinstance(observation, ByteHit):
        return Presence.REFERENCED
    if isinstance(observation, Package) and observation.role != "installed":
        return _of_declared(observation, artifact)
    if isinstance(observation, Service) or (isinstance(observation, Product) and observation.role == "registered"):
        return Presence.DECLARED
    if artifact.type in UNLINKED_TYPES and isinstance(observation, ByteHit):
        return min(indicator.presence or Presence.PRESENT, Presence.PRESENT, key=lambda presence: presence.rank)
    if isinstance(observation, Config) and _allows_more(observation, indicator):
        return Presence.PRESENT
    if indicator.presence is not None:
        is_own = (
            indicator.presence is Presence.USED
            and _is_of_code(observation)
            and lies_in_own_folder(artifact.locator, entry.technology, _language(observation))
        )
        return Presence.PRESENT if is_own else indicator.presence
    return _by_role(observation, entry, artifact)


def _allows_more(setting: Config, indicator: Indicator) -> bool:
    """Whether a policy allows more than an indicator speaks of, by a wildcard: then that is there, and nothing says
    that it is used."""
    return setting.name.startswith(ACTION) and not compile_pattern(indicator.value, ignore_case=True).matches(
        setting.name
    )


def _of_declared(package: Package, artifact: Artifact) -> Presence:
    """What a package that is installed asks for only as an extra, or for its developers, is seldom there, and a
    constraint asks for nothing."""
    if package.scope is Scope.CONSTRAINT:
        return Presence.REFERENCED
    is_seldom = package.scope in {Scope.EXTRA, Scope.DEV} or (
        package.scope is Scope.OPTIONAL and package.place.startswith("peerDependencies")
    )
    is_of_installed = artifact.type == _INSTALLED_PYTHON or _INSTALLED_NODE in f"/{artifact.locator}"
    return Presence.REFERENCED if is_seldom and is_of_installed else Presence.DECLARED


def _is_of_code(observation: Observation | FileName) -> bool:
    return isinstance(observation, (Call, Import, ClassName))


def _by_role(observation: Observation | FileName, entry: Entry, artifact: Artifact) -> Presence:
    match observation:
        case AndroidEntry():
            return Presence.DECLARED
        case ClassName(role="references", by=by) | Call(by=by):
            # Without the referring class it may be the technology's own code that refers.
            is_own = _own_code(by, entry) or lies_in_own_folder(
                artifact.locator, entry.technology, _language(observation)
            )
            return Presence.USED if by and not is_own else Presence.PRESENT
        case Import():
            # An import with nothing called is the wish to use it.
            return Presence.DECLARED
        case Library(role=role, by=by):
            return Presence.PRESENT if role == "is" or _own_code(by, entry) else Presence.USED
        case Symbol(role=role):
            return Presence.USED if role == "imports" else Presence.PRESENT
        case ByteHit():
            return _of_bytes(entry, artifact)
        case FileName():
            return Presence.PRESENT
        case _:
            return Presence.USED if entry.indicator.kind is IndicatorKind.CONFIG else Presence.PRESENT


def _of_bytes(entry: Entry, artifact: Artifact) -> Presence:
    """An address of a service that recognises is use of it; the mere host of a vendor is a reference.

    What belongs to the operating system is not in a program: its name there is use of it.
    """
    if entry.technology.kind is TechnologyKind.OS_API and artifact.type in NATIVE_TYPES:
        return Presence.USED
    if entry.indicator.kind is not IndicatorKind.ENDPOINT:
        return Presence.PRESENT
    return Presence.USED if entry.indicator.grants else Presence.REFERENCED


def _own_code(by: str, entry: Entry) -> bool:
    """Whether the referring class belongs to the technology itself."""
    for indicator in entry.technology.indicators:
        if indicator.kind is IndicatorKind.CLASS:
            value = indicator.value.partition(":")[2]
            package = value[:-1] if value.endswith(".*") else value.rpartition(".")[0] + "."
            if len(package) > 1 and by.startswith(package):
                return True
    return False


def _language(observation: Observation | FileName) -> str:
    return observation.language if isinstance(observation, (Call, Import, ClassName)) else ""


def lies_in_own_folder(locator: str, technology: Technology, language: str = "") -> bool:
    """Whether a source file lies in a folder that bears the name of the technology's own module (of a language)."""
    path = "/" + locator.rpartition("/")[0] + "/"
    return any(f"/{folder}/" in path for folder in _own_folders(technology, language))


def _own_folders(technology: Technology, wanted: str) -> Iterator[str]:
    """The folders that the modules of a technology lie in, as its imports and the calls of its functions name them."""
    for indicator in technology.indicators:
        if indicator.kind is not IndicatorKind.IMPORT and indicator.kind is not IndicatorKind.CALL:
            continue
        language, _, name = indicator.value.partition(":")
        if wanted not in {"", language} or (language != "python" and indicator.kind is IndicatorKind.CALL):
            continue
        folder = name.partition(".")[0] if language == "python" else name
        if folder not in {"", "*"}:
            yield folder


def _explained_away(observation: Observation | FileName, entry: Entry, artifact: Artifact) -> str | None:
    for alike in entry.technology.lookalikes:
        if _resembles(alike, observation, artifact):
            return alike.why
    return None


def _resembles(alike: LookAlike, observation: Observation | FileName, artifact: Artifact) -> bool:
    pattern = compile_pattern(alike.value)
    if alike.kind == "path":
        return pattern.matches(artifact.locator) or pattern.matches("/" + artifact.locator)
    if alike.kind == "file":
        return pattern.matches(artifact.name)
    if isinstance(observation, ByteHit):
        return pattern.matches(observation.text)
    if isinstance(observation, FileName):
        return False
    if isinstance(observation, Network):
        return alike.network is not None and fits(alike.network, observation)
    return any(kind == alike.kind and pattern.matches(name) for kind, name in names_of(observation))
