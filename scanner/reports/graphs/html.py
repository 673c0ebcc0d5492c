"""The graph as one page that needs nothing else: a picture, and the same in words for those who do not see it.

Columns are steps away from the target. Nothing in it runs, and nothing is loaded from elsewhere.
"""

from collections import defaultdict
from html import escape

from scanner.reports.format import ReportFormat
from scanner.reports.graphs import GraphView

FORMAT = ReportFormat(name="html", suffix=".html", line="One page with a picture and a table.")

MOST_DRAWN = 300
"""A picture of more nodes cannot be read: then the table stands alone."""
_COLUMN, _ROW, _WIDTH, _HEIGHT, _MARGIN = 260, 46, 200, 30, 20
_LABEL_CHARACTERS = 30
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
    if not view.nodes or len(view.nodes) > MOST_DRAWN:
        return "<p>There is too much, or nothing, to draw; the table below has all of it.</p>\n"
    places = _places(view)
    width = max(x for x, _ in places.values()) + _WIDTH + _MARGIN
    height = max(y for _, y in places.values()) + _HEIGHT + _MARGIN
    parts = [
        f'<div class="picture" tabindex="0" role="region" aria-label="Picture of the graph">\n'
        f'<svg role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'aria-label="The same as in the table below">\n'
    ]
    for edge in view.edges:
        (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
        start, end, middle = x1 + _WIDTH, y2 + _HEIGHT // 2, (x1 + _WIDTH + x2) // 2
        curve = f"M{start} {y1 + _HEIGHT // 2} C{middle} {y1 + _HEIGHT // 2} {middle} {end} {x2} {end}"
        parts.append(f'<path class="{edge.kind}" d="{curve}"><title>{edge.kind} {escape(edge.place)}</title></path>\n')
    for node in view.nodes:
        x, y = places[node.number]
        label = node.label if len(node.label) <= _LABEL_CHARACTERS else f"…{node.label[1 - _LABEL_CHARACTERS :]}"
        parts.append(
            f'<rect class="{escape(node.kind)}" x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="4">'
            f"<title>{escape(node.id)}</title></rect>"
            f'<text x="{x + 8}" y="{y + 20}">{escape(label)}</text>\n'
        )
    return "".join([*parts, "</svg>\n</div>\n"])


def _places(view: GraphView) -> dict[int, tuple[int, int]]:
    """Left upper corner of each node: its column is the number of steps from a node to which nothing leads."""
    after: dict[int, list[int]] = defaultdict(list)
    for edge in view.edges:
        after[edge.source].append(edge.target)
    led_to = {edge.target for edge in view.edges}
    column = {node.number: 0 for node in view.nodes if node.number not in led_to} or {0: 0}
    waiting = list(column)
    for number in waiting:  # grows while it is read: breadth first
        for following in after[number]:
            if following not in column:
                column[following] = column[number] + 1
                waiting.append(following)
    filled: dict[int, int] = defaultdict(int)
    places = {}
    for node in view.nodes:
        at = column.get(node.number, 0)
        places[node.number] = (_MARGIN + at * _COLUMN, _MARGIN + filled[at] * _ROW)
        filled[at] += 1
    return places


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
