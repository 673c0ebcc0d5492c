"""The evidence graph: matched artifacts, what contains them, and the edges that lead to a technology."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

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


def build_graph(target: str, matches: Mapping[str, Iterable[Match]], owners: Mapping[str, Owner], reach: Reach) -> Any:
    """A networkx DiGraph from the target down to each technology.

    `matches` are by technology id, `owners` by locator. Nodes are named as `scanner.model.report.Node` says, but for
    the target, which is `""`; each node has `kind` and `label`, each edge `kind`, `place` and `scope`.
    """
    import networkx

    graph = networkx.DiGraph(left_out=reach.left_out)
    graph.add_node(TARGET, kind="target", label=target)
    for edge in reach.edges:
        for node in (edge.source, edge.target):
            _add_node(graph, node, owners)
        _add_edge(graph, edge)
    for technology, found in sorted(matches.items()):
        end = technology_node(technology)
        graph.add_node(end, kind="technology", label=technology)
        for match in found:
            node = node_of(match)
            _add_node(graph, node, owners)
            if node != match.artifact and not graph.in_degree(node):
                _add_node(graph, match.artifact, owners)
                _add_edge(graph, Edge(source=match.artifact, target=node, kind=EdgeKind.DECLARES))
            _add_edge(graph, Edge(source=node, target=end, kind=edge_kind(match.observation)))
            _add_description(graph, match.artifact, owners)
    return graph


def _add_node(graph: Any, node: str, owners: Mapping[str, Owner]) -> None:
    package = package_of(node) if node not in owners else None
    if package is not None:
        graph.add_node(node, kind="package", label=name_of_package(package[1]))
        return
    parent = TARGET
    for step in (*containers_of(node), node):
        owner = owners.get(step)
        is_component = owner is not None and owner.locator == step
        graph.add_node(step, kind="component" if is_component else "artifact", label=_label(step, owner))
        _add_edge(graph, Edge(source=parent, target=step, kind=EdgeKind.CONTAINS))
        parent = step


def _label(locator: str, owner: Owner | None) -> str:
    """What describes a package goes by the package's name."""
    return owner.name if owner is not None and owner.described_by == locator and owner.name else base_name(locator)


def _add_description(graph: Any, artifact: str, owners: Mapping[str, Owner]) -> None:
    """A package leads to the matched files that are its own."""
    described_by = owners[artifact].described_by
    if described_by and described_by != artifact and described_by in graph:
        _add_edge(graph, Edge(source=described_by, target=artifact, kind=EdgeKind.CONTAINS))


def _add_edge(graph: Any, edge: Edge) -> None:
    """Between two nodes the most telling edge stands."""
    known = graph.get_edge_data(edge.source, edge.target)
    if known is None or edge.kind.rank > known["kind"].rank:
        graph.add_edge(edge.source, edge.target, kind=edge.kind, place=edge.place, scope=edge.scope)


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


def path_to(
    graph: Any, artifact: str, ends: Iterable[str], technology: str, owners: Mapping[str, Owner]
) -> tuple[str, ...]:
    """From the target to the technology, as names a person can find.

    `ends` are the nodes by which a finding leads to its technology. A chain of code that runs what matched is told
    before one of declared dependencies, a short one before a long one; without any, the way leads to `artifact`.
    A package on the way is one step, however many of its files lie on it.
    """
    import networkx

    nodes = sorted(end for end in ends if end in graph)
    chain = chain_to(graph, nodes, lambda kind: kind.proves_use) or chain_to(graph, nodes, lambda _: True) or [artifact]
    names = [graph.nodes[TARGET]["label"]]
    names += [_relative(a, b) for a, b in _pairs(networkx.shortest_path(graph, TARGET, chain[0])[1:])]
    names += [_step(graph, b, owners) for a, b in _pairs(chain) if a and not _is_one_package(a, b, owners)]
    names.append(graph.nodes[technology_node(technology)]["label"])
    # A file target is its own first artifact, and a declared package may go by the name of the one before: once each.
    return tuple(name for number, name in enumerate(names) if number == 0 or name != names[number - 1])


def _step(graph: Any, node: str, owners: Mapping[str, Owner]) -> str:
    owner = owners.get(node)
    name: str = owner.name if owner is not None and owner.described_by else graph.nodes[node]["label"]
    return name


def _is_one_package(one: str, other: str, owners: Mapping[str, Owner]) -> bool:
    first, second = owners.get(one), owners.get(other)
    return first is not None and first == second and bool(first.described_by)


def chain_to(graph: Any, ends: list[str], follows: Callable[[EdgeKind], bool]) -> list[str]:
    """The shortest chain of edges that begins where no such edge leads to and comes to one of the ends; empty if
    there is none."""
    after: dict[str, str] = dict.fromkeys(ends, "")
    waiting = deque(ends)
    while waiting:
        node = waiting.popleft()
        before = sorted(b for b in graph.predecessors(node) if _leads(graph, b, node, follows))
        if not before and after[node]:
            return _unwound(node, after)
        for earlier in before:
            if earlier not in after:
                after[earlier] = node
                waiting.append(earlier)
    return []


def _leads(graph: Any, source: str, node: str, follows: Callable[[EdgeKind], bool]) -> bool:
    if source == TARGET or node.startswith(f"{source}!/"):
        return False
    return follows(graph.edges[source, node]["kind"])


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


def as_document(graph: Any) -> Graph:
    """The graph as the report keeps it, sorted."""
    nodes = [Node(id=n or ".", kind=d["kind"], label=d["label"]) for n, d in graph.nodes(data=True)]
    edges = [Edge(source=s or ".", target=t, **d) for s, t, d in graph.edges(data=True)]
    return Graph(
        nodes=tuple(sorted(nodes, key=lambda n: n.id)),
        edges=tuple(sorted(edges, key=lambda e: (e.source, e.target, e.kind))),
        left_out=graph.graph["left_out"],
    )
