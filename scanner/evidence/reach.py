"""Reach: of all edges between artifacts, those that lead to what matched, from as far as is worth telling."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from scanner.evidence.edges import Names, edge_modules
from scanner.model.artifact import ArtifactFacts
from scanner.model.report import Edge

MAX_STEPS = 12
"""An artifact that leads to a match only by way of more others is left out."""
MAX_EDGES = 20_000
"""More edges are not kept: the nearest to the matches are."""
_MAX_HELD = 1_000_000


class Reach(msgspec.Struct, frozen=True):
    """The edges that lead to the matches, sorted, and how many more there were."""

    edges: tuple[Edge, ...] = ()
    left_out: int = 0


def edges_leading_to(ends: Iterable[str], facts: Mapping[str, ArtifactFacts]) -> Reach:
    """Go backwards from the nodes `ends`, nearest first; the same facts give the same edges."""
    known = Names()
    for item in facts.values():
        known.add(item)
    into: dict[str, list[Edge]] = defaultdict(list)
    held = left_out = 0
    for item in facts.values():
        for module in edge_modules():
            for edge in module.edges(item, known):
                if held < _MAX_HELD:
                    into[edge.target].append(edge)
                held += 1
    left_out = max(0, held - _MAX_HELD)
    kept: list[Edge] = []
    reached = set(ends)
    frontier = sorted(reached)
    for _ in range(MAX_STEPS):
        found = [edge for node in frontier for edge in into.get(node, ())]
        room = MAX_EDGES - len(kept)
        kept += found[:room]
        left_out += len(found[room:])
        frontier = sorted({edge.source for edge in found[:room]} - reached)
        reached.update(frontier)
    left_out += sum(len(into.get(node, ())) for node in frontier)
    return Reach(tuple(sorted(kept, key=lambda e: (e.source, e.target, e.kind, e.place))), left_out)
