"""Depth requests: which reader should look again at which artifact, and for what.

Triage reads small tables of every file. Where something matched, a deeper reader can tell import from export, or
which class of an app calls a vendor's; it is asked about the patterns of the technologies that matched there. Or it is
asked about what matched beside it: which class of an app loads that library?
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

import msgspec

from scanner.catalogue.index import entries_of
from scanner.engine.known import readers
from scanner.engine.spoken_of import SpokenOf
from scanner.matching.match import Match
from scanner.model.artifact import ArtifactFacts
from scanner.model.locator import app_of
from scanner.model.source import Reader
from scanner.model.technology import Technology
from scanner.model.vocabulary import IndicatorKind

ROUNDS = 3
"""How often depth may be asked for, each time with what the last answers showed."""


class DepthRequest(msgspec.Struct, frozen=True):
    """Ask one reader about one artifact."""

    locator: str
    reader: str
    focus: frozenset[str]


def depth_requests(spoken_of: SpokenOf) -> list[DepthRequest]:
    """What is worth a deeper look, given everything known so far; the same facts give the same requests.

    The largest artifacts come first, so that at the end no core waits for one of them.
    """
    facts = spoken_of.facts
    deep = [reader for reader in readers() if reader.INFO.depth]
    beside = [reader for reader in deep if reader.INFO.asks_after]
    inside = _Inside(spoken_of, frozenset(kind for reader in beside for kind in reader.INFO.asks_after))
    sizes: dict[str, int] = {}
    requests: list[DepthRequest] = []
    for item in spoken_of.items():
        inside.note(item)
        sizes[item.artifact.locator] = item.artifact.size
        for reader in deep:
            if item.artifact.type not in reader.INFO.deepens or reader.INFO.asks_after:
                continue
            met = spoken_of.met(item)
            focus = _focus(met, reader)
            if focus or (met and not reader.INFO.asks):
                requests.append(DepthRequest(item.artifact.locator, reader.INFO.name, focus))
    deepened = frozenset(kind for reader in beside for kind in reader.INFO.deepens)
    for locator in facts.of_types(deepened):
        requests += (
            DepthRequest(locator, reader.INFO.name, focus)
            for reader in beside
            if facts.type_of(locator) in reader.INFO.deepens and (focus := inside.names(locator, reader))
        )
    return sorted(requests, key=lambda r: (-sizes.get(r.locator, 0), r.locator, r.reader))


class _Inside:
    """What lies together in a container, such as an app's code and its libraries."""

    def __init__(self, spoken_of: SpokenOf, kinds: frozenset[str]) -> None:
        self._spoken_of = spoken_of
        self._kinds = kinds
        self._locators: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._matched = cache(self._names_of_matched)

    def note(self, item: ArtifactFacts) -> None:
        """Remember where an artifact lies that a reader may ask after."""
        container = app_of(item.artifact.locator)
        if item.artifact.type in self._kinds:
            self._locators[container, item.artifact.type].append(item.artifact.locator)

    def names(self, locator: str, reader: Reader) -> frozenset[str]:
        """The names of those that matched beside or inside an artifact, of the types the reader asks after."""
        places = (app_of(locator), locator)
        return frozenset[str]().union(*(self._matched(at, kind) for at in places for kind in reader.INFO.asks_after))

    def _names_of_matched(self, container: str, kind: str) -> frozenset[str]:
        items = map(self._spoken_of.facts.__getitem__, self._locators.get((container, kind), ()))
        return frozenset(
            i.artifact.name for i in items if any(isinstance(m, Match) for m in self._spoken_of.matches(i))
        )


def _focus(met: Iterable[tuple[Technology, IndicatorKind]], reader: Reader) -> frozenset[str]:
    """What a reader is asked about: all indicators of its kinds that the technologies have of which one was met."""
    found = {technology.id: technology for technology, kind in met if kind in reader.INFO.asks}
    return frozenset(
        _asked_for(entry.indicator.kind, entry.indicator.value)
        for technology in found.values()
        for entry in entries_of(technology)
        if entry.indicator.kind in reader.INFO.asks
    )


def _asked_for(kind: IndicatorKind, value: str) -> str:
    """A pattern as a reader knows it: without the language, and of a call the class it is made on."""
    if kind in {IndicatorKind.CLASS, IndicatorKind.CALL}:
        name = value.partition(":")[2]
        return name.rpartition(".")[0] if kind is IndicatorKind.CALL else name
    return value
