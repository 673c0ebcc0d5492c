"""Windows programs and libraries (PE): own name, linked libraries; section names for byte hits.

    MZ header ─► PE header ─► sections          address → offset
                          └─► data directories ─► imports, delayed imports, exports

A small table reader, because triage meets every file: pefile's full load takes 15 s for a large library. pefile is the
oracle in the tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

from scanner.formats.records import damaged, name_at, record, records, text
from scanner.model.observation import Library, Observation
from scanner.model.source import Budget, Info, Magic, Region, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="pe",
    version=1,
    line="Windows programs and libraries: own name, linked libraries",
    specification="PE Format: https://learn.microsoft.com/windows/win32/debug/pe-format",
    limits="Symbols, resources, .NET tables and signatures are not read here.",
    magics=(Magic(b"MZ"),),
)

_SUFFIXES = (".exe", ".dll", ".pyd", ".sys", ".ocx")
_POINTER_OFFSET = 0x3C
_FILE_HEADER = Struct("<4sHHIIIHH")
_SECTION = Struct("<8sIIII16x")
_U2, _U4 = Struct("<H"), Struct("<I")
_DIRECTORY = Struct("<II")
_IMPORT = Struct("<IIIII")
_DELAY_IMPORT = Struct("<IIIIIIII")
_EXPORT = Struct("<IIHHI")
_EXPORTS, _IMPORTS, _DELAY_IMPORTS = 0, 1, 13
"""Numbers of the data directories (PE Format, Optional Header Data Directories)."""
_SECTOR_BYTES = 512


def wants(name: str, head: bytes) -> bool:
    """Whether the first bytes lead to a PE header; a name of Windows code suffices if they are cut."""
    if len(head) < _POINTER_OFFSET + 4:
        return name.endswith(_SUFFIXES)
    (offset,) = _U4.unpack_from(head, _POINTER_OFFSET)
    return head[offset : offset + 4] == b"PE\0\0" or (offset + 4 > len(head) and name.endswith(_SUFFIXES))


@dataclass(frozen=True, slots=True)
class _Section:
    """A section header."""

    name: str
    address: int
    size: int
    """Bytes in memory."""
    offset: int
    file_size: int


@dataclass(frozen=True, slots=True)
class _Image:
    """A PE file with its headers read."""

    source: Source
    is_wide: bool
    base: int
    headers_size: int
    directories: tuple[tuple[int, int], ...]
    """Relative address and size of each data directory."""
    sections: tuple[_Section, ...]
    sections_claimed: int

    def offset_of(self, address: int) -> int:
        """The file offset of a relative address; the loader reads whole sectors, so offsets are rounded down.

        Raises:
            Unreadable: neither a section nor the headers hold it.
        """
        for section in self.sections:
            if section.address <= address < section.address + max(section.size, section.file_size):
                return address - section.address + section.offset // _SECTOR_BYTES * _SECTOR_BYTES
        if address < self.headers_size:
            return address
        raise damaged("A table's address lies in no section of the file.")

    def is_cut_short(self) -> bool:
        """Whether the file ends before what its headers promise."""
        ends = (section.offset + section.file_size for section in self.sections if section.file_size)
        return len(self.sections) < self.sections_claimed or max(ends, default=0) > self.source.size


def _read_image(source: Source, budget: Budget) -> _Image:
    (start,) = record(source, _U4, _POINTER_OFFSET, "the MZ header")
    header = record(source, _FILE_HEADER, start, "the PE header")
    if header[0] != b"PE\0\0":
        raise damaged("The MZ header leads to no PE header.")
    optional, optional_size = start + _FILE_HEADER.size, header[6]
    (magic,) = record(source, _U2, optional, "the optional header")
    if magic not in (0x10B, 0x20B):
        raise damaged("The optional header is of no known kind.")
    is_wide = magic == 0x20B
    (base,) = record(
        source, Struct("<Q") if is_wide else _U4, optional + (24 if is_wide else 28), "the optional header"
    )
    (headers_size,) = record(source, _U4, optional + 60, "the optional header")
    directories_offset = optional + (112 if is_wide else 96)
    (directory_count,) = record(source, _U4, directories_offset - 4, "the optional header")
    directories = records(source, _DIRECTORY, directories_offset, min(directory_count, 16), budget)
    rows = records(source, _SECTION, optional + optional_size, header[2], budget)
    return _Image(
        source=source,
        is_wide=is_wide,
        base=base,
        headers_size=headers_size,
        directories=tuple((row[0], row[1]) for row in directories),
        sections=tuple(_Section(text(row[0].rstrip(b"\0")), row[2], row[1], row[4], row[3]) for row in rows),
        sections_claimed=header[2],
    )


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the library's own name and the names it is linked to, delayed links last.

    Raises:
        Unreadable: damaged, when a table could not be read; what could be read was yielded before.
    """
    image = _read_image(source, budget)
    problem: Unreadable | None = None
    for table in (_own_name, _imports, _delay_imports):
        try:
            yield from table(image, budget)
        except Unreadable as error:
            if error.cause is not Cause.DAMAGED:
                raise
            problem = problem or error
    if problem or image.is_cut_short():
        raise problem or damaged("The file ends before what its headers promise; the rest was not examined.")


def _directory(image: _Image, number: int) -> int | None:
    """File offset of a data directory's table."""
    address, size = image.directories[number] if number < len(image.directories) else (0, 0)
    return image.offset_of(address) if address and size else None


def _own_name(image: _Image, budget: Budget) -> Iterator[Library]:
    table = _directory(image, _EXPORTS)
    if table is not None:
        address = record(image.source, _EXPORT, table, "the table of exports")[4]
        if address:
            name = name_at(image.source, image.offset_of(address), budget)
            yield Library(role="is", name=name, place="export directory")


def _imports(image: _Image, budget: Budget) -> Iterator[Library]:
    table = _directory(image, _IMPORTS)
    rows = () if table is None else records(image.source, _IMPORT, table, image.source.size, budget)
    for index, (_lookup, _time, _chain, name, first_thunk) in enumerate(rows):
        if not name or not first_thunk:
            return
        found = name_at(image.source, image.offset_of(name), budget)
        yield Library(role="links", name=found, place=f"import directory[{index}]")


def _delay_imports(image: _Image, budget: Budget) -> Iterator[Library]:
    table = _directory(image, _DELAY_IMPORTS)
    rows = () if table is None else records(image.source, _DELAY_IMPORT, table, image.source.size, budget)
    for index, (attributes, name, *_) in enumerate(rows):
        if not name:
            return
        # Old linkers wrote absolute addresses and left the lowest attribute bit clear.
        address = name if attributes & 1 else max(name - image.base, 0)
        found = name_at(image.source, image.offset_of(address), budget)
        yield Library(role="links", name=found, place=f"delay import directory[{index}]")


def regions(source: Source, budget: Budget) -> Iterator[Region]:
    """Yield the sections that have bytes in the file; damage yields fewer and raises nothing."""
    try:
        image = _read_image(source, budget)
    except Unreadable as error:
        if error.cause is not Cause.DAMAGED:
            raise
        return
    for section in image.sections:
        end = min(section.offset + section.file_size, source.size)
        if section.offset < end:
            yield Region(section.offset, end, section.name)
