"""Object files of Unix: whether one is plain, so that nothing but its bytes can tell anything.

A static library has hundreds of them, and nearly all are plain: no program headers, so nothing is linked, noted or
loaded; a table of sections that ends the file, so nothing lies behind it; no section that a reader looks into. Asking
each reader and container would find the same at five times the price. Marks of what containers look for inside programs
are left to the search of the bytes.

Specification: System V gABI, chapter 4 (https://gabi.xinuos.com).
"""

import re
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
_LOOKED_INTO = re.compile("|".join(map(re.escape, (*GO_SECTIONS, RUST_SECTION, ".gnu_debugdata", ".debug_"))).encode())
"""One search for all: five searches of a short table take four times as long."""
_MOST_SECTIONS, _MOST_NAMES_BYTES = 0xFF00, 1 << 20


def is_plain(data: memoryview) -> bool:
    """Whether no reader and no container could say anything of the file but that it is of type `elf`."""
    shapes = _HEADERS.get(bytes(data[:6]))
    if shapes is None or len(data) < 64:
        return False
    header, place = shapes
    kind, _, sections, head, _, segments, stride, count, names = header.unpack_from(data, 16)
    is_whole = sections + stride * count == len(data) and stride == _SECTION_BYTES[data[4]]
    if kind != ET_REL or segments or not is_whole or not 0 < names < count < _MOST_SECTIONS or head > len(data):
        return False
    start, size = place.unpack_from(data, sections + stride * names)
    if not 0 < size <= _MOST_NAMES_BYTES or start + size > sections:
        return False
    return _LOOKED_INTO.search(data, start, start + size) is None
