"""The tables of a COFF object file of Windows, read in place.

    header ─► sections ─► .drectve, .idata$6 …
          └─► symbols ─► string table (directly behind them)

An object with many sections has a larger header (`/bigobj`). A member of an import library is no object but a header
with two names: a function, and the library it is in.

Specification: PE Format, COFF File Header, Import Library Format: https://learn.microsoft.com/windows/win32/debug/
pe-format; for `/bigobj`, ANON_OBJECT_HEADER_BIGOBJ of winnt.h.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import NamedTuple

from scanner.formats.buffers import rows_of
from scanner.formats.records import damaged, raw_name_at, record, records, text
from scanner.model.source import Budget, Source

MACHINES = {0x8664: "x64", 0x14C: "x86", 0xAA64: "ARM64", 0x1C4: "ARM"}
"""Those that Windows runs on (Machine Types)."""
ANONYMOUS = b"\0\0\xff\xff"
"""IMAGE_FILE_MACHINE_UNKNOWN and a number of sections that no object has."""
HEADER = Struct("<HHIIIHH")
SECTION_BYTES = 40

_X86 = 0x14C
_ANONYMOUS_HEAD = Struct("<4xHH")
_SHORT_IMPORT_BYTES = 20
_BIG_CLASS = bytes.fromhex("c7a1bad1eebaa94baf20faf66aa4dcb8")
_BIG = Struct("<6xH36xIII")
_BIG_BYTES = 56
_SECTION = Struct("<8sIIIIIIHHI")
_SYMBOL, _BIG_SYMBOL = Struct("<8sIhHBB"), Struct("<8sIiHBB")
_BLOCK_SYMBOLS = 4096
_LONGEST_SECTION_NAME = 64


class Section(NamedTuple):
    """A section header."""

    name: str
    offset: int
    size: int


class Symbol(NamedTuple):
    """A symbol of the table; auxiliary records are left out."""

    number: int
    """Of its row."""
    name: bytes
    """As the source wrote it, if that was in C."""
    section: int
    """0: it is defined elsewhere."""
    storage: int
    is_plain: bool
    """Whether the name stands in the file as it is given here."""


class ShortImport(NamedTuple):
    """A member of an import library."""

    symbol: bytes
    library: bytes


def short_import(source: Source, budget: Budget) -> ShortImport | None:
    """The two names of a member of an import library; None where it is something else.

    Raises:
        Unreadable: a name has no end.
    """
    head = source.view(0, _ANONYMOUS_HEAD.size)
    if bytes(head[:4]) != ANONYMOUS or len(head) < _ANONYMOUS_HEAD.size:
        return None
    version, machine = _ANONYMOUS_HEAD.unpack(head)
    if version:
        return None
    symbol = raw_name_at(source, _SHORT_IMPORT_BYTES, budget)
    library = raw_name_at(source, _SHORT_IMPORT_BYTES + len(symbol) + 1, budget)
    return ShortImport(_plain(symbol, machine), library)


def _plain(name: bytes, machine: int) -> bytes:
    """A name without what compilers put before it: for a function that is called in another library, and on x86 before
    each name (PE Format, and __cdecl)."""
    name = name.removeprefix(b"__imp_")
    return name.removeprefix(b"_") if machine == _X86 else name


@dataclass(frozen=True, slots=True)
class CoffObject:
    """An object file with its header read."""

    source: Source
    budget: Budget
    machine: int
    sections_offset: int
    section_count: int
    symbols_offset: int
    symbol_count: int
    symbol: Struct

    @property
    def _strings_offset(self) -> int:
        return self.symbols_offset + self.symbol_count * self.symbol.size

    def sections(self) -> Iterator[Section]:
        """The section headers that are in the file."""
        rows = records(self.source, _SECTION, self.sections_offset, self.section_count, self.budget)
        for row in rows:
            yield Section(self._section_name(row[0]), row[4], row[3])

    def _section_name(self, raw: bytes) -> str:
        """A name of more than eight bytes stands in the string table, at the number behind a slash."""
        digits = raw[1:].rstrip(b"\0")
        if raw.startswith(b"/") and digits.isdigit():
            view = self.source.view(self._strings_offset + int(digits), _LONGEST_SECTION_NAME)
            return text(bytes(view).partition(b"\0")[0])
        return text(raw.rstrip(b"\0"))

    def symbols(self) -> Iterator[Symbol]:
        """The symbols that have a name, in order.

        Raises:
            Unreadable: damaged, when the file ends inside the table.
        """
        size, auxiliary = self.symbol.size, 0
        for first in range(0, self.symbol_count, _BLOCK_SYMBOLS):
            wanted = min(_BLOCK_SYMBOLS, self.symbol_count - first)
            view = self.source.view(self.symbols_offset + first * size, wanted * size)
            present = len(view) // size
            self.budget.spend_items(present)
            for number, row in enumerate(rows_of(self.symbol, view[: present * size]), first):
                if auxiliary:
                    auxiliary -= 1
                    continue
                auxiliary = row[5]
                raw = self._symbol_name(row[0])
                name = _plain(raw, self.machine)
                yield Symbol(number, name, row[2], row[4], name == raw)
            if present < wanted:
                raise damaged("The file ends inside its table of symbols.")

    def _symbol_name(self, raw: bytes) -> bytes:
        if raw[:4] != bytes(4):
            return raw.rstrip(b"\0")
        return raw_name_at(self.source, self._strings_offset + int.from_bytes(raw[4:], "little"), self.budget)

    def is_cut_short(self) -> bool:
        """Whether the file ends before its table of symbols, or the headers of its sections."""
        end = max(self.sections_offset + self.section_count * SECTION_BYTES, self._strings_offset)
        return end > self.source.size


def is_big_object(head: bytes) -> bool:
    """Whether the beginning is that of an object with the larger header."""
    return head.startswith(ANONYMOUS) and head[12:28] == _BIG_CLASS


def read_object(source: Source, budget: Budget) -> CoffObject:
    """Read the header.

    Raises:
        Unreadable: it is cut short.
    """
    if is_big_object(source.head):
        row = record(source, _BIG, 0, "the header of the object file")
        return CoffObject(source, budget, row[0], _BIG_BYTES, row[1], row[2], row[3], _BIG_SYMBOL)
    machine, count, _time, symbols, symbol_count, optional, _flags = record(
        source, HEADER, 0, "the header of the object file"
    )
    sections = HEADER.size + optional
    return CoffObject(source, budget, machine, sections, count, symbols, symbol_count if symbols else 0, _SYMBOL)
