"""The evidence graph: matched artifacts, what contains them, and the edges that lead to a technology."""

from collections.abc import Iterable, Mapping
from typing import Any

from scanner.evidence.components import Owner
from scanner.matching.match import FileName, Match
from scanner.model.locator import base_name, containers_of
from scanner.model.observation import Call, ClassName, Import, Library, Observation, Package, Symbol
from scanner.model.report import Edge, Graph, Node

_STRENGTH = ("holds", "declares", "references", "imports", "loads", "links", "calls")
"""Between two nodes stands the most telling of their edges."""


def build_graph(target: str, matches: Mapping[str, Iterable[Match]], owners: Mapping[str, Owner]) -> Any:
    """A networkx DiGraph from the target down to each technology.

    `matches` are by technology id. Node names: `""` is the target, artifacts go by locator, technologies by
    `technology:ID`; each node has `kind` and `label`, each edge `kind`.
    """
    import networkx

    graph = networkx.DiGraph()
    graph.add_node("", kind="target", label=target)
    for technology, found in sorted(matches.items()):
        node = f"technology:{technology}"
        graph.add_node(node, kind="technology", label=technology)
        for match in found:
            _add_ancestry(graph, match.artifact, owners)
            known = graph.get_edge_data(match.artifact, node, {"kind": "holds"})["kind"]
            kind = max(known, edge_kind(match.observation), key=_STRENGTH.index)
            graph.add_edge(match.artifact, node, kind=kind)
    return graph


def _add_ancestry(graph: Any, locator: str, owners: Mapping[str, Owner]) -> None:
    parent = ""
    for step in (*containers_of(locator), locator):
        is_component = step in owners and owners[step].locator == step
        graph.add_node(step, kind="component" if is_component else "artifact", label=base_name(step))
        graph.add_edge(parent, step, kind="contains")
        parent = step


def edge_kind(observation: Observation | FileName) -> str:
    """How an artifact leads to a technology."""
    match observation:
        case Package():
            return "declares" if observation.role == "declares" else "holds"
        case Library(role="links") | Symbol(role="imports"):
            return "links"
        case Library(role="loads"):
            return "loads"
        case Import():
            return "imports"
        case Call():
            return "calls"
        case ClassName(role="references"):
            return "references"
        case _:
            return "holds"


def path_to(graph: Any, artifact: str, technology: str) -> tuple[str, ...]:
    """From the target by way of the artifact to the technology, as names a person can find."""
    import networkx

    steps = [*networkx.shortest_path(graph, "", artifact), f"technology:{technology}"]
    outer = ""
    names = []
    for step in steps:
        label = step[len(outer) :].lstrip("!/") if outer and step.startswith(f"{outer}!/") else step
        outer = step
        names.append(graph.nodes[step]["label"] if step == "" or step.startswith("technology:") else label)
    # A file target is its own first artifact: name it once.
    return tuple(names[1:] if len(names) > 1 and names[0] == names[1] else names)


def as_document(graph: Any) -> Graph:
    """The graph as the report keeps it, sorted."""
    nodes = [Node(id=n or ".", kind=d["kind"], label=d["label"]) for n, d in graph.nodes(data=True)]
    edges = [Edge(source=s or ".", target=t, kind=d["kind"]) for s, t, d in graph.edges(data=True)]
    return Graph(
        nodes=tuple(sorted(nodes, key=lambda n: n.id)),
        edges=tuple(sorted(edges, key=lambda e: (e.source, e.target, e.kind))),
    )
