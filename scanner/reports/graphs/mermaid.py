"""The graph as Mermaid, which many wikis and code hosts draw.

Specification: https://mermaid.js.org/syntax/flowchart.html
"""

from scanner.reports.format import ReportFormat
from scanner.reports.graphs import GraphView

FORMAT = ReportFormat(name="mermaid", suffix=".mmd", line="For pages that draw Mermaid diagrams.")

_SPECIAL = frozenset('"#;<>&[]{}|`\\')
_BRACKETS = {"technology": ("{{", "}}"), "package": ("([", "])"), "component": ("[[", "]]")}


def render(view: GraphView) -> str:
    """The graph as a flowchart from left to right."""
    lines = ["flowchart LR"]
    if view.note:
        lines.append(f"  %% {view.note}")
    for node in view.nodes:
        before, after = _BRACKETS.get(node.kind, ("[", "]"))
        lines.append(f'  n{node.number}{before}"{_escaped(node.label)}"{after}')
    for edge in view.edges:
        arrow = "-.->" if edge.kind == "contains" else "-->"
        lines.append(f"  n{edge.source} {arrow}|{edge.kind}| n{edge.target}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """What ends a string, begins a tag or code, or is a link's mark becomes a character code (`#35;`)."""
    return "".join(f"#{ord(c)};" if c in _SPECIAL else c for c in text)
