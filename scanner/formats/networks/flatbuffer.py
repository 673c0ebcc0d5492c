"""FlatBuffers: tables, vectors and texts, each reached by offsets that are claims and are checked.

Specification: https://flatbuffers.dev/internals/
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from scanner.formats.networks.blueprint import text_of
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_MOST = 1 << 20
_FURTHEST_ROOT = 1 << 12


class Table(NamedTuple):
    """A table at a place of the buffer. Its methods raise `Unreadable` (damaged) where an offset leads outside."""

    data: memoryview
    at: int
    budget: Budget

    def number(self, slot: int, code: str = "<i", default: int = 0) -> int:
        """The number in a slot, by its `struct` code; the default where the slot is not written."""
        place = self._place(slot)
        return default if place is None else _number(self.data, place, code)

    def text(self, slot: int) -> str:
        """The text in a slot."""
        place = self._place(slot)
        if place is None:
            return ""
        start, length = self._vector(place, 1)
        return text_of(self.data[start : start + length])

    def numbers(self, slot: int, code: str = "<i", most: int = 4096) -> list[int]:
        """The numbers of a vector, no more than `most`."""
        place = self._place(slot)
        if place is None:
            return []
        width = struct.calcsize(code)
        start, length = self._vector(place, width)
        self.budget.spend_items(min(length, most))
        return [_number(self.data, start + n * width, code) for n in range(min(length, most))]

    def bytes(self, slot: int) -> memoryview:
        """The bytes of a vector."""
        place = self._place(slot)
        start, length = (0, 0) if place is None else self._vector(place, 1)
        return self.data[start : start + length]

    def length(self, slot: int) -> int:
        """How many entries a vector says it has."""
        place = self._place(slot)
        return 0 if place is None else self._vector(place, 1)[1]

    def table(self, slot: int) -> "Table | None":
        """The table in a slot."""
        place = self._place(slot)
        return None if place is None else Table(self.data, self._follow(place), self.budget)

    def tables(self, slot: int) -> Iterator["Table"]:
        """The tables of a vector."""
        place = self._place(slot)
        if place is None:
            return
        start, length = self._vector(place, 4)
        for number in range(length):
            self.budget.spend_items()
            yield Table(self.data, self._follow(start + 4 * number), self.budget)

    def texts(self, slot: int) -> Iterator[str]:
        """The texts of a vector."""
        place = self._place(slot)
        if place is None:
            return
        start, length = self._vector(place, 4)
        for number in range(length):
            self.budget.spend_items()
            begin, size = self._vector(start + 4 * number, 1)
            yield text_of(self.data[begin : begin + size])

    def _place(self, slot: int) -> int | None:
        layout = self.at - _number(self.data, self.at, "<i")
        if 4 + 2 * slot >= _number(self.data, layout, "<H"):
            return None
        offset = _number(self.data, layout + 4 + 2 * slot, "<H")
        return self.at + offset if offset else None

    def _follow(self, place: int) -> int:
        return place + _number(self.data, place, "<I")

    def _vector(self, place: int, width: int) -> tuple[int, int]:
        at = self._follow(place)
        length = _number(self.data, at, "<I")
        if length > _MOST * 1024 or at + 4 + length * width > len(self.data):
            raise Unreadable(Cause.DAMAGED, "A list of the network says it is longer than the file.")
        return at + 4, length


def root(data: memoryview, budget: Budget) -> Table:
    """The table a buffer begins with."""
    return Table(data, _number(data, 0, "<I"), budget)


def is_laid_out(data: memoryview, start: int) -> bool:
    """Whether a buffer can begin there: its first table lies near, and that one's layout has a length that can be."""
    if start < 0:
        return False
    first = start + int.from_bytes(data[start : start + 4], "little")
    if not start + 8 <= first <= min(start + _FURTHEST_ROOT, len(data) - 4):
        return False
    layout = first - int.from_bytes(data[first : first + 4], "little", signed=True)
    length = int.from_bytes(data[layout : layout + 2], "little") if start < layout < len(data) - 2 else 0
    return 4 < length <= 64 and length % 2 == 0


def _number(data: memoryview, at: int, code: str) -> int:
    if at < 0 or at + struct.calcsize(code) > len(data):
        raise Unreadable(Cause.DAMAGED, "The network's description leads outside the file.")
    value: int = struct.unpack_from(code, data, at)[0]
    return value
