"""Spoken of: the artifacts about which the catalogue says anything, worked out once for what was read of each.

Every round of depth and the judgement ask the catalogue about the same facts, and of most artifacts it knows nothing.
"""

from collections.abc import Iterator

from scanner.catalogue.index import Index
from scanner.engine.facts import Facts
from scanner.matching.match import is_spoken_of
from scanner.model.artifact import ArtifactFacts


class SpokenOf:
    """The artifacts of one scan that may match, as far as they are known."""

    def __init__(self, facts: Facts, index: Index) -> None:
        self.facts = facts
        self.index = index
        self._locators: set[str] = set()
        self._asked = 0

    def items(self) -> Iterator[ArtifactFacts]:
        """These artifacts in the order of their locators; also what became known since the last time."""
        return map(self.facts.__getitem__, self.locators())

    def locators(self) -> list[str]:
        """Their locators, sorted."""
        fresh = iter(self.facts.values())
        if self._asked:
            came_in = {*self.facts.came_in[self._asked :]} - self._locators
            fresh = map(self.facts.__getitem__, sorted(came_in))
        self._locators.update(item.artifact.locator for item in fresh if is_spoken_of(item, self.index))
        self._asked = len(self.facts.came_in)
        return sorted(self._locators)
