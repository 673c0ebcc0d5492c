"""The evidence graph: matched artifacts, what contains them, and the edges that lead to a technology.

It is asked for little: what comes before a node, and the shortest way there. So it is a few dictionaries: to load a
library for graphs takes longer than all the rest of judging a small target (`reports/graphs` loads one, for programs
that take graphs in).
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from scanner.evidence.edges.nodes import (
    TARGET,
    name_of_package,
    package_node,
    package_of,
    product_node,
    technology_node,
)
from scanner.evidence.owner import Owner
from scanner.evidence.reach import Reach
from scanner.matching.match import FileName, Match
from scanner.model.locator import base_name, containers_of
from scanner.model.observation import Call, ClassName, Import, Library, Observation, Package, Product, Symbol
from scanner.model.report import Edge, Graph, Node
from scanner.model.vocabulary import EdgeKind


def node_of(match: Match) -> str:
    """The node that a match makes lead to its technology: what a file declares, else the artifact."""
    observation = match.observation
    if isinstance(observation, Package) and observation.role != "installed":
        return package_node(match.artifact, observation.purl)
    if isinstance(observation, Product) and observation.role == "registered":
        return product_node(match.artifact, observation.name)
    return match.artifact


class EvidenceGraph:
    """A directed graph. Nodes are named as `scanner.model.report.Node` says, but for the target, which is `""`."""

    def __init__(self, target: str) -> None:
        self.nodes = {TARGET: Node(id=TARGET, kind="target", label=target)}
        self.edges: dict[tuple[str, str], Edge] = {}
        """By source and target: between two nodes the most telling edge stands."""
        self._before: dict[str, list[str]] = defaultdict(list)

    def add_node(self, name: str, kind: str, label: str) -> None:
        """Enter a node, or change what is said of it."""
        self.nodes[name] = Node(id=name, kind=kind, label=label)

    def add_edge(self, edge: Edge) -> None:
        """Enter an edge between nodes that are there."""
        ends = (edge.source, edge.target)
        known = self.edges.get(ends)
        if known is None:
            self._before[edge.target].append(edge.source)
        if known is None or edge.kind.rank > known.kind.rank:
            self.edges[ends] = edge

    def before(self, node: str) -> list[str]:
        """The nodes from which an edge leads to this one, in the order in which they were entered."""
        return self._before.get(node, [])

    def way_to(self, node: str) -> list[str]:
        """The nodes on the shortest way from the target, without the target itself.

        Of several such ways it is the one by the edges that were entered first.
        """
        way = [node]
        while way[-1] != TARGET:
            steps = self._steps[way[-1]] - 1
            way.append(next(b for b in self.before(way[-1]) if self._steps.get(b) == steps))
        return way[-2::-1]

    @cached_property
    def _steps(self) -> dict[str, int]:
        """How far each node is from the target, worked out once the graph is whole."""
        after: dict[str, list[str]] = defaultdict(list)
        for source, target in self.edges:
            after[source].append(target)
        steps = {TARGET: 0}
        waiting = deque([TARGET])
        while waiting:
            node = waiting.popleft()
            for later in after[node]:
                if later not in steps:
                    steps[later] = steps[node] + 1
                    waiting.append(later)
        return steps

    def document(self, left_out: int) -> Graph:
        """The graph as the report keeps it, sorted; `left_out` edges are not in it."""
        nodes = [msgspec.structs.replace(node, id=node.id or ".") for node in self.nodes.values()]
        edges = [msgspec.structs.replace(edge, source=edge.source or ".") for edge in self.edges.values()]
        return Graph(
            nodes=tuple(sorted(nodes, key=lambda n: n.id)),
            edges=tuple(sorted(edges, key=lambda e: (e.source, e.target, e.kind))),
            left_out=left_out,
        )


def build_graph(
    target: str, matches: Mapping[str, Iterable[Match]], owners: Mapping[str, Owner], reach: Reach
) -> EvidenceGraph:
    """From the target down to each technology. `matches` are by technology id, `owners` by locator."""
    graph = EvidenceGraph(target)
    for edge in reach.edges:
        for node in (edge.source, edge.target):
            _add_node(graph, node, owners)
        graph.add_edge(edge)
    for technology, found in sorted(matches.items()):
        end = technology_node(technology)
        graph.add_node(end, kind="technology", label=technology)
        for match in found:
            node = node_of(match)
            _add_node(graph, node, owners)
            if node != match.artifact and not graph.before(node):
                _add_node(graph, match.artifact, owners)
                graph.add_edge(Edge(source=match.artifact, target=node, kind=EdgeKind.DECLARES))
            graph.add_edge(Edge(source=node, target=end, kind=edge_kind(match.observation)))
            _add_description(graph, match.artifact, owners)
    return graph


def _add_node(graph: EvidenceGraph, node: str, owners: Mapping[str, Owner]) -> None:
    package = package_of(node) if node not in owners else None
    if package is not None:
        graph.add_node(node, kind="package", label=name_of_package(package[1]))
        return
    parent = TARGET
    for step in (*containers_of(node), node):
        owner = owners.get(step)
        is_component = owner is not None and owner.locator == step
        graph.add_node(step, kind="component" if is_component else "artifact", label=_label(step, owner))
        graph.add_edge(Edge(source=parent, target=step, kind=EdgeKind.CONTAINS))
        parent = step


def _label(locator: str, owner: Owner | None) -> str:
    """What describes a package goes by the package's name."""
    return owner.name if owner is not None and owner.described_by == locator and owner.name else base_name(locator)


def _add_description(graph: EvidenceGraph, artifact: str, owners: Mapping[str, Owner]) -> None:
    """A package leads to the matched files that are its own."""
    described_by = owners[artifact].described_by
    if described_by and described_by != artifact and described_by in graph.nodes:
        graph.add_edge(Edge(source=described_by, target=artifact, kind=EdgeKind.CONTAINS))


def edge_kind(observation: Observation | FileName) -> EdgeKind:
    """How an artifact leads to a technology."""
    match observation:
        case Library(role="links") | Symbol(role="imports"):
            return EdgeKind.LINKS
        case Library(role="loads"):
            return EdgeKind.LOADS
        case Import():
            return EdgeKind.IMPORTS
        case Call():
            return EdgeKind.CALLS
        case ClassName(role="references"):
            return EdgeKind.REFERENCES
        case _:
            return EdgeKind.HOLDS
