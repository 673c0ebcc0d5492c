"""Compressed parts of ELF files: the small table of symbols that some distributions leave in stripped programs, and
compressed sections of debug information.

What was stripped from the program itself (names of functions and types, paths of sources) is in them.
"""

import struct
from collections.abc import Callable, Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import slices
from scanner.containers.streams import Inflater, fed, windows
from scanner.formats.elf_tables import read_image
from scanner.model.source import Budget, Info, Magic, Source

_SYMBOLS = b".gnu_debugdata"
_TEXTS = (b".debug_str", b".debug_line_str")
INFO = Info(
    name="elf-debug-data",
    version=1,
    line="Compressed symbols and debug information inside ELF files",
    specification="https://sourceware.org/gdb/current/onlinedocs/gdb.html/MiniDebugInfo.html, https://gabi.xinuos.com "
    "(ch. 4, Section Compression)",
    limits="Of compressed sections those of zlib are opened, and of debug information only texts.",
    magics=(Magic(b"\x7fELF"),),
    marks=(_SYMBOLS, _TEXTS[0]),
)
RANDOM_ACCESS = True
WHOLE = False

_ZLIB = 1
_MOST_NAMES_BYTES = 1 << 20


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The compressed table of symbols, and the texts of compressed debug information, where there are such sections.

    Raises:
        Unreadable: The headers are damaged.
    """
    if not _has_sections(source.view()):
        return
    image = read_image(source, budget)
    names = image.section_name_table() + b"\0"
    jail = Jail()
    for section in image.sections:
        name = names[section.name_offset : names.find(b"\0", section.name_offset)]
        head = 24 if image.layout.section.size == 64 else 12
        read: Callable[[], Iterator[bytes]] | None = None
        if name == _SYMBOLS:
            read = partial(slices, source.view(), section.offset, section.size, budget)
        elif name in _TEXTS and _is_compressed(source.view(section.offset, head + 1)):
            stored = source.view(section.offset + head, max(section.size - head, 0))
            read = partial(_inflated, stored, budget)
        if read is not None:
            admitted = jail.admit(name)
            yield Member(name=admitted.text, kind="file", size=section.size, chunks=read, notes=admitted.notes)


def _has_sections(data: memoryview) -> bool:
    """Whether a section bears such a name; reads the names of the sections alone."""
    names = _section_names(data)
    return _SYMBOLS in names or _TEXTS[0] in names


def _section_names(data: memoryview) -> bytes:
    """All names of sections (gABI ch. 4); empty where the headers do not lead to them."""
    if len(data) < 64:
        return b""
    is_wide, order = data[4] == 2, ">" if data[5] == 2 else "<"
    (table,) = struct.unpack_from(order + ("Q" if is_wide else "I"), data, 40 if is_wide else 32)
    stride, _count, index = struct.unpack_from(order + "3H", data, 58 if is_wide else 46)
    entry = data[table + stride * index :][:stride]
    if len(entry) < 40:
        return b""
    offset, size = struct.unpack_from(order + ("24x2Q" if is_wide else "16x2I"), entry)
    return bytes(data[offset : offset + min(size, _MOST_NAMES_BYTES)])


def _is_compressed(head: memoryview) -> bool:
    """Whether a section begins with a compression header that says zlib, and then with what zlib writes."""
    return len(head) > 12 and _ZLIB in (head[0], head[3]) and head[-1] & 0x0F == 8


def _inflated(stored: memoryview, budget: Budget) -> Iterator[bytes]:
    for piece in fed(Inflater(15), windows(stored)):
        budget.spend_bytes(len(piece))
        yield piece
