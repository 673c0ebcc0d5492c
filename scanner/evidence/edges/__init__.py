"""Edges between artifacts: which file, program or package leads to which other one, and where that was seen.

A kind of edge is one module here, found by its place, with two pure functions:

- `names(item) -> Iterator[str]`: the names under which others can refer to this artifact, each with a word of its
  own in front (`library:libx.so`, `pkg:npm/x`), so that two modules never mean different things by one name;
- `edges(item, known) -> Iterator[Edge]`: the edges that start at this artifact. `known` has the names of all
  artifacts; an edge to something that is not in the target is not yielded.

`item` is an artifact with its facts, and nothing else is looked at. The functions run only when something matched, once
for each artifact about which there is something to say. Of the edges only those are kept that lead to a match
(`scanner.evidence.reach`).
"""

import importlib
import pkgutil
import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cache
from typing import Protocol

from scanner.model.artifact import ArtifactFacts
from scanner.model.report import Edge

_STEP = re.compile("!/|/")
_Steps = tuple[str, ...]


class Names:
    """Which artifacts go by a name, and which artifacts there are."""

    def __init__(self) -> None:
        self._bearers: dict[str, list[str]] = {}
        self._locators: set[str] = set()
        self._sorted: dict[str, list[tuple[_Steps, str]]] = {}
        """Of names that were asked about."""
        self._sets: dict[str, frozenset[str]] = {}
        """The same, where the order is not asked for."""

    def __contains__(self, locator: str) -> bool:
        """Whether something is known of the artifact at that locator."""
        return locator in self._locators

    def add(self, item: ArtifactFacts) -> None:
        """Enter an artifact with everything it goes by."""
        locator = item.artifact.locator
        self._locators.add(locator)
        for module in edge_modules():
            for name in module.names(item):
                self._bearers.setdefault(name, []).append(locator)
                self._sorted.pop(name, None)
                self._sets.pop(name, None)

    def nearest(self, name: str, near: str) -> str | None:
        """Of the artifacts that go by a name, the one that shares the most folders with the locator `near`."""
        bearers = self._of(name)
        if not bearers:
            return None
        asked = steps_of(near)
        # In the order of their steps, those that share the most of them stand next to where `near` would.
        place = bisect_left(bearers, (asked, ""))
        beside = bearers[max(0, place - 1) : place + 1]
        return min(beside, key=lambda bearer: (-_shared(bearer[0], asked), len(bearer[0]), bearer[1]))[1]

    def bearers(self, name: str) -> tuple[str, ...]:
        """All artifacts that go by a name."""
        return tuple(locator for _, locator in self._of(name))

    def is_borne(self, name: str) -> bool:
        """Whether any artifact goes by the name."""
        return name in self._bearers

    def bears(self, name: str, locator: str) -> bool:
        """Whether the artifact at a locator goes by the name."""
        bearers = self._sets.get(name)
        if bearers is None:
            bearers = self._sets[name] = frozenset(self._bearers.get(name, ()))
        return locator in bearers

    def _of(self, name: str) -> list[tuple[_Steps, str]]:
        bearers = self._sorted.get(name)
        if bearers is None:
            if name not in self._bearers:
                return []
            bearers = self._sorted[name] = sorted((steps_of(locator), locator) for locator in self._bearers[name])
        return bearers


def steps_of(locator: str) -> _Steps:
    """The folders, containers and the name that a locator is made of."""
    return tuple(_STEP.split(locator))


def _shared(one: _Steps, other: _Steps) -> int:
    for count, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return count
    return min(len(one), len(other))


class EdgeModule(Protocol):
    """A module under edges/: one kind of edge."""

    def names(self, item: ArtifactFacts) -> Iterator[str]:
        """The names others may refer to the artifact by."""

    def edges(self, item: ArtifactFacts, known: Names) -> Iterator[Edge]:
        """The edges that start at the artifact."""


@cache
def edge_modules() -> tuple[EdgeModule, ...]:
    """Every module under this package that yields edges, in order of the names."""
    found = [importlib.import_module(entry.name) for entry in pkgutil.iter_modules(__path__, f"{__name__}.")]
    return tuple(module for module in found if hasattr(module, "edges"))
