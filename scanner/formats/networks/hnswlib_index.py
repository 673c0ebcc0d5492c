"""hnswlib indexes for nearest neighbours: how many rows, how wide.

The file has no mark of its own; it begins with sizes that follow from each other, and only one whose sizes do is taken.

Source: https://github.com/nmslib/hnswlib/blob/master/hnswlib/hnswalg.h (saveIndex)
"""

import struct
from collections.abc import Iterator

from scanner.model.network import Tensor
from scanner.model.observation import Network, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="hnswlib-index",
    version=1,
    line="hnswlib indexes for nearest neighbours: number and width of rows",
    specification="https://github.com/nmslib/hnswlib/blob/master/hnswlib/hnswalg.h",
    limits="Rows and labels are not read. Indexes written on 32-bit systems are not recognised.",
    suffixes=(".bin", ".hnsw", ".index", ".idx"),
)
_HEADER = struct.Struct("<6QiI3QdQ")
"""Start of the first level, most rows, rows, bytes of a row, where its label and its numbers lie, levels, where a
search begins, most neighbours, those on the first level, the same as it was asked for, a factor, an effort."""
_MOST_ROWS, _WIDEST, _MOST_NEIGHBOURS = 1 << 40, 65_536, 4096


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether the sizes follow from each other."""
    return _rows(head) is not None


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the index.

    Raises:
        Unreadable: limit.
    """
    budget.spend_items()
    rows = _rows(source.head)
    if rows is not None:
        outputs = (Tensor("rows", rows, "float32"),)
        yield Network(framework="nearest-neighbour-index", name="HNSW", outputs=outputs, place="header")


def _rows(head: bytes) -> tuple[int, int] | None:
    """How many rows and how wide."""
    if len(head) < _HEADER.size or head[:8] != bytes(8):
        return None
    _, most, count, size, label, numbers, _, _, neighbours, on_first, asked, _, _ = _HEADER.unpack_from(head)
    width, rest = divmod(label - numbers, 4)
    follows = size == label + 8 and numbers == 4 * on_first + 4 and on_first == 2 * neighbours and neighbours == asked
    fits = 0 < count <= most < _MOST_ROWS and 1 < neighbours <= _MOST_NEIGHBOURS and 1 < width <= _WIDEST and not rest
    return (count, width) if follows and fits else None
