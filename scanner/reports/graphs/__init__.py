"""One evidence graph, many formats. A format is one module here, found by its place, with

- `FORMAT`: `scanner.reports.format.ReportFormat`
- `render(view) -> str`: a `GraphView` as text that ends with a line end.

Names in a `GraphView` have been through `printable`; each format escapes for its own syntax on top. Numbers stand for
nodes, so that no name from a target becomes an identifier.
"""

import importlib
import pkgutil
from collections.abc import Iterable
from functools import cache
from typing import Protocol

import msgspec

from scanner.model.report import Graph, Report
from scanner.reports import words
from scanner.reports.format import ReportFormat
from scanner.reports.printable import printable


class NodeView(msgspec.Struct, frozen=True, kw_only=True):
    """A node, safe to show."""

    number: int
    kind: str
    label: str
    id: str
    """As in the report, for whoever wants to look it up there."""


class EdgeView(msgspec.Struct, frozen=True, kw_only=True):
    """An edge between two nodes by their numbers."""

    source: int
    target: int
    kind: str
    place: str
    scope: str


class GraphView(msgspec.Struct, frozen=True, kw_only=True):
    """A graph, safe to show; nodes are sorted and their numbers count from 0."""

    title: str
    nodes: tuple[NodeView, ...]
    edges: tuple[EdgeView, ...]
    note: str = ""
    """What is not shown."""


class GraphFormat(Protocol):
    """A module under graphs/ that renders a graph."""

    FORMAT: ReportFormat

    def render(self, view: GraphView) -> str:
        """The whole graph as text; the same view gives the same text."""


@cache
def graph_formats() -> dict[str, GraphFormat]:
    """Every format under this package by its name, in order of the names."""
    found = [importlib.import_module(entry.name) for entry in pkgutil.iter_modules(__path__, f"{__name__}.")]
    return {module.FORMAT.name: module for module in sorted(found, key=lambda module: str(module.FORMAT.name))}


def view_graph(report: Report, technologies: Iterable[str] = ()) -> GraphView:
    """The report's graph, or only what leads to the technologies of these ids."""
    graph = _leading_to(report.graph, {f"technology:{one}" for one in technologies}) or report.graph
    names = {f"technology:{finding.technology.id}": finding.technology.name for finding in report.findings}
    numbers = {node.id: number for number, node in enumerate(graph.nodes)}
    left_out = words.count(graph.left_out, "edge")
    return GraphView(
        title=printable(report.target.locator),
        nodes=tuple(
            NodeView(
                number=numbers[node.id],
                kind=printable(node.kind),
                label=printable(names.get(node.id) or node.label) + (" (target)" if node.kind == "target" else ""),
                id=printable(node.id),
            )
            for node in graph.nodes
        ),
        edges=tuple(
            EdgeView(
                source=numbers[edge.source],
                target=numbers[edge.target],
                kind=str(edge.kind),
                place=printable(edge.place),
                scope=str(edge.scope or ""),
            )
            for edge in graph.edges
            if edge.source in numbers and edge.target in numbers
        ),
        note=f"{left_out} that also lead here are not shown." if graph.left_out else "",
    )


def _leading_to(graph: Graph, ends: set[str]) -> Graph | None:
    """The part of a graph from which one of the nodes is reached; None if none is asked for."""
    if not ends:
        return None
    into: dict[str, list[str]] = {}
    for edge in graph.edges:
        into.setdefault(edge.target, []).append(edge.source)
    reached, waiting = set(ends), list(ends)
    while waiting:
        new = set(into.get(waiting.pop(), ())) - reached
        reached |= new
        waiting += new
    return Graph(
        nodes=tuple(node for node in graph.nodes if node.id in reached),
        edges=tuple(edge for edge in graph.edges if edge.source in reached and edge.target in reached),
        left_out=graph.left_out,
    )
