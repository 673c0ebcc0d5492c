"""Where a program's own parts end, by its tables alone: what lies behind was appended to it.

Specification: ELF gABI chapters 4 and 5; PE/COFF §3 and §4. A signature of a PE file lies behind what was appended.
"""

import struct
from typing import NamedTuple

from scanner.model.source import Magic

PROGRAM_MAGICS = tuple(map(Magic, (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")))
"""How programs begin: ELF, PE, and Mach-O for one processor (64 and 32 bits) or several."""

_MOST_PARTS = 4096
_NOBITS = 8


class _Layout(NamedTuple):
    """Of ELF, for 32 and 64 bits: where the header's numbers stand, and the tables' rows."""

    offsets_at: int
    offsets: str
    counts_at: int
    program: str
    program_bytes: int
    section: str
    section_bytes: int


_LAYOUTS = {
    1: _Layout(28, "2I", 42, "4xI8xI12x", 32, "4xI8x2I16x", 40),
    2: _Layout(32, "2Q", 54, "8xQ16xQ16x", 56, "4xI16x2Q24x", 64),
}


def program_end(data: memoryview) -> int:
    """The offset in bytes, at least that of the file's end where nothing was appended; 0 where the file is no ELF or PE
    file, or its tables are damaged."""
    begins = bytes(data[:6])
    try:
        if begins.startswith(b"\x7fELF") and len(begins) == 6:
            return _elf(data, _LAYOUTS[2 if begins[4] == 2 else 1], ">" if begins[5] == 2 else "<")
        return _pe(data) if begins.startswith(b"MZ") else 0
    except struct.error:
        return 0


def _elf(data: memoryview, layout: _Layout, order: str) -> int:
    programs, sections = struct.unpack_from(order + layout.offsets, data, layout.offsets_at)
    program_bytes, program_count, section_bytes, section_count = struct.unpack_from(
        f"{order}4H", data, layout.counts_at
    )
    ends: list[int] = [programs + program_bytes * program_count, sections + section_bytes * section_count]
    if max(ends) >= len(data):  # linkers write the table of sections last: nothing can lie behind it
        return max(ends)
    if program_bytes == layout.program_bytes:
        table = data[programs : programs + program_bytes * min(program_count, _MOST_PARTS)]
        ends += [offset + size for offset, size in struct.iter_unpack(order + layout.program, table)]
    if section_bytes == layout.section_bytes:
        table = data[sections : sections + section_bytes * min(section_count, _MOST_PARTS)]
        rows = struct.iter_unpack(order + layout.section, table)
        ends += [offset + size for kind, offset, size in rows if kind != _NOBITS]
    return max(ends)


def _pe(data: memoryview) -> int:
    (header,) = struct.unpack_from("<I", data, 60)
    if bytes(data[header : header + 4]) != b"PE\0\0":
        return 0
    count, optional_bytes = struct.unpack_from("<2xH12xH", data, header + 4)
    sections = header + 24 + optional_bytes
    table = data[sections : sections + 40 * min(count, _MOST_PARTS)]
    ends: list[int] = [sections + 40 * count]
    ends += [offset + size for size, offset in struct.iter_unpack("<16x2I16x", table) if size]
    return max(ends)
