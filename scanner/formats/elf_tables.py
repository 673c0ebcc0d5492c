"""The tables of an ELF file, read in place and by way of the program headers, as its loader reads them.

    header ─► program headers ─► PT_LOAD    address → offset
                               └► PT_DYNAMIC ─► DT_STRTAB, DT_SYMTAB, DT_NEEDED …
           └► section headers ─► names of regions, .symtab      (may be stripped, may lie: never needed to load)

Specification: System V gABI, chapters 4 and 5 (https://gabi.xinuos.com); GNU_HASH as binutils and glibc write it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from struct import Struct
from typing import NamedTuple

import msgspec

from scanner.formats.records import damaged, record, records
from scanner.model.source import Budget, Source

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4
PF_X, PF_W, PF_R = 1, 2, 4
SHT_SYMTAB, SHT_NOBITS, SHT_DYNSYM = 2, 8, 11
DT_NULL, DT_NEEDED, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ = 0, 1, 4, 5, 6, 10
DT_SONAME, DT_RPATH, DT_RUNPATH = 14, 15, 29
DT_GNU_HASH, DT_AUXILIARY, DT_FILTER = 0x6FFFFEF5, 0x7FFFFFFD, 0x7FFFFFFF
ET_REL = 1
SHF_COMPRESSED = 0x800

_MOST_BYTES = 1 << 20
"""Of notes, and of the names of sections."""
_PN_XNUM = 0xFFFF
_SHN_XINDEX = 0xFFFF


class Layout(msgspec.Struct, frozen=True):
    """The records of one class (32 or 64 bit) and byte order, and where the two classes order fields differently."""

    header: Struct
    segment: Struct
    segment_fields: tuple[int, ...]
    """Positions of type, flags, offset, address, file size."""
    section: Struct
    dynamic: Struct
    symbol: Struct
    symbol_fields: tuple[int, ...]
    """Positions of name, info, section index."""
    word: Struct
    hash_head: Struct
    """DT_HASH: buckets, chains."""
    gnu_hash_head: Struct
    """DT_GNU_HASH: buckets, first symbol, bloom words; the bloom shift follows."""
    bloom_bytes: int
    """Size of one word of the GNU_HASH bloom filter, as of an address."""
    compression: Struct
    """The header of a compressed section: its kind and the size of what is in it."""


def _layout(order: str, bits: int) -> Layout:
    if bits == 64:
        shapes = ("HHIQQQIHHHHHH", "IIQQQQQQ", "IIQQQQIIQQ", "QQ", "IBBHQQ")
    else:
        shapes = ("HHIIIIIHHHHHH", "IIIIIIII", "IIIIIIIIII", "II", "IIIBBH")
    header, segment, section, dynamic, symbol = (Struct(order + shape) for shape in shapes)
    return Layout(
        header=header,
        segment=segment,
        segment_fields=(0, 1, 2, 3, 5) if bits == 64 else (0, 6, 1, 2, 4),
        section=section,
        dynamic=dynamic,
        symbol=symbol,
        symbol_fields=(0, 1, 3) if bits == 64 else (0, 3, 5),
        word=Struct(order + "I"),
        hash_head=Struct(order + "II"),
        gnu_hash_head=Struct(order + "III"),
        bloom_bytes=bits // 8,
        compression=Struct(order + ("I4xQ8x" if bits == 64 else "II4x")),
    )


_LAYOUTS = {(bits // 32, data): _layout(order, bits) for bits in (32, 64) for data, order in ((1, "<"), (2, ">"))}


class Segment(msgspec.Struct, frozen=True):
    """A program header."""

    type: int
    flags: int
    offset: int
    address: int
    size: int
    """Bytes in the file, as claimed."""


class Section(msgspec.Struct, frozen=True):
    """A section header."""

    name_offset: int
    type: int
    offset: int
    size: int
    link: int
    entry_size: int
    flags: int


class Note(NamedTuple):
    """A note: who wrote it, of which kind it is, and what it says."""

    owner: bytes
    type: int
    content: bytes


@dataclass(frozen=True)
class Image:
    """An ELF file with its header and program headers read."""

    source: Source
    budget: Budget
    layout: Layout
    type: int
    segments: tuple[Segment, ...]
    segments_claimed: int
    sections_offset: int
    section_stride: int
    section_count: int
    section_names: int
    """Index of the section that holds the sections' names."""

    def offset_of(self, address: int) -> int:
        """The file offset that is loaded at an address.

        Raises:
            Unreadable: no loaded segment holds it.
        """
        for segment in self.segments:
            if segment.type == PT_LOAD and segment.address <= address < segment.address + segment.size:
                return address - segment.address + segment.offset
        raise damaged("A table's address lies in no part of the file that would be loaded.")

    def dynamic(self) -> Iterator[tuple[int, int]]:
        """Tag and value of each dynamic entry, up to DT_NULL or the end of the file."""
        size = self.layout.dynamic.size
        for segment in self.segments:
            if segment.type == PT_DYNAMIC:
                rows = records(self.source, self.layout.dynamic, segment.offset, segment.size // size, self.budget)
                for tag, value in rows:
                    if tag == DT_NULL:
                        return
                    yield tag, value

    def notes(self) -> Iterator[Note]:
        """The notes of the loaded file; those that do not fit their segment are left out (gABI ch. 5, Note Section)."""
        head = self.layout.gnu_hash_head  # three words too
        for segment in self.segments:
            if segment.type != PT_NOTE or not 0 < segment.size <= _MOST_BYTES:
                continue
            data = bytes(self.source.view(segment.offset, segment.size))
            self.budget.spend_bytes(len(data))
            at = 0
            while at + head.size <= len(data):
                self.budget.spend_items()
                owner_size, size, kind = head.unpack_from(data, at)
                start = at + head.size + _padded(owner_size, 4)
                owner = data[at + head.size : at + head.size + owner_size].rstrip(b"\0")
                yield Note(owner, kind, data[start : start + size])
                at = start + _padded(size, 4)

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The section headers that are in the file."""
        rows = records(
            self.source,
            self.layout.section,
            self.sections_offset,
            self.section_count,
            self.budget,
            self.section_stride,
        )
        return tuple(Section(row[0], row[1], row[4], row[5], row[6], row[9], row[2]) for row in rows)

    def section_name_table(self) -> bytes:
        """All names of sections, one after the other; empty where they are stripped."""
        at = self.sections_offset + self.section_names * self.section_stride
        view = self.source.view(at, self.layout.section.size)
        if not 0 < self.section_names < self.section_count or len(view) < self.layout.section.size:
            return b""
        row = self.layout.section.unpack(view)
        return bytes(self.source.view(row[4], min(row[5], _MOST_BYTES)))

    def is_cut_short(self) -> bool:
        """Whether the file ends before what its headers promise.

        Separate debug files promise segments that they do not hold, but their section headers, which stand last,
        are all there; a file that was cut has lost those too.
        """
        size = self.source.size
        if len(self.segments) < self.segments_claimed:
            return True
        sections_end = self.sections_offset + self.section_count * self.section_stride
        if self.section_count and sections_end <= size:
            return False
        loaded_end = max((s.offset + s.size for s in self.segments if s.type in (PT_LOAD, PT_DYNAMIC)), default=0)
        return loaded_end > size or sections_end > size


def _padded(size: int, to: int) -> int:
    return (size + to - 1) // to * to


def read_image(source: Source, budget: Budget) -> Image:
    """Read the header and as many program headers as are there.

    Raises:
        Unreadable: the header is cut short or of no known class or byte order.
    """
    ident = bytes(source.view(0, 16))
    layout = _LAYOUTS.get((ident[4], ident[5])) if len(ident) == 16 else None
    if layout is None:
        raise damaged("The ELF header is cut short, or of no known class and byte order.")
    header = record(source, layout.header, 16, "the ELF header")
    kind, segments_offset, sections_offset = header[0], header[4], header[5]
    segment_stride, segment_count, section_stride, section_count, section_names = header[8:13]
    if sections_offset and (segment_count == _PN_XNUM or not section_count or section_names == _SHN_XINDEX):
        # gABI ch. 4: numbers too large for the header stand in the first section header.
        first = source.view(sections_offset, layout.section.size)
        if len(first) == layout.section.size:
            row = layout.section.unpack(first)
            section_count = section_count or row[5]
            section_names = row[6] if section_names == _SHN_XINDEX else section_names
            segment_count = row[7] if segment_count == _PN_XNUM else segment_count
    rows = records(source, layout.segment, segments_offset, segment_count, budget, segment_stride)
    segments = tuple(Segment(*(row[field] for field in layout.segment_fields)) for row in rows)
    return Image(
        source=source,
        budget=budget,
        layout=layout,
        type=kind,
        segments=segments,
        segments_claimed=segment_count,
        sections_offset=sections_offset,
        section_stride=max(section_stride, layout.section.size) if sections_offset else 0,
        section_count=section_count if sections_offset else 0,
        section_names=section_names,
    )
