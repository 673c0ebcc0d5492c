"""The texts of Hermes bytecode, which React Native compiles the JavaScript of an app to.

```
header, 128 bytes   function headers   string kinds   hashes         string table   overflow table   storage
u64 magic           16 or 12 bytes     u32: run of    u32 each       u32: offset,   u32 offset,      all texts,
u32 version …       each, by version   one kind       identifier     length < 255   u32 length       end to end
```
In the storage nothing stands between two texts, and a text may be part of another: where one begins and ends only the
table tells. The runs of kinds must add up to the number of texts; that tells which of the two widths a version has.

Specification: github.com/facebook/hermes, BytecodeFileFormat.h and StringTableEntry.h (files of the bytecode
versions 84 and 99 were tried).
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from scanner.formats.buffers import rows_of
from scanner.model.source import Budget, Source

MAGIC = bytes.fromhex("c61fbc03c103191f")
_COUNTS = struct.Struct("<6I")
_COUNTS_AT, _HEADER_BYTES = 0x28, 128
_FUNCTION_HEADER_BYTES = (16, 12)
_RUN = 0x7FFFFFFF
_OVERFLOWS = 0xFF


class Tables(NamedTuple):
    """Where what is."""

    strings: int
    overflow: int
    storage: int
    texts: int
    overflows: int
    storage_bytes: int


def tables_of(source: Source, budget: Budget) -> Tables | None:
    """Where the tables lie; None where they do not add up."""
    header = bytes(source.view(_COUNTS_AT, _COUNTS.size))
    if len(header) < _COUNTS.size:
        return None
    functions, kinds, identifiers, count, overflows, storage_bytes = _COUNTS.unpack(header)
    for width in _FUNCTION_HEADER_BYTES:
        at = _HEADER_BYTES + functions * width
        strings = at + 4 * (kinds + identifiers)
        overflow = strings + 4 * count
        storage = overflow + 8 * overflows
        if storage + storage_bytes <= source.size and _runs(source, at, kinds, budget) == count:
            return Tables(strings, overflow, storage, count, overflows, storage_bytes)
    return None


def _runs(source: Source, at: int, kinds: int, budget: Budget) -> int:
    budget.spend_items(kinds)
    return sum(run & _RUN for (run,) in struct.iter_unpack("<I", source.view(at, 4 * kinds)))


def texts(source: Source, tables: Tables, budget: Budget) -> Iterator[bytes]:
    """The texts as UTF-8, in the order of the table."""
    storage = source.view(tables.storage, tables.storage_bytes)
    for offset, length, is_wide in _entries(source, tables, budget):
        size = 2 * length if is_wide else length
        budget.spend_bytes(size + 1)
        raw = bytes(storage[offset : offset + size])
        yield raw.decode("utf-16-le", "replace").encode("utf-8", "replace") if is_wide else raw


def _entries(source: Source, tables: Tables, budget: Budget) -> Iterator[tuple[int, int, bool]]:
    """Offset in the storage, length in characters, and whether they are two bytes wide."""
    long = list(struct.iter_unpack("<2I", source.view(tables.overflow, 8 * tables.overflows)))
    budget.spend_items(tables.texts + tables.overflows)
    for (entry,) in rows_of(struct.Struct("<I"), source.view(tables.strings, 4 * tables.texts)):
        is_wide, offset, length = bool(entry & 1), entry >> 1 & 0x7FFFFF, entry >> 24
        if length == _OVERFLOWS and offset < len(long):
            offset, length = long[offset]
        yield offset, length, is_wide
