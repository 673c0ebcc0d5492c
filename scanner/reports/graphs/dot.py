"""The graph for Graphviz.

Specification: https://graphviz.org/doc/info/lang.html
"""

from scanner.reports.format import ReportFormat
from scanner.reports.graphs import EdgeView, GraphView

FORMAT = ReportFormat(name="dot", suffix=".dot", line="For Graphviz: `dot -Tsvg graph.dot`.")

_SHAPES = {
    "target": "folder",
    "artifact": "note",
    "component": "component",
    "package": "box",
    "technology": "doubleoctagon",
}


def render(view: GraphView) -> str:
    """The graph as a `digraph`."""
    lines = ["digraph evidence {", "  rankdir=LR;", f"  label={_quoted(' '.join((view.title, view.note)).strip())};"]
    for node in view.nodes:
        shape = _SHAPES.get(node.kind, "box")
        lines.append(f"  n{node.number} [label={_quoted(node.label)}, tooltip={_quoted(node.id)}, shape={shape}];")
    for edge in view.edges:
        style = ", style=dashed" if edge.kind == "contains" else ""
        tooltip = f", tooltip={_quoted(edge.place)}" if edge.place else ""
        lines.append(f"  n{edge.source} -> n{edge.target} [label={_quoted(_label(edge))}{tooltip}{style}];")
    return "\n".join([*lines, "}"]) + "\n"


def _label(edge: EdgeView) -> str:
    return edge.kind if edge.scope in {"", "runtime"} else f"{edge.kind} ({edge.scope})"


def _quoted(text: str) -> str:
    """A quoted string; a backslash begins an escape in labels, so it is doubled."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
