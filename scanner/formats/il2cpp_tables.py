"""The tables of `global-metadata.dat`, which Unity's compiler to machine code (IL2CPP) leaves beside the program.

```
header      magic, version | offset and size in bytes of each table: literals, their text, names, …
literals    u32 length, u32 offset in the text         names       UTF-8, each ends in a NUL
types       u32 name, u32 name space, … | counts of 16 bits, flags, u32 token (0x02…)
nested      u32 number of a type each; a type has a run of them
```
The records of types and methods grew and shrank with the versions in their middle. What is wanted stands at their ends,
and a record ends in a token whose highest byte tells its kind; so the size of a record is found, not looked up.

Specification: vm/GlobalMetadataFileInternals.h of Unity's libil2cpp; the order of the fields (versions 24 to 31) was
held against github.com/Perfare/Il2CppDumper, MetadataClass.cs.
"""

import struct
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from scanner.formats.buffers import rows_of
from scanner.formats.records import damaged, raw_name_at, text
from scanner.model.source import Budget, Source, Unreadable
from scanner.model.vocabulary import Cause

MAGIC = bytes.fromhex("af1bb1fa")
VERSIONS = range(24, 32)
_LITERALS, LITERAL_TEXT, _NAMES, _NESTED, _TYPES = 0x08, 0x10, 0x18, 0x80, 0xA0
"""Where the header says offset and size of a table."""
_HEADER_BYTES = 0xA8
_PAIR = struct.Struct("<2I")
_NUMBER = struct.Struct("<I")
_RECORD_BYTES = (88, 92, 100, 104)
_TYPE_TOKEN = 0x02
_NESTED_AT, _NESTED_COUNT_AT = 40, 16
"""Bytes before the end of a type's record: the first of the types inside it, and how many."""
_PIECE = 4096
"""Records that are copied at a time."""


class Table(NamedTuple):
    """A part of the file that the header names."""

    start: int
    size: int


class TypeRecord(NamedTuple):
    """One type: where its names stand in the table of names, and the run of the types inside it."""

    name: int
    space: int
    first_nested: int
    nested: int


class Il2cppTables:
    """The tables of one file, read where they are asked for."""

    def __init__(self, source: Source, budget: Budget) -> None:
        """Read the header.

        Raises:
            Unreadable: unsupported, where the version is another; damaged, where the header is cut short.
        """
        self._source, self._budget = source, budget
        header = bytes(source.view(0, _HEADER_BYTES))
        if len(header) < _HEADER_BYTES:
            raise damaged("The metadata of the Unity program end inside their header.")
        (self.version,) = _NUMBER.unpack_from(header, 4)
        if self.version not in VERSIONS:
            reason = f"The metadata of the Unity program are of version {self.version}; only their bytes were searched."
            raise Unreadable(Cause.UNSUPPORTED, reason)
        self._header = header

    def table(self, at: int) -> Table:
        """The part of the file of which the header speaks at `at`.

        Raises:
            Unreadable: damaged, where it does not fit the file.
        """
        start, size = _PAIR.unpack_from(self._header, at)
        if start + size > self._source.size:
            raise damaged("A table of the Unity program's metadata reaches past the end of the file.")
        return Table(start, size)

    def literals(self) -> Iterator[bytes]:
        """The texts in the program's code, UTF-8, in the order of the table; what does not fit is left out."""
        rows, text_table = self.table(_LITERALS), self.table(LITERAL_TEXT)
        content = self._source.view(text_table.start, text_table.size)
        for length, offset in self._rows(_PAIR, rows):
            if offset + length <= len(content):
                self._budget.spend_bytes(length + 1)
                yield bytes(content[offset : offset + length])

    def types(self) -> Iterator[TypeRecord]:
        """All types of the program and of what it is made with.

        Raises:
            Unreadable: unsupported, where no known size of a record fits.
        """
        table = self.table(_TYPES)
        if not table.size:
            return
        size = next((size for size in _RECORD_BYTES if self._fits(table, size)), 0)
        if not size:
            raise Unreadable(Cause.UNSUPPORTED, "The Unity program's types are of a layout that is not known.")
        layout = struct.Struct(f"<2I{size - _PAIR.size - _NESTED_AT}xI{_NESTED_AT - 4 - _NESTED_COUNT_AT}xH14x")
        for row in self._rows(layout, table):
            yield TypeRecord(*row)

    def nested(self) -> list[int]:
        """Numbers of types, of which each type has a run."""
        return [number for (number,) in self._rows(_NUMBER, self.table(_NESTED))]

    def name(self, index: int) -> str:
        """A name by where it begins in the table of names.

        Raises:
            Unreadable: damaged, where it stands outside of that table.
        """
        table = self._names
        if not 0 <= index < table.size:
            raise damaged("A type of the Unity program has a name outside of the table of names.")
        return text(raw_name_at(self._source, table.start + index, self._budget))

    @cached_property
    def _names(self) -> Table:
        return self.table(_NAMES)

    def _fits(self, table: Table, size: int) -> bool:
        """Whether the first and the last record end in the token of a type if they have this size."""
        count, rest = divmod(table.size, size)
        ends = (table.start + size, table.start + min(count, 2) * size, table.start + table.size)
        return count > 0 and not rest and all(self._source.view(end - 1, 1)[0] == _TYPE_TOKEN for end in ends)

    def _rows(self, layout: struct.Struct, table: Table) -> Iterator[tuple[int, ...]]:
        step = layout.size * _PIECE
        for start in range(0, table.size, step):
            piece = self._source.view(table.start + start, min(step, table.size - start))
            self._budget.spend_items(len(piece) // layout.size)
            yield from rows_of(layout, piece)
