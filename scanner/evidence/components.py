"""Components: the smallest thing a person can act on, and which artifacts belong to it.

A container that is shipped and installed as one piece (an app, a package, a jar) is one component with everything
inside it; the outermost such container counts, for nobody removes a library from an app. Archives and disk images that
merely carry files are looked through: in them, as in a folder, `claims` tells what a file belongs to, and a file that
nobody claims is its own component, with the parts that were found inside it. A row of a register of installed software
is a component too, the same as that of the files it owns.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from scanner.evidence.claims import CLAIMING, Claims
from scanner.evidence.owner import Owner
from scanner.evidence.registers import program_of, registered
from scanner.matching.match import Match
from scanner.model.artifact import ArtifactFacts
from scanner.model.observation import Service

_STATIC_LIBRARIES = (".a", ".lib")
_PART = re.compile(r"\([a-z][a-z ]*[0-9a-fx]*\)(?:~\d+)?|\.gnu_debugdata|\.debug_[a-z_]+")


class Register:
    """What names itself, and which packages claim the artifacts that are asked about."""

    def __init__(self, facts: Mapping[str, ArtifactFacts]) -> None:
        self._facts = facts
        self._claiming: list[str] | None = None
        self._rows: dict[str, Owner] = {}

    def owners_of(self, locators: Iterable[str]) -> dict[str, Owner]:
        """The component of each artifact, by locator; reads all facts once, later only those that claim."""
        files = {locator: _file_around(locator) for locator in locators}
        claims = Claims(sorted(set(files.values())), self._facts, self._facts_that_claim())
        owners = {locator: claims.owner_of(file) for locator, file in sorted(files.items())}
        self._rows.update(claims.rows)
        return owners

    def learn_rows(self, matches: Iterable[Match]) -> None:
        """Find out what the services among the matches belong to: what owns the program, else the file that tells."""
        services = [(m.artifact, m.observation) for m in matches if isinstance(m.observation, Service)]
        places = {(at, service): (program_of(at, service), at) for at, service in services}
        owners = self.owners_of({place for pair in places.values() for place in pair if place})
        for (at, service), pair in places.items():
            row = registered(at, service)
            owner = next((owners[place] for place in pair if place and owners[place].locator != place), None)
            if row is not None and owner is not None:
                self._rows[row.id] = owner

    def of_row(self, row: Owner) -> Owner:
        """The component that a row of a register of installed software stands for: an app that tells more of itself,
        as far as `owners_of` met it."""
        return self._rows.get(row.id, row)

    def _facts_that_claim(self) -> Iterator[tuple[str, ArtifactFacts]]:
        """Of the artifacts that name themselves or say what they own, in the order of the locators."""
        if self._claiming is not None:
            yield from ((locator, self._facts[locator]) for locator in self._claiming)
            return
        claiming = []
        for locator, item in _sorted_items(self._facts):
            if any(isinstance(observation, CLAIMING) for observation in item.observations):
                claiming.append(locator)
                yield locator, item
        self._claiming = claiming


def _sorted_items(facts: Mapping[str, ArtifactFacts]) -> Iterable[tuple[str, ArtifactFacts]]:
    """In the order of the locators; a store of facts gives them so by itself."""
    return sorted(facts.items()) if isinstance(facts, dict) else facts.items()


def owners_of(locators: Iterable[str], facts: Mapping[str, ArtifactFacts]) -> dict[str, Owner]:
    """The component of each artifact, by locator."""
    return Register(facts).owners_of(locators)


def _file_around(locator: str) -> str:
    """The file that an artifact is a mere part of: of a static library, or of a file in which it has no name of its own
    (containers name such members by what they are, in parentheses). Any other artifact is itself."""
    container, mark, member = locator.rpartition("!/")
    while mark and (container.lower().endswith(_STATIC_LIBRARIES) or _PART.fullmatch(member)):
        locator = container
        container, mark, member = locator.rpartition("!/")
    return locator
