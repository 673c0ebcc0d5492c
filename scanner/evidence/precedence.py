"""Names before sorts: where something is recognised in particular, what merely says what sort of thing it is adds
nothing and is left out."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from scanner.evidence.confidence import VERDICT_THRESHOLD, confidence
from scanner.evidence.verdict import granted, witnesses
from scanner.model.vocabulary import Capability, GivesWay, Presence

if TYPE_CHECKING:
    from scanner.catalogue.index import Entry
    from scanner.evidence.group import Group
    from scanner.matching.match import Match

_Place = Callable[["Group", "Match"], str]


def without_mere_sorts(groups: Sequence["Group"]) -> tuple["Group", ...]:
    """The groups without the matches that a technology which `gives_way` has where something is known by name."""
    named = [group for group in groups if group.technology.gives_way is None]
    known = {where: _known_by_name(named, place) for where, place in _PLACES.items()}
    kept = []
    for group in groups:
        where = group.technology.gives_way
        if where is not None:
            wanted = set(group.technology.capabilities)
            explained, place = known[where], _PLACES[where]
            matches = tuple(m for m in group.matches if not wanted <= explained.get(place(group, m[1]), frozenset()))
            group = msgspec.structs.replace(group, matches=matches)
        if group.matches:
            kept.append(group)
    return tuple(kept)


def _artifact(_: "Group", match: "Match") -> str:
    return match.artifact


def _component(group: "Group", _: "Match") -> str:
    return group.owner.id


_PLACES: dict[GivesWay, _Place] = {GivesWay.ARTIFACT: _artifact, GivesWay.COMPONENT: _component}
"""What of a match has to be the same as for something that is known by name."""


def _known_by_name(groups: Iterable["Group"], place: _Place) -> dict[str, frozenset[Capability]]:
    """What each place is surely known to do."""
    known: dict[str, frozenset[Capability]] = defaultdict(frozenset)
    for group in groups:
        sights: dict[str, list[tuple[Entry, Match]]] = defaultdict(list)
        for entry, match in group.matches:
            if match.presence.rank >= Presence.PRESENT.rank:
                sights[place(group, match)].append((entry, match))
        for where, seen in sights.items():
            if confidence(witnesses(seen)) >= VERDICT_THRESHOLD:
                known[where] |= {c for entry, _ in seen for c in granted(entry, group.technology)}
    return known
