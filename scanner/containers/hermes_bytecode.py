"""Hermes bytecode: what React Native compiles the JavaScript of an app to. Inside are its texts, one a line: property
names, function names and constants.

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
from functools import partial
from typing import NamedTuple

from scanner.containers import Member
from scanner.containers.stored import lines, slices
from scanner.formats.buffers import rows_of
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="hermes-bytecode",
    version=1,
    line="Compiled JavaScript of React Native apps (Hermes): its texts, with the names of properties and functions",
    specification="https://github.com/facebook/hermes, include/hermes/BCGen/HBC/BytecodeFileFormat.h",
    limits="Instructions are not read: a name says that it stands there and not what is called. Bundlers replace the "
    "names of modules by numbers. Where the tables do not add up, only the bytes are searched, and that is said.",
    magics=(Magic(bytes.fromhex("c61fbc03c103191f")),),
)
RANDOM_ACCESS = True

_COUNTS = struct.Struct("<6I")
_MAGIC_BYTES, _COUNTS_AT, _HEADER_BYTES = 8, 0x28, 128
_FUNCTION_HEADER_BYTES = (16, 12)
_RUN = 0x7FFFFFFF
_OVERFLOWS = 0xFF


class _Tables(NamedTuple):
    """Where what is."""

    strings: int
    overflow: int
    storage: int
    texts: int
    overflows: int
    storage_bytes: int


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """One member with all texts, or with what stands behind the magic where the tables do not add up.

    Raises:
        Unreadable: unsupported, in the second case.
    """
    tables = _tables(source, budget)
    if tables is not None:
        size = tables.storage_bytes
        yield Member(name="strings", kind="file", size=size, chunks=lambda: lines(_texts(source, tables, budget)))
        return
    rest = source.size - _MAGIC_BYTES
    bytes_alone = partial(slices, source.view(), _MAGIC_BYTES, rest, budget)
    yield Member(name="content", kind="file", size=rest, chunks=bytes_alone)
    reason = "The compiled JavaScript has tables of a layout that is not known; its bytes were searched as they are."
    raise Unreadable(Cause.UNSUPPORTED, reason)


def _tables(source: Source, budget: Budget) -> _Tables | None:
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
            return _Tables(strings, overflow, storage, count, overflows, storage_bytes)
    return None


def _runs(source: Source, at: int, kinds: int, budget: Budget) -> int:
    budget.spend_items(kinds)
    return sum(run & _RUN for (run,) in struct.iter_unpack("<I", source.view(at, 4 * kinds)))


def _texts(source: Source, tables: _Tables, budget: Budget) -> Iterator[bytes]:
    """The texts as UTF-8, in the order of the table."""
    storage = source.view(tables.storage, tables.storage_bytes)
    for offset, length, is_wide in _entries(source, tables, budget):
        size = 2 * length if is_wide else length
        budget.spend_bytes(size + 1)
        raw = bytes(storage[offset : offset + size])
        yield raw.decode("utf-16-le", "replace").encode("utf-8", "replace") if is_wide else raw


def _entries(source: Source, tables: _Tables, budget: Budget) -> Iterator[tuple[int, int, bool]]:
    """Offset in the storage, length in characters, and whether they are two bytes wide."""
    long = list(struct.iter_unpack("<2I", source.view(tables.overflow, 8 * tables.overflows)))
    budget.spend_items(tables.texts + tables.overflows)
    for (entry,) in rows_of(struct.Struct("<I"), source.view(tables.strings, 4 * tables.texts)):
        is_wide, offset, length = bool(entry & 1), entry >> 1 & 0x7FFFFF, entry >> 24
        if length == _OVERFLOWS and offset < len(long):
            offset, length = long[offset]
        yield offset, length, is_wide
