"""The graph as one page that needs nothing else: a picture, and the same in words for those who do not see it.

Nothing in it runs, and nothing is loaded from elsewhere.
"""

from html import escape

from scanner.reports.format import ReportFormat
from scanner.reports.graph_picture import can_be_drawn, picture
from scanner.reports.graphs import GraphView

FORMAT = ReportFormat(name="html", suffix=".html", line="One page with a picture and a table.")

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1b1b1b;background:#fff}
.picture{overflow-x:auto;border:1px solid #767676}
svg text{font:13px system-ui,sans-serif;fill:#1b1b1b}
rect{fill:#f4f4f4;stroke:#555}.technology{fill:#ffe3e0;stroke:#a11}.package{fill:#e4efff;stroke:#135}
.component{fill:#fff3d0;stroke:#850}
path{fill:none;stroke:#555}.contains{stroke-dasharray:4 3;stroke:#999}
table{border-collapse:collapse}th,td{text-align:left;padding:.25rem .75rem;border-bottom:1px solid #ccc;
overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}svg text{fill:#eee}rect{fill:#2b2b2b;stroke:#aaa}
.technology{fill:#5a1d18}.package{fill:#1d3050}.component{fill:#4a3a10}path{stroke:#bbb}.contains{stroke:#777}}
"""


def render(view: GraphView) -> str:
    """The page."""
    title = f"How {escape(view.title)} leads to face technology"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f"{_picture(view)}{_note(view)}{_table(view)}</main>\n</body>\n</html>\n"
    )


def _note(view: GraphView) -> str:
    return f"<p>{escape(view.note)}</p>\n" if view.note else ""


def _picture(view: GraphView) -> str:
    if not can_be_drawn(view):
        return "<p>There is too much, or nothing, to draw; the table below has all of it.</p>\n"
    region = '<div class="picture" tabindex="0" role="region" aria-label="Picture of the graph">'
    return f"{region}\n{picture(view)}</div>\n"


def _table(view: GraphView) -> str:
    labels = {node.number: node.id if node.kind in {"artifact", "component"} else node.label for node in view.nodes}
    rows = [
        f"<tr><td>{escape(labels[edge.source])}</td><td>{edge.kind}{f' ({edge.scope})' if edge.scope else ''}</td>"
        f"<td>{escape(labels[edge.target])}</td><td>{escape(edge.place)}</td></tr>\n"
        for edge in view.edges
    ]
    return (
        "<table>\n<caption>What leads to what</caption>\n<thead><tr><th scope='col'>From</th><th scope='col'>How</th>"
        f"<th scope='col'>To</th><th scope='col'>Where it was seen</th></tr></thead>\n<tbody>\n{''.join(rows)}"
        "</tbody>\n</table>\n"
    )
