"""HDF5: the headers of objects, of both versions, and what groups lead to, kept in old ways and in the newer ones.

A header is a list of messages. A group lists its members in a tree of symbol tables, or in messages of its own, or,
when there are more than a few, as such messages in a heap of blocks that double in size (fractal heap), to which the
records of a tree (B-tree of version 2) lead.

Specification: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html (III.A, III.G, IV.A)
"""

from collections.abc import Iterator
from typing import NamedTuple

from scanner.formats.networks.blueprint import text_of
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

DATASPACE, LAYOUT, ATTRIBUTE = 0x01, 0x08, 0x0C
_LINK_INFO, _LINK, _CONTINUED, _SYMBOLS = 0x02, 0x06, 0x10, 0x11
_NOWHERE = (1 << 64) - 1
_DEEPEST = 32
_LONGEST_NAME = 256
_TREE_NODE_BYTES = 10
"""Mark, version, kind and checksum of a node of the newer tree."""


class Message(NamedTuple):
    """A part of an object's header."""

    kind: int
    start: int
    size: int


class Link(NamedTuple):
    """A member of a group."""

    name: str
    at: int
    """Where its header lies."""


class Objects:
    """The objects of a file with addresses and lengths of eight bytes. Every method raises `Unreadable` (damaged) where
    the file leads beyond its end, or to what is none of its parts."""

    def __init__(self, data: memoryview, budget: Budget) -> None:
        self.data = data
        self._budget = budget

    def number(self, at: int, width: int) -> int:
        """The number at a place."""
        if at < 0 or at + width > len(self.data):
            raise Unreadable(Cause.DAMAGED, "The HDF5 file leads beyond its end.")
        return int.from_bytes(self.data[at : at + width], "little")

    def messages(self, at: int) -> Iterator[Message]:
        """The messages of a header and of what continues it."""
        if bytes(self.data[at : at + 4]) == b"OHDR":
            yield from self._new_messages(at)
        else:
            yield from self._old_messages(at)

    def links(self, message: Message) -> Iterator[Link]:
        """The members of a group that a message tells of; none for other messages."""
        if message.kind == _SYMBOLS:
            names = self.number(self.number(message.start + 8, 8) + 24, 8)
            yield from self._symbols(self.number(message.start, 8), names, 0)
        elif message.kind == _LINK:
            yield from self._link(message.start)
        elif message.kind == _LINK_INFO:
            start = message.start + 2 + 8 * (self.number(message.start + 1, 1) & 1)
            heap, tree = self.number(start, 8), self.number(start + 8, 8)
            if heap != _NOWHERE and tree != _NOWHERE:
                blocks = _Heap(self, heap)
                for record in _Tree(self, tree, self._budget).records():
                    yield from self._link(blocks.place(record + 4))

    def _old_messages(self, at: int) -> Iterator[Message]:
        if self.number(at, 1) != 1:
            raise Unreadable(Cause.DAMAGED, "A part of the HDF5 file has no header where it should be.")
        left = self.number(at + 2, 2)
        blocks = [(at + 16, at + 16 + self.number(at + 8, 4))]
        while blocks and left > 0:
            place, end = blocks.pop(0)
            while place + 8 <= end and left > 0:
                self._budget.spend_items()
                left -= 1
                message = Message(self.number(place, 2), place + 8, self.number(place + 2, 2))
                if message.kind == _CONTINUED:
                    blocks.append(self._continued(message))
                yield message
                place = message.start + message.size

    def _new_messages(self, at: int) -> Iterator[Message]:
        flags = self.number(at + 5, 1)
        head = 4 + 2 * bool(flags & 4)
        start = at + 6 + 16 * bool(flags & 0x20) + 4 * bool(flags & 0x10)
        width = 1 << (flags & 3)
        first = start + width
        blocks = [(first, first + self.number(start, width))]
        while blocks:
            place, end = blocks.pop(0)
            while place + head <= end:
                self._budget.spend_items()
                message = Message(self.number(place, 1), place + head, self.number(place + 1, 2))
                if message.kind == _CONTINUED:
                    start, behind = self._continued(message)
                    blocks.append((start + 4, behind - 4))  # between its mark and its checksum
                yield message
                place = message.start + message.size

    def _continued(self, message: Message) -> tuple[int, int]:
        start = self.number(message.start, 8)
        return start, start + self.number(message.start + 8, 8)

    def _symbols(self, node: int, names: int, depth: int) -> Iterator[Link]:
        """The entries of a tree of symbol tables."""
        mark = bytes(self.data[node : node + 4])
        self._budget.spend_items()
        if mark == b"SNOD":
            for number in range(self.number(node + 6, 2)):
                self._budget.spend_items()
                entry = node + 8 + 40 * number
                start = names + self.number(entry, 8)
                name = bytes(self.data[start : start + _LONGEST_NAME]).partition(b"\0")[0]
                yield Link(text_of(name), self.number(entry + 8, 8))
        elif mark == b"TREE" and depth < _DEEPEST:
            for number in range(self.number(node + 6, 2)):
                yield from self._symbols(self.number(node + 32 + 16 * number, 8), names, depth + 1)
        else:
            raise Unreadable(Cause.DAMAGED, "A group of the HDF5 file leads nowhere.")

    def _link(self, at: int) -> Iterator[Link]:
        """One that leads to an object of this file."""
        flags = self.number(at + 1, 1)
        is_hard = not flags & 8 or self.number(at + 2, 1) == 0
        at += 2 + bool(flags & 8) + 8 * bool(flags & 4) + bool(flags & 16)
        width = 1 << (flags & 3)
        length = self.number(at, width)
        at += width
        if is_hard:
            name = bytes(self.data[at : at + min(length, _LONGEST_NAME)])
            yield Link(text_of(name), self.number(at + length, 8))


class _Heap:
    """A fractal heap: where an object of it lies in the file."""

    def __init__(self, objects: Objects, at: int) -> None:
        self._number = objects.number
        if bytes(objects.data[at : at + 4]) != b"FRHP" or self._number(at + 7, 2):
            raise Unreadable(Cause.UNSUPPORTED, "A group of the HDF5 file is kept in a way that is not read.")
        self._largest_object = self._number(at + 10, 4)
        table = at + 110
        self._width, self._first = self._number(table, 2), self._number(table + 2, 8)
        self._largest, bits = self._number(table + 10, 8), self._number(table + 18, 2)
        self._root, self._rows = self._number(table + 22, 8), self._number(table + 30, 2)
        self._offset_bytes = (bits + 7) // 8
        if not (0 < self._width <= 1 << 10 and 0 < self._first <= self._largest):
            raise Unreadable(Cause.DAMAGED, "A group of the HDF5 file is laid out as none can be.")

    def place(self, identifier: int) -> int:
        """Where the object with the identifier at that place lies."""
        offset = self._number(identifier + 1, self._offset_bytes)
        block = self._root
        rows = self._rows
        for _ in range(_DEEPEST):
            if not rows:
                return block + offset
            row, column, before = self._cell(offset)
            cell = row * self._width + column
            block = self._number(block + 5 + 8 + self._offset_bytes + 8 * cell, 8)
            offset -= before
            size = self._size(row)
            rows = 0 if size <= self._largest else (size // (self._first * self._width)).bit_length()
        raise Unreadable(Cause.DAMAGED, "A group of the HDF5 file lies deeper than any can.")

    def _cell(self, offset: int) -> tuple[int, int, int]:
        """Row and column of the block that holds an offset, and the offset that the block begins with."""
        before = 0
        for row in range(64):
            size = self._size(row)
            if offset < before + size * self._width:
                column = (offset - before) // size
                return row, column, before + column * size
            before += size * self._width
        raise Unreadable(Cause.DAMAGED, "A group of the HDF5 file leads beyond its heap.")

    def _size(self, row: int) -> int:
        return self._first << max(row - 1, 0)


class _Tree:
    """A B-tree of version 2: where its records lie."""

    def __init__(self, objects: Objects, at: int, budget: Budget) -> None:
        self._objects, self._number = objects, objects.number
        self._budget = budget
        if bytes(objects.data[at : at + 4]) != b"BTHD":
            raise Unreadable(Cause.DAMAGED, "A group of the HDF5 file leads nowhere.")
        node_bytes, self._record_bytes = self._number(at + 6, 4), self._number(at + 10, 2)
        self._depth = self._number(at + 12, 2)
        self._root, self._count = self._number(at + 16, 8), self._number(at + 24, 2)
        if self._depth > _DEEPEST or not self._record_bytes:
            raise Unreadable(Cause.DAMAGED, "A group of the HDF5 file is laid out as none can be.")
        self._pointers = self._widths(node_bytes - _TREE_NODE_BYTES)

    def records(self) -> Iterator[int]:
        """Where each record begins."""
        if self._root != _NOWHERE:
            yield from self._node(self._root, self._count, self._depth)

    def _widths(self, room: int) -> list[tuple[int, int]]:
        """For each level, how wide the number of records in a child is, and of all below it; for leaves nothing."""
        most = total = max(room // self._record_bytes, 0)
        found = [(0, 0)]
        for level in range(1, self._depth + 1):
            widths = (_bytes_for(most), _bytes_for(total) if level > 1 else 0)
            found.append(widths)
            pointer = 8 + sum(widths)
            most = max((room - pointer) // (self._record_bytes + pointer), 0)
            total = (most + 1) * total + most
        return found

    def _node(self, at: int, count: int, level: int) -> Iterator[int]:
        self._budget.spend_items()
        if bytes(self._objects.data[at : at + 4]) != (b"BTIN" if level else b"BTLF"):
            raise Unreadable(Cause.DAMAGED, "A group of the HDF5 file leads nowhere.")
        for number in range(count):
            self._budget.spend_items()
            yield at + 6 + number * self._record_bytes
        width, below = self._pointers[level]
        for child in range(count + 1 if level else 0):
            pointer = at + 6 + count * self._record_bytes + child * (8 + width + below)
            yield from self._node(self._number(pointer, 8), self._number(pointer + 8, width), level - 1)


def _bytes_for(number: int) -> int:
    return max(1, (number.bit_length() + 7) // 8)
