"""The evidence graph as a picture (SVG) that stands inside a page, for every page that shows it.

Columns are steps away from the target. Classes name the kinds of nodes and edges; the page has the colours. A picture
always goes with the same in words, because not everybody sees it.
"""

from collections import defaultdict
from html import escape

from scanner.reports.graphs import GraphView

MOST_DRAWN = 120
"""A picture of more nodes cannot be read."""
_COLUMN, _ROW, _WIDTH, _HEIGHT, _MARGIN = 260, 46, 200, 30, 20
_LABEL_CHARACTERS = 25


def can_be_drawn(view: GraphView) -> bool:
    """Whether there is something to draw, and not too much."""
    return 0 < len(view.nodes) <= MOST_DRAWN


def picture(view: GraphView) -> str:
    """The picture; who puts it on a page puts the same in words after it."""
    places = _places(view)
    width = max(x for x, _ in places.values()) + _WIDTH + _MARGIN
    height = max(y for _, y in places.values()) + _HEIGHT + _MARGIN
    parts = [
        '<svg role="img" aria-label="Picture of the evidence graph; the table after it says the same" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
    ]
    for edge in view.edges:
        curve = _curve(places[edge.source], places[edge.target])
        parts.append(f'<path class="edge {escape(edge.kind)}" d="{curve}"></path>\n')
    for node in view.nodes:
        x, y = places[node.number]
        parts.append(
            f'<rect class="node {escape(node.kind)}" x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="4"></rect>'
            f'<text x="{x + 8}" y="{y + 20}">{escape(_short(node.label, node.kind))}</text>\n'
        )
    return "".join([*parts, "</svg>\n"])


def _curve(source: tuple[int, int], target: tuple[int, int]) -> str:
    """From the right side of a node to the left side of the next; within a column, or back, round the right side."""
    start, end = source[0] + _WIDTH, target[0] if target[0] > source[0] else target[0] + _WIDTH
    y1, y2 = source[1] + _HEIGHT // 2, target[1] + _HEIGHT // 2
    turn = (start + end) // 2 if end > start else start + _MARGIN
    return f"M{start} {y1} C{turn} {y1} {turn} {y2} {end} {y2}"


def _short(label: str, kind: str) -> str:
    """A label that fits: of a path its end tells most, of any other name its beginning."""
    if len(label) <= _LABEL_CHARACTERS:
        return label
    return f"…{label[1 - _LABEL_CHARACTERS :]}" if kind == "artifact" else f"{label[: _LABEL_CHARACTERS - 1]}…"


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
