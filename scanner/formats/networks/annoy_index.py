"""Annoy indexes for nearest neighbours: how many rows, how wide.

The file is a row of nodes of one size, without a header: first an entry for each row, which says that it stands for
itself alone, at the end the tops of the trees, which say that they stand for all. A width is believed if all of that
fits.

Source: https://github.com/spotify/annoy/blob/main/src/annoylib.h
"""

from collections.abc import Iterator

from scanner.model.network import Tensor
from scanner.model.observation import Network, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="annoy-index",
    version=1,
    line="Annoy indexes for nearest neighbours: number and width of rows, where they can be told",
    specification="https://github.com/spotify/annoy/blob/main/src/annoylib.h",
    limits="Rows are not read. Widths that embeddings seldom have are not tried, nor distances other than angle and "
    "length.",
    suffixes=(".ann", ".annoy"),
)
_WIDTHS = (64, 96, 100, 128, 160, 192, 200, 256, 300, 320, 384, 512, 640, 768, 1024, 1280, 1536, 2048, 4096)
_BEFORE_ROW = (12, 16)
"""Bytes of a node before its numbers, for angles and for lengths."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the index.

    Raises:
        Unreadable: limit.
    """
    for width in _WIDTHS:
        for before in _BEFORE_ROW:
            budget.spend_items()
            rows = _rows(source, before + 4 * width)
            if rows:
                outputs = (Tensor("rows", (rows, width), "float32"),)
                yield Network(framework="nearest-neighbour-index", name="Annoy", outputs=outputs, place="nodes")
                return


def _rows(source: Source, size: int) -> int:
    """How many rows there are if nodes are of that size; 0 if they cannot be."""
    nodes, rest = divmod(source.size, size)
    if rest or nodes < 3:
        return 0
    first, second, rows = (_stands_for(source, size * number) for number in (0, 1, nodes - 1))
    is_sound = first == second == 1 and 1 < rows < nodes and _stands_for(source, size * (rows - 1)) == 1
    return rows if is_sound else 0


def _stands_for(source: Source, at: int) -> int:
    return int.from_bytes(source.view(at, 4), "little", signed=True)
