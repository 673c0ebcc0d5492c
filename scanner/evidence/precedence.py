"""Names before sorts: where an artifact is recognised as something in particular, what merely says what sort of thing
it is adds nothing and is left out."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from scanner.evidence.confidence import VERDICT_THRESHOLD, confidence
from scanner.evidence.verdict import granted, witnesses
from scanner.model.vocabulary import Capability, Presence

if TYPE_CHECKING:
    from scanner.evidence.group import Group


def without_mere_sorts(groups: Sequence["Group"]) -> tuple["Group", ...]:
    """The groups without the matches that a technology which `gives_way` has on artifacts known by name."""
    known = _known_by_name(group for group in groups if not group.technology.gives_way)
    kept = []
    for group in groups:
        if group.technology.gives_way:
            wanted = set(group.technology.capabilities)
            matches = tuple(m for m in group.matches if not wanted <= known.get(m[1].artifact, frozenset()))
            group = msgspec.structs.replace(group, matches=matches)
        if group.matches:
            kept.append(group)
    return tuple(kept)


def _known_by_name(groups: Iterable["Group"]) -> dict[str, frozenset[Capability]]:
    """What each artifact is surely known to do."""
    known: dict[str, frozenset[Capability]] = defaultdict(frozenset)
    for group in groups:
        for artifact in {match.artifact for _, match in group.matches}:
            sights = [
                (entry, match)
                for entry, match in group.matches
                if match.artifact == artifact and match.presence.rank >= Presence.PRESENT.rank
            ]
            if sights and confidence(witnesses(sights)) >= VERDICT_THRESHOLD:
                known[artifact] |= {c for entry, _ in sights for c in granted(entry, group.technology)}
    return known
