"""Spoken of: the artifacts about which the catalogue says anything, worked out once for what was read of each.

What comes in is asked about at once, while the workers read on, so that little is left to ask when they are done. Every
round of depth and the judgement then ask about the same facts, and of most artifacts the catalogue knows nothing.
"""

from collections.abc import Iterator

import msgspec

from scanner.catalogue.index import Index
from scanner.engine.facts import Facts
from scanner.matching.match import Match, is_spoken_of, matches_of
from scanner.model.artifact import ArtifactFacts
from scanner.model.finding import NotCounted
from scanner.model.technology import Technology
from scanner.model.vocabulary import IndicatorKind

_Found = tuple[Match | NotCounted, ...]
_Met = tuple[tuple[Technology, IndicatorKind], ...]


class SpokenOf:
    """The artifacts of one scan that may match, as far as they are known."""

    def __init__(self, facts: Facts, index: Index) -> None:
        self.facts = facts
        self.index = index
        self._locators: set[str] = set()
        self._asked_about: set[str] = set()
        self._matches: dict[str, _Found] = {}
        """Of these artifacts, worked out when first asked for; so are the next."""
        self._met: dict[str, _Met] = {}
        self._asked = 0
        """How many of the facts that came in."""

    def note(self, found: ArtifactFacts) -> None:
        """Ask about facts that have just been added, which spares asking about them later."""
        if self._asked != len(self.facts.came_in) - 1:
            return
        self._asked += 1
        locator = found.artifact.locator
        if locator in self._asked_about:  # what is new of it; what it is called and its type came first
            self._forget(locator)
            self._ask(msgspec.structs.replace(found, artifact=self.facts[locator].artifact))
            return
        self._ask(found)
        if locator in self._locators:
            self._matches[locator] = tuple(matches_of(found, self.index))

    def items(self) -> Iterator[ArtifactFacts]:
        """These artifacts in the order of their locators; also what became known since the last time."""
        return map(self.facts.__getitem__, self.locators())

    def locators(self) -> list[str]:
        """Their locators, sorted."""
        came_in = self.facts.came_in[self._asked :]
        if self._asked:
            for item in map(self.facts.__getitem__, sorted({*came_in})):
                self._ask(item)
        else:
            for item in self.facts.values():
                self._ask(item)
        for locator in came_in:
            self._forget(locator)
        self._asked = len(self.facts.came_in)
        return sorted(self._locators)

    def matches(self, item: ArtifactFacts) -> _Found:
        """All matches of one of these artifacts, and the look-alikes."""
        locator = item.artifact.locator
        if locator not in self._matches:
            self._matches[locator] = tuple(matches_of(item, self.index))
        return self._matches[locator]

    def met(self, item: ArtifactFacts) -> _Met:
        """The technologies of which observations of one of these artifacts meet an indicator, and of which kind that
        is; look-alikes too."""
        locator = item.artifact.locator
        if locator not in self._met:
            entries = (entry for observation in item.observations for entry in self.index.of_observation(observation))
            pairs = {(e.technology.id, e.indicator.kind): (e.technology, e.indicator.kind) for e in entries}
            self._met[locator] = tuple(pairs.values())
        return self._met[locator]

    def _forget(self, locator: str) -> None:
        self._matches.pop(locator, None)
        self._met.pop(locator, None)

    def _ask(self, item: ArtifactFacts) -> None:
        locator = item.artifact.locator
        self._asked_about.add(locator)
        if locator not in self._locators and is_spoken_of(item, self.index):
            self._locators.add(locator)
