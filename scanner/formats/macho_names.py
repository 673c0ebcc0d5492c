"""Names in a Mach-O image beyond its load commands: symbols of others, Objective-C classes, Swift types.

Objective-C keeps the names of classes (and of protocols and categories) as texts in one section. Swift keeps for each
type a descriptor with relative pointers to its name and to what it lies in. Both survive stripping.

Specification: mach-o/nlist.h; https://github.com/swiftlang/swift/blob/main/docs/ABI/TypeMetadata.rst (nominal type
descriptors) and Mangling.rst.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from struct import Struct, error
from typing import Literal

from scanner.formats.buffers import rows_of
from scanner.formats.macho_tables import LC_DYSYMTAB, LC_SYMTAB, WIDE, Command, Section, Slice, addresses_of
from scanner.formats.records import damaged, text
from scanner.model.observation import ClassName
from scanner.model.source import Budget, Source

OBJC_CLASS = b"_OBJC_CLASS_$_"
LOADER = b"_dlopen"
_TELLING = (OBJC_CLASS, b"_$s", b"_$S", LOADER + b"\0")
_OBJC_NAMES, _SWIFT_TYPES = "__TEXT,__objc_classname", "__TEXT,__swift5_types"
_OBJC_NAME = re.compile(rb"[A-Za-z_$][\w$.]{2,}")
_MODULE, _CLASS, _ENUM = 0, 16, 18
_DEPTH = 8
_LONGEST_NAME = 1024


@dataclass(frozen=True)
class Names:
    """One image and where its tables are."""

    source: Source
    part: Slice
    commands: tuple[Command, ...]
    sections: dict[str, Section]
    budget: Budget

    @cached_property
    def undefined(self) -> tuple[bytes, ...]:
        """Of the names of symbols that others define, those that speak of classes, types or the loader."""
        table, numbers = (self._fields(number, count) for number, count in ((LC_SYMTAB, 4), (LC_DYSYMTAB, 6)))
        if table is None or numbers is None:
            return ()
        order = self.commands[0].order
        width = 16 if bytes(self.source.view(self.part.start, 4)) in WIDE else 12
        symbols, _count, strings_at, strings_size = table
        first, count = numbers[4:6]
        rows = self.source.view(self.part.start + symbols + first * width, count * width)
        self.budget.spend_items(len(rows) // width)
        layout = Struct(f"{order}I{width - 4}x")
        places = [at for (at,) in rows_of(layout, rows) if at < strings_size]
        # Most linkers write the names of these symbols one after the other.
        start = min(places, default=0)
        size = max(places, default=0) - start + _LONGEST_NAME
        self.budget.spend_bytes(min(size, self.source.size))
        strings = bytes(self.source.view(self.part.start + strings_at + start, size))
        telling = [at - start for at in places if strings.startswith(_TELLING, at - start)]
        return tuple(strings[at : at + _LONGEST_NAME].partition(b"\0")[0] for at in telling)

    @cached_property
    def _of_others(self) -> frozenset[bytes]:
        """The Objective-C classes among the symbols of others: protocols bear the same names."""
        return frozenset(s.removeprefix(OBJC_CLASS) for s in self.undefined if s.startswith(OBJC_CLASS))

    def content(self, name: str) -> memoryview:
        """The bytes of a section; none where there is no such section."""
        section = self.sections.get(name)
        if section is None:
            return memoryview(b"")
        return self.source.view(self.part.start + section.offset, section.size)

    def objective_c_classes(self) -> Iterator[ClassName]:
        """The classes defined here, by the texts of their names; Swift's among them under their Swift names."""
        content = self.content(_OBJC_NAMES)
        self.budget.spend_bytes(len(content))
        for name in bytes(content).split(b"\0"):
            if _OBJC_NAME.fullmatch(name) and name not in self._of_others:
                self.budget.spend_items()
                yield from class_names(name, "defines", f"{self.part.prefix}{_OBJC_NAMES}")

    def swift_types(self) -> Iterator[ClassName]:
        """The classes, structures and enumerations that Swift defines here."""
        section = self.sections.get(_SWIFT_TYPES)
        if section is None:
            return
        content = self.content(_SWIFT_TYPES)
        pointers = rows_of(Struct(self.commands[0].order + "i"), content)
        for number, (relative,) in enumerate(pointers):
            self.budget.spend_items()
            try:
                name = self._swift_name(section.address + 4 * number + (relative & ~3))
            except error as cut:
                raise damaged("A Swift type reaches past the end of the file.") from cut
            if name:
                place = f"{self.part.prefix}{_SWIFT_TYPES}[{number}]"
                yield ClassName(language="swift", role="defines", name=name, place=place)

    def _swift_name(self, address: int) -> str:
        """A type's name behind the names of what it lies in, the module first."""
        order = self.commands[0].order
        parts: list[str] = []
        for _ in range(_DEPTH):
            offset = self._offset_of(address)
            if offset is None:
                return ""
            flags, parent, name = Struct(order + "Iii").unpack(self.source.view(offset, 12))
            kind = flags & 0x1F
            if kind == _MODULE or _CLASS <= kind <= _ENUM:
                at = self._offset_of(address + 8 + name)
                raw = bytes(self.source.view(at, _LONGEST_NAME)).partition(b"\0")[0] if at is not None else b""
                parts.append(text(raw))
            if kind == _MODULE or parent & 1 or not parent:
                break
            address += 4 + parent
        return f"{parts[-1]}.{'$'.join(reversed(parts[:-1]))}" if len(parts) > 1 and all(parts) else ""

    def _offset_of(self, address: int) -> int | None:
        for command in self.commands:
            found = addresses_of(command)
            if found is not None and found.start <= address < found.start + found.size:
                return self.part.start + found.offset + address - found.start
        return None

    def _fields(self, number: int, count: int) -> tuple[int, ...] | None:
        """The first fields of the first command of a kind."""
        command = next((c for c in self.commands if c.number == number), None)
        if command is None or len(command.data) < 8 + 4 * count:
            return None
        return Struct(f"{command.order}8x{count}I").unpack_from(command.data)


def class_names(raw: bytes, role: Literal["defines", "references"], place: str, by: str = "") -> Iterator[ClassName]:
    """An Objective-C class by its name; a class of Swift, which is mangled there, as Swift's."""
    swift = _old_swift_name(raw) if raw.startswith(b"_Tt") else ""
    language, name = ("swift", swift) if swift else ("objc", text(raw))
    yield ClassName(language=language, role=role, name=name, place=place, by=by)


def swift_type_of(symbol: bytes) -> str:
    """The type that a mangled symbol speaks of, as `Module.Type`; empty where it begins with none."""
    start = re.match(rb"_?\$[sS]", symbol)
    return _identifiers(symbol[start.end() :], kinds=b"CVOP") if start is not None else ""


def _old_swift_name(raw: bytes) -> str:
    """`_TtC6Module4Type` as `Module.Type`; each further `C` before the module is one more type around."""
    start = re.match(rb"_Tt[CVO]+", raw)
    return _identifiers(raw[start.end() :], kinds=b"") if start is not None else ""


def _identifiers(mangled: bytes, kinds: bytes) -> str:
    """Names behind their lengths; with `kinds`, each but the first is followed by one of these letters."""
    parts: list[str] = []
    while (found := re.match(rb"([1-9]\d{0,2})", mangled)) and len(parts) < _DEPTH:
        end = found.end() + int(found[1])
        if end > len(mangled) or (
            parts and kinds and mangled[end : end + 1] not in [kinds[n : n + 1] for n in range(4)]
        ):
            break
        parts.append(text(mangled[found.end() : end]))
        mangled = mangled[end + (1 if len(parts) > 1 and kinds else 0) :]
    return f"{parts[0]}.{'$'.join(parts[1:])}" if len(parts) > 1 else ""
