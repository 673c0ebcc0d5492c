"""The load commands of a Mach-O file, read in place.

    fat header ─► slice ─► header ─► load commands ─► LC_SEGMENT ─► sections
                                                   └► LC_SYMTAB, LC_CODE_SIGNATURE …

Specification: mach-o/loader.h, mach-o/fat.h and mach-o/nlist.h: https://github.com/apple-oss-distributions/xnu
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

from scanner.formats.buffers import rows_of
from scanner.formats.records import damaged, record, records, text
from scanner.model.source import Budget, Source

THIN = {
    b"\xfe\xed\xfa\xce": (">", 28),
    b"\xce\xfa\xed\xfe": ("<", 28),
    b"\xfe\xed\xfa\xcf": (">", 32),
    b"\xcf\xfa\xed\xfe": ("<", 32),
}
"""Byte order and header size by magic."""
WIDE = frozenset(magic for magic, (_, size) in THIN.items() if size == 32)
"""The magics of images of 64 bits."""
FAT = {b"\xca\xfe\xba\xbe": Struct(">IIIII"), b"\xca\xfe\xba\xbf": Struct(">IIQQII")}
"""The record of one slice by magic."""
MAX_SLICES = 44
"""A Java class file has the fat magic too; from 45 on the number is its version."""
LC_SYMTAB, LC_DYSYMTAB, LC_CODE_SIGNATURE = 0x2, 0xB, 0x1D
DSYM = 0xA
"""MH_DSYM: a file of debug symbols claims the segments of its program without holding them."""

_STATIC_LIBRARY = b"!<arch>\n"
"""A slice may be a static library: its bytes are searched as any file's, it links to nothing yet."""
_WIDE_SEGMENT = 0x19
_SEGMENTS = {0x1: ("32xII8xI4x", "16s16sIII12xI8x"), _WIDE_SEGMENT: ("40xQQ8xI4x", "16s16sQQI12xI12x")}
"""Layouts of a segment command (offset, size in the file, number of sections) and of the sections that follow it
(section, segment, address, size, offset, flags), by command."""
_ZERO_FILLED = frozenset({0x1, 0xC, 0x12})
"""Section types that have no bytes in the file."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One Mach-O image inside the file."""

    prefix: str
    """Begins the places inside it; empty in a thin file."""
    start: int
    size: int


class Section(NamedTuple):
    """A section that has bytes in the file."""

    name: str
    """With its segment: `__TEXT,__cstring`."""
    address: int
    size: int
    offset: int
    """In the slice."""


@dataclass(frozen=True, slots=True)
class Command:
    """One load command."""

    number: int
    """Its `cmd` field."""
    order: str
    data: bytes

    def text_at(self, offset: int) -> str:
        """A name inside the command, up to its NUL or the command's end."""
        return text(self.data[offset:].split(b"\0", 1)[0])


def slices_of(source: Source, budget: Budget) -> Iterator[Slice]:
    """The images in the file. Raises `Unreadable` (damaged) where the list of them breaks off."""
    magic = bytes(source.view(0, 4))
    if magic not in FAT:
        yield Slice("", 0, source.size)
        return
    (count,) = record(source, Struct(">I"), 4, "the fat header")
    rows = list(records(source, FAT[magic], 8, min(count, MAX_SLICES), budget))
    for index, row in enumerate(rows):
        yield Slice(f"slice[{index}] ", row[2], row[3])
    if len(rows) < count:
        raise damaged("The file ends before its list of slices is complete.")


def commands_of(source: Source, part: Slice, budget: Budget) -> Iterator[Command]:
    """The load commands of an image. Raises `Unreadable` (damaged) where they break off."""
    magic = bytes(source.view(part.start, 8))
    if magic == _STATIC_LIBRARY:
        return
    order, header_size = THIN.get(magic[:4], ("", 0))
    if not order:
        raise damaged("A slice does not begin as a Mach-O image does.")
    count, size = record(source, Struct(order + "16xII"), part.start, "the Mach-O header")
    head = Struct(order + "II")
    offset = part.start + header_size
    end = min(offset + size, source.size)
    for _ in range(count):
        budget.spend_items()
        number, length = record(source, head, offset, "the list of load commands")
        if length < head.size or offset + length > end:
            raise damaged("A load command reaches past the end of its list or of the file.")
        budget.spend_bytes(length)
        yield Command(number, order, bytes(source.view(offset, length)))
        offset += length


def segment_of(command: Command) -> tuple[int, int, int] | None:
    """Offset, size in the file and claimed number of sections of a segment command."""
    if command.number not in _SEGMENTS:
        return None
    layout = Struct(command.order + _SEGMENTS[command.number][0])
    return layout.unpack_from(command.data) if len(command.data) >= layout.size else None


def sections_of(command: Command, budget: Budget) -> Iterator[Section]:
    """The sections of a segment command that have bytes in the file; nothing for other commands."""
    claimed = segment_of(command)
    if claimed is None:
        return
    first, layout = (Struct(command.order + shape) for shape in _SEGMENTS[command.number])
    data = command.data[first.size : first.size + claimed[2] * layout.size]
    for row in rows_of(layout, data):
        budget.spend_items()
        section, owner, address, size, offset, flags = row
        if size and offset and flags & 0xFF not in _ZERO_FILLED:
            yield Section(f"{text(owner.rstrip(bytes(1)))},{text(section.rstrip(bytes(1)))}", address, size, offset)


class Addresses(NamedTuple):
    """Where a segment lies in memory and in its slice."""

    start: int
    size: int
    offset: int


def addresses_of(command: Command) -> Addresses | None:
    """The addresses of what a segment command loads from the file; None for other commands."""
    if command.number not in _SEGMENTS:
        return None
    layout = Struct(command.order + ("24xQ8xQQ" if command.number == _WIDE_SEGMENT else "24xI4xII"))
    if len(command.data) < layout.size:
        return None
    start, offset, size = layout.unpack_from(command.data)
    return Addresses(start, size, offset)
