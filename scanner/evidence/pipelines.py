"""Pipelines: components that work as one, such as a program and the library it calls.

A component works with everything its code calls, links or loads, and with what that does in turn. The other way round
it does not hold: a library does not become what a program that uses it does besides.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from scanner.evidence.owner import Owner
from scanner.model.report import Edge

Pipelines = Mapping[str, frozenset[str]]
"""For each component by its id: the ids of those it works with, itself among them."""


def pipelines_of(components: Collection[str], edges: Iterable[Edge], owners: Mapping[str, Owner]) -> Pipelines:
    """Join the `components` (ids, of those with a finding) along the edges that prove use."""
    uses: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.kind.proves_use:
            uses[owners[edge.source].id].add(owners[edge.target].id)
    return {component: _reached(component, uses) & frozenset(components) for component in components}


def _reached(component: str, uses: Mapping[str, set[str]]) -> frozenset[str]:
    reached = {component}
    waiting = [component]
    while waiting:
        new = uses.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    return frozenset(reached)
