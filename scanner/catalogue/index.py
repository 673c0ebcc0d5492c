"""The index: which indicators could an observation match? One look-up, not one test per indicator.

Patterns without a wildcard stand in a dictionary. Those with one are filed under the literal text before it, so
that a name is only tried against patterns whose beginning it has.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from scanner.catalogue.network_pattern import fits
from scanner.catalogue.pattern_table import PatternTable
from scanner.model.network import NetworkPattern
from scanner.model.observation import (
    AndroidEntry,
    ByteHit,
    Call,
    ClassName,
    Config,
    Digest,
    Import,
    Library,
    Network,
    Observation,
    Package,
    Product,
    Service,
    Signer,
    Symbol,
)
from scanner.model.technology import Indicator, Technology
from scanner.model.vocabulary import IndicatorKind

_SO_VERSION = re.compile(r"(\.so)(\.\d+)+$")
_CASELESS = {IndicatorKind.LIBRARY, IndicatorKind.FILE, IndicatorKind.PRODUCT, IndicatorKind.PACKAGE}
_BOUNDARY = re.compile(r"[./]")
_MODULE_LANGUAGES = {"python", "js"}
BYTE_KINDS = {IndicatorKind.STRING, IndicatorKind.ENDPOINT, IndicatorKind.SYMBOL, IndicatorKind.YARA}
"""Kinds that are also, or only, looked for in bytes."""


class Entry(NamedTuple):
    """An indicator with its technology and the key by which a report's evidence leads back to it."""

    key: str
    technology: Technology
    indicator: Indicator


def entries_of(technology: Technology) -> Iterator[Entry]:
    """Every indicator of a technology, those under `all` after the one that holds them."""
    for number, indicator in enumerate(technology.indicators):
        key = f"{technology.id}#{number}"
        yield Entry(key, technology, indicator)
        for part, condition in enumerate(indicator.all_of):
            yield Entry(f"{key}.{part}", technology, condition)


class Index:
    """All indicators of a catalogue, ready to be asked."""

    def __init__(self, technologies: tuple[Technology, ...]) -> None:
        self.entries: dict[str, Entry] = {}
        self._tables: dict[IndicatorKind, PatternTable[Entry]] = defaultdict(PatternTable)
        self._networks: list[tuple[NetworkPattern, Entry]] = []
        for technology in technologies:
            for entry in entries_of(technology):
                self.entries[entry.key] = entry
                kind, value = entry.indicator.kind, entry.indicator.value
                if entry.indicator.network is not None:
                    self._networks.append((entry.indicator.network, entry))
                    continue
                self._tables[kind].add(value.lower() if kind in _CASELESS else value, entry)

    def of_observation(self, observation: Observation) -> Iterator[Entry]:
        """Entries whose pattern the observation matches, each once."""
        if isinstance(observation, ByteHit):
            entry = self.entries.get(observation.pattern)
            if entry is not None:
                yield entry
            return
        if isinstance(observation, Network):
            yield from (entry for pattern, entry in self._networks if fits(pattern, observation))
            return
        seen: set[str] = set()
        for kind, name in names_of(observation):
            for entry in self._tables[kind].look_up(name):
                if entry.key not in seen:
                    seen.add(entry.key)
                    yield entry

    def of_file_name(self, name: str) -> Iterator[Entry]:
        """Entries of kind `file` whose pattern a base name matches."""
        yield from self._tables[IndicatorKind.FILE].look_up(name.lower())

    def file_patterns(self) -> tuple[str, ...]:
        """The patterns over base names, in lower case."""
        return tuple(
            sorted({e.indicator.value.lower() for e in self.entries.values() if e.indicator.kind is IndicatorKind.FILE})
        )


def names_of(observation: Observation) -> tuple[tuple[IndicatorKind, str], ...]:
    """Under which indicator kind and by which spellings an observation is looked up."""
    match observation:
        case Package(purl=purl):
            return ((IndicatorKind.PACKAGE, purl.lower()),)
        case Import(language=language, name=name):
            return _modules(language, name)
        case Call(language=language, name=name):
            # In these languages a call names the module it comes from: it is use of what was imported.
            modules = _modules(language, name) if language in _MODULE_LANGUAGES else ()
            return ((IndicatorKind.CALL, f"{language}:{name}"), *modules)
        case ClassName(language=language, name=name):
            outer = name.partition("$")[0]
            spellings = (name,) if outer == name else (name, outer)
            return tuple((IndicatorKind.CLASS, f"{language}:{spelling}") for spelling in spellings)
        case Library(name=name):
            lower = name.lower()
            bare = bare_library_name(lower)
            spellings = (lower,) if bare == lower else (lower, bare)
            return tuple((IndicatorKind.LIBRARY, spelling) for spelling in spellings)
        case Symbol(name=name):
            return ((IndicatorKind.SYMBOL, name),)
        case Digest(algorithm=algorithm, value=value):
            return ((IndicatorKind.HASH, f"{algorithm}:{value}"),)
        case _:
            return _names_of_listed(observation)


def bare_library_name(name: str) -> str:
    """A library's name without the version that some systems put after `.so`."""
    return _SO_VERSION.sub(r"\1", name)


def _modules(language: str, name: str) -> tuple[tuple[IndicatorKind, str], ...]:
    """A dotted or slashed name with everything it lies in: importing a part is importing the whole."""
    ends = [match.start() for match in _BOUNDARY.finditer(name, 1)]
    return tuple((IndicatorKind.IMPORT, f"{language}:{name[:end]}") for end in (*ends, len(name)))


def _names_of_listed(observation: Observation) -> tuple[tuple[IndicatorKind, str], ...]:
    """The spellings of what manifests, settings and inventories list."""
    match observation:
        case AndroidEntry(entry=entry, name=name, value=value):
            bare = f"{entry}:{name}"
            return ((IndicatorKind.ANDROID, bare), (IndicatorKind.ANDROID, f"{bare}={value}"))
        case Config(name=name, value=value):
            return ((IndicatorKind.CONFIG, name), (IndicatorKind.CONFIG, f"{name}={value}"))
        case Product(name=name, publisher=publisher):
            lower = name.lower()
            return ((IndicatorKind.PRODUCT, lower), (IndicatorKind.PRODUCT, f"{lower}|{publisher.lower()}"))
        case Service(name=name):
            return ((IndicatorKind.SERVICE, name),)
        case Signer(name=name):
            return ((IndicatorKind.SIGNER, name),)
        case _:
            return ()
