"""Object files of Unix: whether one is plain, so that nothing but its bytes can tell anything.

A static library has hundreds of them, and nearly all are plain: no program headers, so nothing is linked, noted or
loaded; a table of sections that ends the file, so nothing lies behind it. Asking each reader and container would find
the same at five times the price. Names of sections that a reader looks into, and marks of what containers look for
inside programs, are left to the search of the bytes: the names alone are megabytes in large objects.

Specification: System V gABI, chapter 4 (https://gabi.xinuos.com).
"""

import struct

from scanner.formats.elf_tables import ET_REL
from scanner.formats.module_lists import GO_SECTIONS, RUST_SECTION

_HEADERS = {
    b"\x7fELF\1\1": (struct.Struct("<H2x4x4xII4x6H"), struct.Struct("<16xII")),
    b"\x7fELF\1\2": (struct.Struct(">H2x4x4xII4x6H"), struct.Struct(">16xII")),
    b"\x7fELF\2\1": (struct.Struct("<H2x4x8xQQ4x6H"), struct.Struct("<24xQQ")),
    b"\x7fELF\2\2": (struct.Struct(">H2x4x8xQQ4x6H"), struct.Struct(">24xQQ")),
}
"""By class and byte order: type, where the tables are and their sizes; and of a section, where it is and its size."""
_SECTION_BYTES = {1: 40, 2: 64}
LOOKED_INTO = tuple(name.encode() for name in (*GO_SECTIONS, RUST_SECTION))
"""Names of sections that the reader of ELF files looks into: a file in which one of these stands is asked about."""
_MOST_SECTIONS = 0xFF00


def is_plain(data: memoryview) -> bool:
    """Whether no reader and no container could say anything of the file but that it is of type `elf`, unless a name of
    `LOOKED_INTO` or a mark of a container stands in it."""
    shapes = _HEADERS.get(bytes(data[:6]))
    if shapes is None or len(data) < 64:
        return False
    header, place = shapes
    kind, _, sections, head, _, segments, stride, count, names = header.unpack_from(data, 16)
    is_whole = sections + stride * count == len(data) and stride == _SECTION_BYTES[data[4]]
    if kind != ET_REL or segments or not is_whole or not 0 < names < count < _MOST_SECTIONS or head > len(data):
        return False
    start, size = place.unpack_from(data, sections + stride * names)
    return bool(size > 0 and start + size <= sections)
