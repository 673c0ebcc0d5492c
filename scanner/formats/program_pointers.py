"""Pointers in programs: what lies at an address, and where in the file a pointer to it stands.

Programs are loaded wherever there is room, so pointers among their data are corrected at the start. On file they stand

- in place, as the address that the program would like to have (PE; Mach-O; ELF with REL or RELR)
- in place, with other things in the upper bits or counted from the image's beginning (Mach-O's chained fixups)
- in the relocation instead of in place (ELF with RELA)

Sources: System V gABI chapters 4 and 5; PE Format, "The .reloc Section"; <mach-o/fixup-chains.h> of Apple's dyld.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from struct import Struct

from scanner.formats import elf_tables, macho_tables, pe_tables
from scanner.formats.mapped import places_of
from scanner.model.source import Budget, Source

_DT_RELA, _DT_RELASZ = 7, 8
_RELA = Struct("<QQq")
_ADDEND_AT = 16
_TARGET_BITS = 36
"""Of a chained pointer, what holds its target."""
_LOW_BYTES = 4


@dataclass(frozen=True)
class Pointers:
    """The pointers of one program. Every number is a claim of the file; nothing outside of it is ever given."""

    data: memoryview
    budget: Budget
    word: int
    """Bytes of a pointer."""
    spans: tuple[tuple[int, int, int], ...]
    """Address, file offset and bytes in the file of each part that is loaded."""
    table: tuple[int, int] = (0, 0)
    """File offset and size of ELF's relocations with addends."""
    is_chained: bool = False
    base: int = 0
    """Where the image begins, from which chained pointers may count."""
    _numbers: dict[int, Struct] = field(default_factory=lambda: {4: Struct("<I"), 8: Struct("<Q")})

    def address_of(self, offset: int) -> int | None:
        """The address at which a byte of the file is loaded."""
        found = (address + offset - start for address, start, size in self.spans if start <= offset < start + size)
        return next(found, None)

    def offset_of(self, address: int) -> int | None:
        """The byte of the file that is loaded at an address."""
        found = (start + address - first for first, start, size in self.spans if first <= address < first + size)
        offset = next(found, None)
        return offset if offset is not None and offset < len(self.data) else None

    def number_at(self, offset: int) -> int | None:
        """The word at an offset; None beyond the file."""
        if not 0 <= offset <= len(self.data) - self.word:
            return None
        return int(self._numbers[self.word].unpack_from(self.data, offset)[0])

    def target_at(self, offset: int) -> int | None:
        """The address to which the pointer at an offset leads."""
        address = self.address_of(offset)
        if address in self._corrected:
            return self._corrected[address]
        number = self.number_at(offset)
        if number is None or not self.is_chained:
            return number
        target = number & ((1 << _TARGET_BITS) - 1)
        return target if target >= self.base else self.base + target

    def leading_to(self, address: int) -> Iterator[int]:
        """The file offsets of the pointers to an address."""
        if self.table[1]:
            yield from (o for slot in self._slots_of(address) if (o := self.offset_of(slot)) is not None)
        for target in {address, address - self.base} if self.is_chained else {address}:
            # Of a chained pointer the upper bytes hold other things; `target_at` compares all that counts.
            width = _LOW_BYTES if self.is_chained else self.word
            low = (target & ((1 << 8 * width) - 1)).to_bytes(width, "little")
            for offset in places_of(re.compile(re.escape(low)), self.data, overlap=width - 1):
                self.budget.spend_items()
                if offset % self.word == 0 and self.target_at(offset) == address:
                    yield offset

    def _slots_of(self, address: int) -> Iterator[int]:
        start, size = self.table
        rows = self.data[start : start + size]
        wanted = re.compile(re.escape(address.to_bytes(8, "little")))
        for at in places_of(wanted, rows, overlap=7):
            self.budget.spend_items()
            if at % _RELA.size == _ADDEND_AT:
                yield _RELA.unpack_from(rows, at - _ADDEND_AT)[0]

    @cached_property
    def _corrected(self) -> dict[int, int]:
        """The address of each pointer that stands in a relocation, with its target."""
        start, size = self.table
        rows = bytes(self.data[start : start + size - size % _RELA.size])
        self.budget.spend_bytes(len(rows))
        return {slot: addend for slot, _, addend in _RELA.iter_unpack(rows)}


def pointers_of(source: Source, budget: Budget) -> Iterator[Pointers]:
    """The pointers of a program, or of each image in it.

    Raises:
        Unreadable: Its tables are damaged.
    """
    if source.head[:4] == b"\x7fELF":
        yield _of_elf(source, budget)
    elif source.head[:2] == b"MZ":
        yield _of_pe(source, budget)
    else:
        for part in macho_tables.slices_of(source, budget):
            yield _of_macho(source, part, budget)


def _of_elf(source: Source, budget: Budget) -> Pointers:
    image = elf_tables.read_image(source, budget)
    spans = tuple((s.address, s.offset, s.size) for s in image.segments if s.type == elf_tables.PT_LOAD)
    is_wide = image.layout.bloom_bytes == 8
    tags = dict(image.dynamic())
    table = (0, 0)
    if is_wide and tags.get(_DT_RELA) and tags.get(_DT_RELASZ):
        table = (image.offset_of(tags[_DT_RELA]), tags[_DT_RELASZ])
    return Pointers(source.view(), budget, 8 if is_wide else 4, spans, table)


def _of_pe(source: Source, budget: Budget) -> Pointers:
    image = pe_tables.read_image(source, budget)
    spans = tuple((image.base + s.address, s.offset, s.file_size) for s in image.sections if s.file_size)
    return Pointers(source.view(), budget, 8 if image.is_wide else 4, spans)


def _of_macho(source: Source, part: macho_tables.Slice, budget: Budget) -> Pointers:
    found = map(macho_tables.addresses_of, macho_tables.commands_of(source, part, budget))
    spans = tuple((s.start, s.offset, s.size) for s in found if s is not None and s.size)
    is_wide = bytes(source.view(part.start, 4)) in macho_tables.WIDE
    base = min((start for start, _, _ in spans), default=0)
    view = source.view(part.start, part.size)
    return Pointers(view, budget, 8 if is_wide else 4, spans, is_chained=is_wide, base=base)
