"""The graph as one page that needs nothing else: a picture, and the same in words for those who do not see it.

Nothing in it runs, and nothing is loaded from elsewhere.
"""

from html import escape

from scanner.reports.format import ReportFormat
from scanner.reports.graph_picture import can_be_drawn, picture
from scanner.reports.graphs import EdgeView, GraphView

FORMAT = ReportFormat(name="html", suffix=".html", line="One page with a picture and a table.")

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#1b1b1b;background:#fff}
.picture{overflow-x:auto;border:1px solid #767676}
svg text{font:13px system-ui,sans-serif;fill:#1b1b1b}
rect{fill:#f4f4f4;stroke:#555}.technology{fill:#ffe3e0;stroke:#a11}.package{fill:#e4efff;stroke:#135}
.component{fill:#fff3d0;stroke:#850}
path{fill:none;stroke:#555}.contains{stroke-dasharray:4 3;stroke:#999}
svg{display:block;max-width:100%;min-width:46rem;height:auto}
caption{text-align:left;font-weight:600;padding:.75rem 0 .25rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #ccc;
vertical-align:top;overflow-wrap:anywhere}th,td:nth-child(2){overflow-wrap:normal}
@media(max-width:34rem){body{margin:1rem auto}h1{font-size:1.4rem}caption,tbody,tr,td{display:block}
thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
tr{border-bottom:2px solid #767676;padding:.25rem 0}td{border:0;padding:.1rem 0}td:empty{display:none}
td::before{content:attr(data-label) ": ";font-weight:600}}
@media print{svg{min-width:0}.picture{overflow:visible;border:0}tr{break-inside:avoid}}
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
        f"<tr>{_cell('From', labels[edge.source])}{_cell('How', _how(edge))}{_cell('To', labels[edge.target])}"
        f"{_cell('Where it was seen', edge.place)}</tr>\n"
        for edge in view.edges
    ]
    return (
        "<table>\n<caption>What leads to what</caption>\n<thead><tr><th scope='col'>From</th><th scope='col'>How</th>"
        f"<th scope='col'>To</th><th scope='col'>Where it was seen</th></tr></thead>\n<tbody>\n{''.join(rows)}"
        "</tbody>\n</table>\n"
    )


def _how(edge: EdgeView) -> str:
    return f"{edge.kind} ({edge.scope})" if edge.scope else edge.kind


def _cell(label: str, text: str) -> str:
    """A cell that says which column it is of, for screens too narrow for columns."""
    return f'<td data-label="{label}">{escape(text)}</td>'
