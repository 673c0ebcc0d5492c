"""The B-trees of HFS+: records in the order of their keys, in nodes of one size.

```
node 0: descriptor │ header: depth, root, …, size of a node │ …      node: descriptor │ records │ … │ where each begins
descriptor: next, previous, kind (leaf: -1, index: 0), height, records      record: length of the key, key, data
index: of each node below the first key │ leaf: what is kept under a key
```
Specification: Apple's Technical Note TN1150, “B-Trees”.
"""

import struct
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from scanner.containers.disks import Disk
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_DESCRIPTOR = struct.Struct(">IIbBH2x")
_HEADER = struct.Struct(">HIIIIH")
_LEAF, _INDEX = -1, 0
_SMALLEST_NODE, _LARGEST_NODE = 512, 32768
_DEEPEST = 16
_HELD_NODES = 64


class Record(NamedTuple):
    """What a leaf keeps under a key."""

    place: int
    """Number of the node and of the record in it, which leads back to it."""
    key: bytes
    """Without its length."""
    data: bytes


class _Node(Sequence[bytes]):
    """The keys of a node, which knows its records."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self.following, _, self.kind, _, count = _DESCRIPTOR.unpack_from(raw)
        table = len(raw) - 2 * (count + 1)
        if table < _DESCRIPTOR.size:
            raise _damage()
        self._starts = struct.unpack_from(f">{count + 1}H", raw, table)[::-1]
        if self._starts[0] < _DESCRIPTOR.size or self._starts[-1] > table:
            raise _damage()
        if any(start >= end for start, end in pairwise(self._starts)):
            raise _damage()

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, at: int) -> bytes:  # type: ignore[override]  # no slices
        start = self._starts[at]
        return self._raw[start + 2 : start + 2 + int.from_bytes(self._raw[start : start + 2], "big")]

    def record(self, number: int, at: int) -> Record:
        """One of them, `number` being the node's."""
        if at >= len(self):
            raise _damage()
        key = self[at]
        behind = self._starts[at] + 2 + len(key)
        return Record(number << 16 | at, key, self._raw[behind + (behind & 1) : self._starts[at + 1]])


class Tree:
    """A tree in a file of the system, of which nothing is held but the nodes used last."""

    def __init__(self, file: Disk, budget: Budget, order: Callable[[bytes], bytes]) -> None:
        """`order` makes of a key bytes that stand in its order. Raises `Unreadable` where the header is damaged."""
        self._file = file
        self._budget = budget
        self._order = order
        self._nodes: OrderedDict[int, _Node] = OrderedDict()
        raw = bytes(file.read(_DESCRIPTOR.size, _HEADER.size))
        if len(raw) < _HEADER.size:
            raise _damage()
        root: int
        size: int
        _, root, _, _, _, size = _HEADER.unpack(raw)
        self._root, self._node_bytes = root, size
        if not _SMALLEST_NODE <= size <= _LARGEST_NODE or size & (size - 1):
            raise _damage()

    def since(self, wanted: bytes) -> Iterator[Record]:
        """The records from the first that is not before `wanted` in the order. Raises `Unreadable`."""
        number = self._leaf(wanted)
        if not number:
            return
        node = self._node(number)
        first = bisect_left(node, wanted, key=self._order)
        for _ in range(self._file.size // self._node_bytes):  # a longer chain goes round in circles
            self._budget.spend_items()
            for at in range(first, len(node)):
                self._budget.spend_items()
                yield node.record(number, at)
            if not node.following:
                return
            before, number, first = node, node.following, 0
            node = self._node(number)
            if node.kind != _LEAF or not self._goes_on(before, node):
                break
        raise _damage()

    def _goes_on(self, before: _Node, node: _Node) -> bool:
        """Whether what keys begin with, a number in all trees, does not go back."""
        return not before or not node or self._order(before[len(before) - 1])[:4] <= self._order(node[0])[:4]

    def record(self, place: int) -> Record:
        """The record that stands in a place. Raises `Unreadable`."""
        number, at = divmod(place, 1 << 16)
        return self._node(number).record(number, at)

    def _leaf(self, wanted: bytes) -> int:
        """The leaf in which `wanted` would stand; 0 where the tree is empty."""
        number = self._root
        for _ in range(_DEEPEST):
            if not number:
                return 0
            node = self._node(number)
            if node.kind == _LEAF:
                return number
            if node.kind != _INDEX:
                break
            at = max(1, bisect_right(node, wanted, key=self._order)) - 1
            number = int.from_bytes(node.record(number, at).data[:4], "big")
        raise _damage()

    def _node(self, number: int) -> _Node:
        known = self._nodes.get(number)
        if known is not None:
            self._nodes.move_to_end(number)
            return known
        self._budget.spend_items()
        raw = bytes(self._file.read(number * self._node_bytes, self._node_bytes))
        if len(raw) < self._node_bytes:
            raise _damage()
        node = self._nodes[number] = _Node(raw)
        if len(self._nodes) > _HELD_NODES:
            self._nodes.popitem(last=False)
        return node


def _damage() -> Unreadable:
    return Unreadable(Cause.DAMAGED, "A list that the file system keeps (a B-tree) is damaged.")
