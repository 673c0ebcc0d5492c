"""Stores of embeddings: indexes for nearest neighbours, and pickles that hold rows of numbers beside names.

Only the shape is told: how many rows, how many numbers in a row, and under which keys. No number, name or label of a
person is read.

Sources: https://github.com/facebookresearch/faiss/blob/main/faiss/impl/index_write.cpp (four letters, then the width
and the number of rows), CPython Lib/pickletools.py
"""

import re
from collections.abc import Iterator

from scanner.formats.buffers import matches_in
from scanner.formats.networks.pickle_values import Unpickled
from scanner.formats.networks.pickled_weights import weights_in
from scanner.formats.networks.stored_rows import Rows, held_in
from scanner.model.network import Tensor
from scanner.model.observation import Network, Observation
from scanner.model.source import Budget, Info, Magic, Source

_INDEXES = (
    *(
        b"IxFI",
        b"IxF2",
        b"IxFl",
        b"IwFl",
        b"IwSq",
        b"IwPQ",
        b"IHNf",
        b"IHNs",
        b"IHNp",
        b"IxPq",
        b"IxSQ",
        b"IxMp",
        b"IxM2",
    ),
    *(b"IxHe", b"IxPT", b"IwQR", b"IwSh"),
)
INFO = Info(
    name="embedding-store",
    version=4,
    line="Stores of embeddings: FAISS indexes, pickled rows of numbers beside names; pickled weights; by shape alone",
    specification="https://github.com/facebookresearch/faiss/blob/main/faiss/impl/index_write.cpp",
    limits="Rows and names are not read.",
    suffixes=(".pickle", ".pkl", ".dat"),
    magics=tuple(map(Magic, _INDEXES)),
)
_MAKERS = (re.compile(b"numpy"), re.compile(b"torch"))
"""What makes arrays."""
_KEYS = (re.compile(b"embedding"), re.compile(b"encoding"))
_LENGTH = re.compile(rb"[\x08-\x0a]\0{0,7}\Z")
"""What stands before such a key in a pickle. Words one by one are found seven times as fast as all in one pattern."""
_WIDEST = 65_536
_PICKLES = (".pickle", ".pkl", ".dat")


def wants(name: str, head: bytes) -> bool:
    """Whether it is an index with a believable width, or a pickle."""
    if head.startswith(_INDEXES):
        return 0 < int.from_bytes(head[4:8], "little") <= _WIDEST
    is_pickle = name.endswith(_PICKLES) and head[:1] == b"\x80" and head[1:2] in (b"\2", b"\3", b"\4", b"\5")
    # Those of PyTorch are networks, and have a reader of their own.
    return is_pickle and name != "data.pkl" and b"\x8a\nl\xfc\x9c" not in head[:8]


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the store, if rows of numbers are in it.

    Raises:
        Unreadable: damaged or limit.
    """
    head = source.head
    if head.startswith(_INDEXES):
        budget.spend_items()
        width, rows = int.from_bytes(head[4:8], "little"), int.from_bytes(head[8:16], "little", signed=True)
        kind = head[:4].decode("ascii", "replace")
        yield Network(
            framework="nearest-neighbour-index",
            name=kind,
            outputs=(Tensor("rows", (max(rows, -1), width), "float32"),),
            place="header",
        )
        return
    yield from _pickled(source, budget)


def _pickled(source: Source, budget: Budget) -> Iterator[Network]:
    if not _may_hold_rows(source.view()):
        return  # Walking the opcodes of a pickle takes a second a few megabytes, and most hold no rows of numbers.
    value = Unpickled(source.view(), 0, budget).value()
    held = held_in(value, budget)
    if held.rows is not None:
        yield store_of(held.rows)
    elif held.has_weights:
        yield weights_in(value, budget)


def _may_hold_rows(data: memoryview) -> bool:
    if any(maker.search(data) for maker in _MAKERS):
        return True
    found = (match.start() for key in _KEYS for match in matches_in(key, data))
    return any(_LENGTH.search(data, max(0, at - 8), at) for at in found)


def store_of(rows: Rows) -> Network:
    """A store of rows as it is told of."""
    return Network(
        framework="pickled-rows",
        outputs=(Tensor("rows", (rows.number, rows.width), "float64"),),
        names=rows.keys,
        strings=(f"layout={rows.layout}",) if rows.layout else (),
        place="pickle",
    )
