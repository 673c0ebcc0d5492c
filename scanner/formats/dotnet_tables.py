"""The metadata tables of a .NET assembly, read in place.

    CLR header ─► metadata root "BSJB" ─► #Strings   names
                                       └► #~         rows of tables: types, members, references …

A row's width follows from how many rows the tables have to which its columns point, so the shapes of all tables up to
the last one wanted are written down here.

Specification: ECMA-335, partition II, chapters 22 to 25: https://ecma-international.org/publications-and-standards/
standards/ecma-335/
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from struct import Struct
from typing import Any

from scanner.formats.buffers import rows_of
from scanner.formats.pe_tables import CLR, Image
from scanner.formats.records import MAX_NAME_BYTES, damaged, record, text
from scanner.model.source import Budget

TYPE_REF, TYPE_DEF, MEMBER_REF, MODULE_REF, IMPL_MAP = 0x01, 0x02, 0x0A, 0x1A, 0x1C
ASSEMBLY, ASSEMBLY_REF, MANIFEST_RESOURCE, NESTED_CLASS = 0x20, 0x23, 0x28, 0x29

_CLR_HEADER = Struct("<8xII8xII")
_ROOT = Struct("<4s8xI")
_STREAM = Struct("<II")
_TABLES_HEADER = Struct("<6xBxQ8x")
_EXTRA_DATA = 0x40
_LONGEST_STREAM_NAME = 32
_MOST_STREAMS = 64

_CODED = {
    "TypeDefOrRef": (2, "02 01 1B"),
    "HasConstant": (2, "04 08 17"),
    "HasCustomAttribute": (5, "06 04 01 02 08 09 0A 00 0E 17 14 11 1A 1B 20 23 26 27 28 2A 2C 2B"),
    "HasFieldMarshal": (1, "04 08"),
    "HasDeclSecurity": (2, "02 06 20"),
    "MemberRefParent": (3, "02 01 1A 06 1B"),
    "HasSemantics": (1, "14 17"),
    "MethodDefOrRef": (1, "06 0A"),
    "MemberForwarded": (1, "04 06"),
    "Implementation": (2, "26 23 27"),
    "CustomAttributeType": (3, "06 0A"),
    "ResolutionScope": (2, "00 1A 23 01"),
}
"""Coded indices: how many bits say which table, and the tables."""
_SHAPES = (
    "2 s g g g", "ResolutionScope s s", "4 s s TypeDefOrRef 04 06", "04", "2 s b", "06", "4 2 2 s b 08", "08", "2 2 s",
    "02 TypeDefOrRef", "MemberRefParent s b", "2 HasConstant b", "HasCustomAttribute CustomAttributeType b",
    "HasFieldMarshal b", "2 HasDeclSecurity b", "2 4 02", "4 04", "b", "02 14", "14", "2 s TypeDefOrRef", "02 17", "17",
    "2 s b", "2 06 HasSemantics", "02 MethodDefOrRef MethodDefOrRef", "s", "b", "2 MemberForwarded s 1A", "4 04", "4 4",
    "4", "4 2 2 2 2 4 b s s", "4", "4 4 4", "2 2 2 2 4 b s s b", "4 23", "4 4 4 23", "4 s b", "4 4 s s Implementation",
    "4 4 s Implementation", "02 02",
)  # fmt: skip
"""The columns of each table by its number: bytes, heap (strings, GUIDs, blobs), table, or coded index."""


@dataclass(frozen=True)
class Metadata:
    """The tables and names of one assembly."""

    budget: Budget
    rows_of: tuple[int, ...]
    """How many rows each table claims to have."""
    layouts: tuple[Struct, ...]
    starts: tuple[int, ...]
    """Where each table begins in `data`."""
    data: memoryview
    names: bytes
    resources: int
    """File offset of the resources inside the assembly; 0 where there are none."""

    def rows(self, table: int) -> Iterator[tuple[Any, ...]]:
        """The rows of a table, as far as they are in the file."""
        layout, start = self.layouts[table], self.starts[table]
        view = self.data[start : start + self.rows_of[table] * layout.size]
        present = len(view) // layout.size
        self.budget.spend_items(present)
        yield from rows_of(layout, view[: present * layout.size])

    def name(self, offset: int) -> str:
        """A name of the #Strings heap."""
        end = self.names.find(b"\0", offset, offset + MAX_NAME_BYTES)
        return text(self.names[offset:end]) if end > offset else ""

    @cached_property
    def is_cut_short(self) -> bool:
        """Whether the last table that is read here ends behind the end of the file."""
        return self.starts[-1] + self.rows_of[len(_SHAPES) - 1] * self.layouts[-1].size > len(self.data)


def is_assembly(head: bytes) -> bool:
    """Whether the first bytes of a PE file hold a directory entry for a CLR header."""
    start = int.from_bytes(head[0x3C:0x40], "little")
    optional = start + 24
    wide = {b"\x0b\x02": 112, b"\x0b\x01": 96}.get(head[optional : optional + 2], 0)
    entry = optional + wide + 8 * CLR
    return bool(wide) and head[start : start + 4] == b"PE\0\0" and any(head[entry : entry + 4])


def read_metadata(image: Image) -> Metadata | None:
    """The metadata of an assembly; None where a PE file is none.

    Raises:
        Unreadable: damaged, when the metadata is not where the CLR header says, or of no known form.
    """
    header = image.directory(CLR)
    if header is None:
        return None
    address, _size, resources, resources_size = record(image.source, _CLR_HEADER, header, "the CLR header")
    root = image.offset_of(address)
    streams = _streams(image, root)
    tables = streams.get("#~") or streams.get("#-")
    names = streams.get("#Strings", (0, 0))
    if tables is None:
        raise damaged("The .NET metadata has no tables.")
    image.budget.spend_bytes(min(names[1], image.source.size))
    data = image.source.view(*tables)
    heaps, valid = record(image.source, _TABLES_HEADER, tables[0], "the .NET tables")
    rows_of, first = _row_counts(data, valid)
    layouts = _layouts(rows_of, heaps)
    sizes = [rows * layout.size for rows, layout in zip(rows_of, layouts, strict=False)]
    return Metadata(
        budget=image.budget,
        rows_of=rows_of,
        layouts=layouts,
        starts=tuple(accumulate(sizes[:-1], initial=first + (4 if heaps & _EXTRA_DATA else 0))),
        data=data,
        names=bytes(image.source.view(*names)),
        resources=image.offset_of(resources) if resources and resources_size else 0,
    )


def _streams(image: Image, root: int) -> dict[str, tuple[int, int]]:
    """File offset and size of each stream, by its name."""
    magic, length = record(image.source, _ROOT, root, "the .NET metadata")
    if magic != b"BSJB":
        raise damaged("The CLR header leads to no .NET metadata.")
    at = root + _ROOT.size + length + 4
    (count,) = record(image.source, Struct("<H"), at - 2, "the .NET metadata")
    found = {}
    for _ in range(min(count, _MOST_STREAMS)):
        image.budget.spend_items()
        offset, size = record(image.source, _STREAM, at, "the list of .NET streams")
        name = bytes(image.source.view(at + _STREAM.size, _LONGEST_STREAM_NAME)).partition(b"\0")[0]
        found[text(name)] = (root + offset, size)
        at += _STREAM.size + (len(name) + 4) // 4 * 4
    return found


def _row_counts(data: memoryview, valid: int) -> tuple[tuple[int, ...], int]:
    """How many rows each of 64 tables has, and where the rows begin."""
    counts, at = [0] * 64, _TABLES_HEADER.size
    for table in range(64):
        if valid >> table & 1:
            counts[table] = int.from_bytes(data[at : at + 4], "little")
            at += 4
    return tuple(counts), at


def _layouts(rows_of: tuple[int, ...], heaps: int) -> tuple[Struct, ...]:
    wide = {kind: "I" if heaps & bit else "H" for kind, bit in (("s", 1), ("g", 2), ("b", 4))}

    def column(kind: str) -> str:
        if kind in wide:
            return wide[kind]
        if kind in ("2", "4"):
            return "H" if kind == "2" else "I"
        bits, tables = _CODED.get(kind, (0, kind))
        most = max(rows_of[int(table, 16)] for table in tables.split())
        return "I" if most >= 1 << (16 - bits) else "H"

    return tuple(Struct("<" + "".join(map(column, shape.split()))) for shape in _SHAPES)
