"""Depth requests: which reader should look again at which artifact, and for what.

Triage reads small tables of every file. Where something matched, a deeper reader can tell import from export, or
which class of an app calls a vendor's; it is asked about the patterns of the technologies that matched there.
"""

from collections.abc import Iterator

import msgspec

from scanner.catalogue.index import Index, entries_of
from scanner.engine.facts import Facts
from scanner.engine.known import readers
from scanner.model.artifact import ArtifactFacts
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


def depth_requests(facts: Facts, index: Index) -> Iterator[DepthRequest]:
    """What is worth a deeper look, given everything known so far; the same facts give the same requests."""
    deep = [reader for reader in readers() if reader.INFO.depth]
    for locator in facts:
        item = facts[locator]
        for reader in deep:
            if item.artifact.type in reader.INFO.deepens:
                focus = _focus(item, reader, index)
                if focus or (not reader.INFO.asks and _holds_something(item, index)):
                    yield DepthRequest(locator, reader.INFO.name, focus)


def _focus(item: ArtifactFacts, reader: Reader, index: Index) -> frozenset[str]:
    found: dict[str, Technology] = {}
    for observation in item.observations:
        for entry in index.of_observation(observation):
            if entry.indicator.kind in reader.INFO.asks:
                found[entry.technology.id] = entry.technology
    return frozenset(
        _asked_for(entry.indicator.kind, entry.indicator.value)
        for technology in found.values()
        for entry in entries_of(technology)
        if entry.indicator.kind in reader.INFO.asks
    )


def _holds_something(item: ArtifactFacts, index: Index) -> bool:
    """Whether anything in the artifact matches, so that it is worth knowing more about the artifact itself."""
    return any(True for observation in item.observations for _ in index.of_observation(observation))


def _asked_for(kind: IndicatorKind, value: str) -> str:
    """A pattern as a reader knows it: without the language, and of a call the class it is made on."""
    if kind in {IndicatorKind.CLASS, IndicatorKind.CALL}:
        name = value.partition(":")[2]
        return name.rpartition(".")[0] if kind is IndicatorKind.CALL else name
    return value
