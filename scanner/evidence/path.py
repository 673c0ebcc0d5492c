"""Paths: how the target leads to a technology, step by step, as a person can follow it."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from scanner.evidence.edges.nodes import TARGET, technology_node
from scanner.evidence.graph import EvidenceGraph
from scanner.evidence.owner import Owner
from scanner.model.vocabulary import EdgeKind


def path_to(
    graph: EvidenceGraph, artifact: str, ends: Iterable[str], technology: str, owners: Mapping[str, Owner]
) -> tuple[str, ...]:
    """From the target to the technology, as names a person can find.

    `ends` are the nodes by which a finding leads to its technology. A chain of code that runs what matched is told
    before one of declared dependencies, a short one before a long one; without any, the way leads to `artifact`.
    A package on the way is one step, however many of its files lie on it.
    """
    nodes = sorted(end for end in ends if end in graph.nodes)
    chain = chain_to(graph, nodes, lambda kind: kind.proves_use) or chain_to(graph, nodes, lambda _: True) or [artifact]
    names = [graph.nodes[TARGET].label]
    names += [_relative(a, b) for a, b in _pairs(graph.way_to(chain[0]))]
    names += [_step(graph, b, owners) for a, b in _pairs(chain) if a and not _is_one_package(a, b, owners)]
    names.append(graph.nodes[technology_node(technology)].label)
    # A file target is its own first artifact, and a declared package may go by the name of the one before: once each.
    return tuple(name for number, name in enumerate(names) if number == 0 or name != names[number - 1])


def _step(graph: EvidenceGraph, node: str, owners: Mapping[str, Owner]) -> str:
    owner = owners.get(node)
    return owner.name if owner is not None and owner.described_by else graph.nodes[node].label


def _is_one_package(one: str, other: str, owners: Mapping[str, Owner]) -> bool:
    first, second = owners.get(one), owners.get(other)
    return first is not None and first == second and bool(first.described_by)


def chain_to(graph: EvidenceGraph, ends: list[str], follows: Callable[[EdgeKind], bool]) -> list[str]:
    """The shortest chain of edges that begins where no such edge leads to and comes to one of the ends; empty if
    there is none."""
    after: dict[str, str] = dict.fromkeys(ends, "")
    waiting = deque(ends)
    while waiting:
        node = waiting.popleft()
        before = sorted(b for b in graph.before(node) if _leads(graph, b, node, follows))
        if not before and after[node]:
            return _unwound(node, after)
        for earlier in before:
            if earlier not in after:
                after[earlier] = node
                waiting.append(earlier)
    return []


def _leads(graph: EvidenceGraph, source: str, node: str, follows: Callable[[EdgeKind], bool]) -> bool:
    if source == TARGET or node.startswith(f"{source}!/"):
        return False
    return follows(graph.edges[source, node].kind)


def _unwound(node: str, after: Mapping[str, str]) -> list[str]:
    chain = [node]
    while after[chain[-1]]:
        chain.append(after[chain[-1]])
    return chain


def _pairs(steps: list[str]) -> Iterable[tuple[str, str]]:
    return zip(["", *steps], steps, strict=False)


def _relative(outer: str, step: str) -> str:
    """The name of a step as it is inside the one around it."""
    return step.removeprefix(f"{outer}!/") if outer else step
