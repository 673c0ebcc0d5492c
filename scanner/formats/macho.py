"""macOS and iOS programs and libraries (Mach-O, thin and fat): own name, linked libraries, run path; section names.

    fat header ─► slice ─► header ─► load commands ─► LC_SEGMENT (sections), LC_LOAD_DYLIB …

A small table reader, because triage meets every file; LIEF takes half a second and 234 MB for a 61 MB library.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Literal

import msgspec

from scanner.formats.records import damaged, record, records, text
from scanner.model.observation import Library, Observation, RunPath
from scanner.model.source import Budget, Info, Magic, Region, Source, Unreadable
from scanner.model.vocabulary import Cause

_THIN = {
    b"\xfe\xed\xfa\xce": (">", 28),
    b"\xce\xfa\xed\xfe": ("<", 28),
    b"\xfe\xed\xfa\xcf": (">", 32),
    b"\xcf\xfa\xed\xfe": ("<", 32),
}
"""Byte order and header size by magic."""
_FAT = {b"\xca\xfe\xba\xbe": Struct(">IIIII"), b"\xca\xfe\xba\xbf": Struct(">IIQQII")}
"""The record of one slice by magic."""

INFO = Info(
    name="macho",
    version=1,
    line="macOS and iOS programs and libraries: own name, linked libraries, run path",
    specification="mach-o/loader.h and mach-o/fat.h: https://github.com/apple-oss-distributions/xnu",
    limits="Symbols, Objective-C and Swift tables, signatures and the members of static libraries are not read here.",
    magics=tuple(Magic(magic) for magic in (*_THIN, *_FAT)),
)

_STATIC_LIBRARY = b"!<arch>\n"
"""A slice may be a static library: its bytes are searched as any file's, it links to nothing yet."""
_MAX_SLICES = 44
"""A Java class file has the fat magic too; from 45 on the number is its version."""

_LOADS: dict[int, tuple[Literal["is", "links"], str]] = {
    0xC: ("links", "LC_LOAD_DYLIB"),
    0xD: ("is", "LC_ID_DYLIB"),
    0x20: ("links", "LC_LAZY_LOAD_DYLIB"),
    0x80000018: ("links", "LC_LOAD_WEAK_DYLIB"),
    0x8000001F: ("links", "LC_REEXPORT_DYLIB"),
    0x80000023: ("links", "LC_LOAD_UPWARD_DYLIB"),
}
_RPATH = 0x8000001C
_ENCRYPTION = frozenset({0x21, 0x2C})
_SEGMENTS = {0x1: ("32xII8xI4x", "16s16s4xII12xI8x"), 0x19: ("40xQQ8xI4x", "16s16s8xQI12xI12x")}
"""Layouts of a segment command (offset, size in the file, number of sections) and of the sections that follow it
(section, segment, size, offset, flags), by command."""
_ZERO_FILLED = frozenset({0x1, 0xC, 0x12})
"""Section types that have no bytes in the file."""
_MH_DSYM = 0xA
"""A file of debug symbols claims the segments of its program without holding them."""


def wants(_name: str, head: bytes) -> bool:
    """Whether a fat magic is followed by a number of slices rather than by a Java version."""
    return head[:4] in _THIN or (len(head) >= 8 and 0 < int.from_bytes(head[4:8], "big") <= _MAX_SLICES)


@dataclass(frozen=True, slots=True)
class _Slice:
    """One Mach-O image inside the file."""

    prefix: str
    """Begins the places inside it; empty in a thin file."""
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class _Command:
    """One load command."""

    number: int
    """Its `cmd` field."""
    order: str
    data: bytes

    def text_at(self, offset: int) -> str:
        """A name inside the command, up to its NUL or the command's end."""
        return text(self.data[offset:].split(b"\0", 1)[0])


def _slices(source: Source, budget: Budget) -> Iterator[_Slice]:
    magic = bytes(source.view(0, 4))
    if magic not in _FAT:
        yield _Slice("", 0, source.size)
        return
    (count,) = record(source, Struct(">I"), 4, "the fat header")
    rows = list(records(source, _FAT[magic], 8, min(count, _MAX_SLICES), budget))
    for index, row in enumerate(rows):
        yield _Slice(f"slice[{index}] ", row[2], row[3])
    if len(rows) < count:
        raise damaged("The file ends before its list of slices is complete.")


def _commands(source: Source, part: _Slice, budget: Budget) -> Iterator[_Command]:
    magic = bytes(source.view(part.start, 8))
    if magic == _STATIC_LIBRARY:
        return
    order, header_size = _THIN.get(magic[:4], ("", 0))
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
        yield _Command(number, order, bytes(source.view(offset, length)))
        offset += length


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the library's own name, the names it is linked to and its run paths; each once for all slices.

    A framework's binary gives two names, `Name.framework` and `Name`.

    Raises:
        Unreadable: damaged, when load commands or a slice are cut; encrypted, when its code is.
    """
    seen: set[Observation] = set()
    problem: Unreadable | None = None
    for part in _slices(source, budget):
        try:
            for fact in _facts(source, part, budget):
                placeless = msgspec.structs.replace(fact, place="")
                if placeless not in seen:
                    seen.add(placeless)
                    yield fact
        except Unreadable as error:
            if error.cause is Cause.LIMIT:
                raise
            problem = problem or error
    if problem:
        raise problem


def _facts(source: Source, part: _Slice, budget: Budget) -> Iterator[Library | RunPath]:
    counts: dict[int, int] = {}
    is_cut = part.start + part.size > source.size
    is_encrypted = False
    for command in _commands(source, part, budget):
        index = counts[command.number] = counts.get(command.number, -1) + 1
        yield from _named(command, part.prefix, index)
        is_cut = is_cut or _reaches_past_end(source, part, command)
        is_encrypted = is_encrypted or _is_encrypted(command)
    if is_cut:
        raise damaged("The file ends before what its headers promise; the rest was not examined.")
    if is_encrypted:
        raise Unreadable(Cause.ENCRYPTED, "The code is encrypted; only the names of linked libraries were read.")


def _named(command: _Command, prefix: str, index: int) -> Iterator[Library | RunPath]:
    if len(command.data) < 12 or (command.number not in _LOADS and command.number != _RPATH):
        return
    (name_offset,) = Struct(command.order + "I").unpack_from(command.data, 8)
    path = command.text_at(name_offset)
    if command.number == _RPATH:
        yield RunPath(value=path, place=f"{prefix}LC_RPATH[{index}]")
        return
    role, kind = _LOADS[command.number]
    *folders, name = path.split("/")
    bundles = [folder for folder in folders if folder == f"{name}.framework"]
    for found in (*bundles[-1:], name):
        yield Library(role=role, name=found, place=f"{prefix}{kind}[{index}]")


def _is_encrypted(command: _Command) -> bool:
    """Whether an LC_ENCRYPTION_INFO names a cipher: `cryptid` is its third field."""
    if command.number not in _ENCRYPTION or len(command.data) < 20:
        return False
    (cipher,) = Struct(command.order + "16xI").unpack_from(command.data)
    return bool(cipher)


def _segment(command: _Command) -> tuple[int, int, int] | None:
    """Offset, size in the file and claimed number of sections of a segment command."""
    if command.number not in _SEGMENTS:
        return None
    layout = Struct(command.order + _SEGMENTS[command.number][0])
    return layout.unpack_from(command.data) if len(command.data) >= layout.size else None


def _reaches_past_end(source: Source, part: _Slice, command: _Command) -> bool:
    segment = _segment(command)
    if segment is None or part.start + segment[0] + segment[1] <= source.size:
        return False
    kind: int = Struct(command.order + "I").unpack(source.view(part.start + 12, 4))[0]
    return kind != _MH_DSYM


def regions(source: Source, budget: Budget) -> Iterator[Region]:
    """Yield the sections that have bytes in the file, as `__TEXT,__cstring`; damage yields fewer and raises nothing."""
    try:
        for part in _slices(source, budget):
            for command in _commands(source, part, budget):
                yield from _sections(command, part, budget)
    except Unreadable as error:
        if error.cause is not Cause.DAMAGED:
            raise


def _sections(command: _Command, part: _Slice, budget: Budget) -> Iterator[Region]:
    segment = _segment(command)
    if segment is None:
        return
    first, layout = (Struct(command.order + shape) for shape in _SEGMENTS[command.number])
    data = command.data[first.size : first.size + segment[2] * layout.size]
    for row in layout.iter_unpack(data[: len(data) // layout.size * layout.size]):
        budget.spend_items()
        section, owner, size, offset, flags = row
        if size and offset and flags & 0xFF not in _ZERO_FILLED:
            name = f"{part.prefix}{text(owner.rstrip(bytes(1)))},{text(section.rstrip(bytes(1)))}"
            yield Region(part.start + offset, part.start + offset + size, name)
