"""Compound files (OLE): streams in chains of sectors, as Windows Installer and older Office files keep them.

```
header | sectors: allocation table (FAT) · table of small sectors · directory · contents; chains lead through the FAT
directory entry: name | kind | left, right, child | class | first sector | size     small streams: in the root's stream
```
Specification: [MS-CFB] of Microsoft. The library of the field (olefile) reads a whole stream into memory and walks the
directory by recursion, as deep as the file says; here a stream that lies in one piece is given in place.
"""

import struct
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from scanner.formats.records import damaged
from scanner.model.source import Budget, Source

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_BYTES, _ENTRY_BYTES = 512, 128
_HEADER = struct.Struct("<24x2HH2H6xIII4xIIIII")
_IN_HEADER, _IN_HEADER_AT = 109, 76
_ENTRY = struct.Struct("<64sHBx3I16s20xIQ")
_LAST_SECTOR = 0xFFFFFFF9
"""Numbers above mean an end, a free sector or a table."""
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_PIECE_BYTES = 1 << 20


class Entry(NamedTuple):
    """A stream, or the root, which holds the small streams."""

    name: str
    start: int
    size: int
    folders: tuple[str, ...] = ()
    """The storages that hold it, from the outside."""


class _Row(NamedTuple):
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class CompoundFile:
    """The directory of a compound file, and its streams.

    Raises:
        Unreadable: The header, a table or a chain is damaged, or claims more than the budget allows.
    """

    def __init__(self, source: Source, budget: Budget) -> None:
        self._data = source.view()
        self._budget = budget
        if len(self._data) < _HEADER_BYTES or bytes(self._data[:8]) != MAGIC:
            raise damaged("The header of the compound file is cut short.")
        (_, major, order, shift, small_shift, _, _, directory, cutoff, small, _, tables, _) = _HEADER.unpack_from(
            self._data
        )
        if order != 0xFFFE or shift not in (9, 12) or small_shift != 6:
            raise damaged("The header of the compound file is of no known kind.")
        self._sector = 1 << shift
        self._cutoff = cutoff
        self._numbers = self._allocation(tables)
        self._small = self._words(b"".join(self._pieces(small)))
        self.root, self.streams = self._directory(directory, is_wide=major >= 4)
        self._in_root: bytes | None = None

    def content(self, entry: Entry) -> Iterator[memoryview]:
        """A stream in pieces of at most 1 MiB, in place where it lies in one."""
        left = entry.size
        for piece in self._runs(entry):
            for at in range(0, min(len(piece), left), _PIECE_BYTES):
                part = piece[at : min(at + _PIECE_BYTES, left)]
                self._budget.spend_bytes(len(part))
                yield part
            left -= min(len(piece), left)
            if not left:
                return
        if left:
            raise damaged("A stream of the compound file ends early; what came before was read.")

    def in_place(self, entry: Entry) -> memoryview | None:
        """A stream that lies in one piece; None of any other."""
        first = next(iter(self._runs(entry)), None)
        return first[: entry.size] if first is not None and len(first) >= entry.size else None

    def _runs(self, entry: Entry) -> Iterator[memoryview]:
        if entry.size >= self._cutoff or entry is self.root:
            yield from self._stretches(entry.start, self._numbers, self._data[self._sector :], self._sector)
            return
        if self._in_root is None:
            self._in_root = b"".join(self.content(self.root))
        yield from self._stretches(entry.start, self._small, memoryview(self._in_root), 64)

    def _stretches(self, start: int, table: "array[int]", data: memoryview, sector: int) -> Iterator[memoryview]:
        """The parts of a chain that lie in one piece each."""
        first = end = 0
        for number in self._chain(start, table):
            if number != end and end > first:
                yield data[first * sector : end * sector]
            if number != end or end == 0:
                first = number
            end = number + 1
        if end > first:
            yield data[first * sector : end * sector]

    def _chain(self, start: int, table: "array[int]") -> Iterator[int]:
        number, steps = start, 0
        while number <= _LAST_SECTOR:
            self._budget.spend_items()
            if number >= len(table) or steps > len(table):
                raise damaged("A chain of sectors of the compound file leads nowhere.")
            yield number
            number, steps = table[number], steps + 1

    def _pieces(self, start: int) -> Iterator[bytes]:
        for stretch in self._stretches(start, self._numbers, self._data[self._sector :], self._sector):
            self._budget.spend_bytes(len(stretch))
            yield bytes(stretch)

    def _allocation(self, first_table: int) -> "array[int]":
        """The FAT: of each sector the next one; its own sectors are listed in the header and in further tables."""
        listed = list(struct.unpack_from(f"<{_IN_HEADER}I", self._data, _IN_HEADER_AT))
        per_sector, table, steps = self._sector // 4, first_table, 0
        while table <= _LAST_SECTOR:
            steps += 1
            self._budget.spend_items(per_sector)
            if steps * self._sector > len(self._data):
                raise damaged("The list of tables of the compound file has no end.")
            *more, table = self._words(self._sector_bytes(table)) or [_LAST_SECTOR + 1]
            listed += more
        numbers = array("I")
        for sector in listed:
            if sector <= _LAST_SECTOR and len(numbers) * self._sector <= len(self._data):
                numbers.extend(self._words(self._sector_bytes(sector)))
        return numbers

    def _sector_bytes(self, number: int) -> bytes:
        start = (number + 1) * self._sector
        self._budget.spend_bytes(self._sector)
        return bytes(self._data[start : start + self._sector])

    @staticmethod
    def _words(data: bytes) -> "array[int]":
        return array("I", struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4]))

    def _directory(self, start: int, *, is_wide: bool) -> tuple[Entry, tuple[Entry, ...]]:
        rows = []
        for stretch in self._pieces(start):
            for at in range(0, len(stretch) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
                self._budget.spend_items()
                rows.append(_row(stretch, at, is_wide=is_wide))
        if not rows or rows[0].kind != _ROOT:
            raise damaged("The compound file's directory has no root.")
        streams = []
        seen: set[int] = {0}
        waiting: list[tuple[int, tuple[str, ...]]] = [(rows[0].child, ())]
        while waiting:
            number, folders = waiting.pop()
            if number in seen or number >= len(rows):
                continue
            seen.add(number)
            row = rows[number]
            waiting += [(row.left, folders), (row.right, folders)]
            if row.kind == _STORAGE:
                waiting.append((row.child, (*folders, row.name)))
            elif row.kind == _STREAM:
                streams.append(Entry(row.name, row.start, row.size, folders))
        return Entry("", rows[0].start, rows[0].size), tuple(streams)


def _row(stretch: bytes, at: int, *, is_wide: bool) -> _Row:
    raw, length, kind, left, right, child, _, first, size = _ENTRY.unpack_from(stretch, at)
    name = raw[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
    return _Row(name, kind, left, right, child, first, size if is_wide else size & 0xFFFFFFFF)
