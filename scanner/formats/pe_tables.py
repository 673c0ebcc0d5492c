"""The tables of a PE file, read in place.

    MZ header ─► PE header ─► sections          address → offset
                          └─► data directories ─► imports, exports, resources …

Specification: PE Format, https://learn.microsoft.com/windows/win32/debug/pe-format
"""

from dataclasses import dataclass
from struct import Struct

from scanner.formats.records import damaged, record, records, text
from scanner.model.source import Budget, Source

EXPORTS, IMPORTS, RESOURCES, SIGNATURES, DEBUG, DELAY_IMPORTS, CLR = 0, 1, 2, 4, 6, 13, 14
"""Numbers of the data directories (Optional Header Data Directories)."""
RESOURCE_VERSION, RESOURCE_MANIFEST = 16, 24
"""Resource types (Resource Types, winuser.h)."""
POINTER_OFFSET = 0x3C
"""Where the MZ header says where the PE header is."""
DLL = 0x2000
"""IMAGE_FILE_DLL, a characteristic."""
CODE, WRITE = 0x20000000, 0x80000000
"""IMAGE_SCN_MEM_EXECUTE and IMAGE_SCN_MEM_WRITE, section flags."""

_FILE_HEADER = Struct("<4sHHIIIHH")
_SECTION = Struct("<8sIIII12xI")
_U2, _U4, _U8 = Struct("<H"), Struct("<I"), Struct("<Q")
_DIRECTORY = Struct("<II")
_RESOURCE_HEAD = Struct("<12xHH")
_RESOURCE_DATA = Struct("<II")
_SUBDIRECTORY = 0x80000000
_SECTOR_BYTES = 512


@dataclass(frozen=True, slots=True)
class Section:
    """A section header."""

    name: str
    address: int
    size: int
    """Bytes in memory."""
    offset: int
    file_size: int
    flags: int


@dataclass(frozen=True, slots=True)
class Image:
    """A PE file with its headers read."""

    source: Source
    budget: Budget
    is_wide: bool
    is_library: bool
    base: int
    headers_size: int
    subsystem: int
    """What it runs under (Windows Subsystem)."""
    directories: tuple[tuple[int, int], ...]
    """Relative address and size of each data directory; of the signatures the file offset."""
    sections: tuple[Section, ...]
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

    def directory(self, number: int) -> int | None:
        """File offset of a data directory's table; None where there is none."""
        address, size = self.directories[number] if number < len(self.directories) else (0, 0)
        return self.offset_of(address) if address and size else None

    def is_cut_short(self) -> bool:
        """Whether the file ends before what its headers promise."""
        ends = (section.offset + section.file_size for section in self.sections if section.file_size)
        return len(self.sections) < self.sections_claimed or max(ends, default=0) > self.source.size

    def resource(self, kind: int) -> memoryview | None:
        """The first resource of a type, in its first name and language; None where there is none."""
        root = self.directory(RESOURCES)
        entry = None if root is None else self._resource_entry(root, 0, kind)
        if root is None or entry is None:
            return None
        for _level in ("name", "language"):
            if not entry & _SUBDIRECTORY:
                break
            below = self._resource_entry(root, entry ^ _SUBDIRECTORY, None)
            if below is None:
                return None
            entry = below
        if entry & _SUBDIRECTORY:
            raise damaged("The tree of resources is deeper than it may be.")
        address, size = record(self.source, _RESOURCE_DATA, root + entry, "the table of resources")
        return self.source.view(self.offset_of(address), size)

    def _resource_entry(self, root: int, offset: int, kind: int | None) -> int | None:
        """Where the entry of a type leads (of any, if it is None), relative to the tree's root."""
        named, numbered = record(self.source, _RESOURCE_HEAD, root + offset, "the table of resources")
        rows = records(self.source, _DIRECTORY, root + offset + 16, named + numbered, self.budget)
        return next((leads for number, leads in rows if kind in (None, number)), None)


def read_image(source: Source, budget: Budget) -> Image:
    """Read the headers and the table of sections.

    Raises:
        Unreadable: a header is cut short or of no known kind.
    """
    (start,) = record(source, _U4, POINTER_OFFSET, "the MZ header")
    header = record(source, _FILE_HEADER, start, "the PE header")
    if header[0] != b"PE\0\0":
        raise damaged("The MZ header leads to no PE header.")
    optional, optional_size = start + _FILE_HEADER.size, header[6]
    (magic,) = record(source, _U2, optional, "the optional header")
    if magic not in (0x10B, 0x20B):
        raise damaged("The optional header is of no known kind.")
    is_wide = magic == 0x20B
    (base,) = record(source, _U8 if is_wide else _U4, optional + (24 if is_wide else 28), "the optional header")
    (headers_size,) = record(source, _U4, optional + 60, "the optional header")
    (subsystem,) = record(source, _U2, optional + 68, "the optional header")
    directories_offset = optional + (112 if is_wide else 96)
    (directory_count,) = record(source, _U4, directories_offset - 4, "the optional header")
    directories = records(source, _DIRECTORY, directories_offset, min(directory_count, 16), budget)
    rows = records(source, _SECTION, optional + optional_size, header[2], budget)
    return Image(
        source=source,
        budget=budget,
        is_wide=is_wide,
        is_library=bool(header[7] & DLL),
        base=base,
        headers_size=headers_size,
        subsystem=subsystem,
        directories=tuple((row[0], row[1]) for row in directories),
        sections=tuple(Section(text(row[0].rstrip(b"\0")), row[2], row[1], row[4], row[3], row[5]) for row in rows),
        sections_claimed=header[2],
    )
