"""The id tables of a DEX file, read over the bytes in place and bounded by them.

```
header  string_ids  type_ids  proto_ids   field_ids  method_ids  class_defs      data …
        u32 offset  u32 text  u32 shorty  u16 class  u16 class   u32 class
                              u32 return  u16 type   u16 proto   u32 flags
                              u32 params  u32 name   u32 name    u32 superclass …
```
Specification: source.android.com/docs/core/runtime/dex-format. Counts and offsets are claims: a table is cut to what
the file holds, and what does not fit is remembered as damage instead of stopping the reader.
"""

import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from scanner.model.source import Budget, Source, Unreadable
from scanner.model.vocabulary import Cause

NO_INDEX: Final = 0xFFFFFFFF
PLATFORM: Final = ("Ljava/", "Ljavax/", "Lkotlin/", "Ldalvik/")
"""Descriptors of language runtimes; android.* is kept, for the system's own face APIs live there."""

_MAGIC = b"dex\n"
_HEADER_BYTES = 0x70
_CONTAINER_HEADER_BYTES = 0x78
_ENDIAN_SWAPPED = 0x78563412
_LONGEST_NAME = 0xFFFF
"""UTF-16 units. Longer strings exist as constants, but name no class, field or method."""


class Damage:
    """What did not fit while a file was read: the first place in words, the others as a number."""

    def __init__(self) -> None:
        self._first = ""
        self._count = 0

    def note(self, where: str) -> None:
        """Remember one damaged place, such as `type_ids[40] names string 9, which does not exist`."""
        self._first = self._first or where
        self._count += 1

    def stop(self) -> None:
        """Raise `Unreadable` if anything was noted."""
        if self._count:
            more = f" and {self._count - 1} more" if self._count > 1 else ""
            raise Unreadable(
                Cause.DAMAGED, f"The DEX file is damaged ({self._first}{more}); what could be read was kept."
            )


class DexTables:
    """The tables below one DEX header. `header` is its offset; only containers (version 041) have several."""

    def __init__(self, data: memoryview, header: int, budget: Budget, damage: Damage) -> None:
        self.data = data
        self.header = header
        self._budget = budget
        self._damage = damage
        self._counts = struct.unpack_from("<12I", data, header + 0x38)
        # ART takes the id sections of a container from their own header, and the data from the file's start. A writer
        # that counts all from the file's start gives offsets beyond the header, which tells the two apart.
        self._base = header if 0 < self._counts[1] < header + _HEADER_BYTES else 0
        self._string_offsets: tuple[int, ...] = self._flat("string_ids", 0, 1)
        self._type_strings: tuple[int, ...] = self._flat("type_ids", 1, 1)
        self._descriptors: list[str] | None = None
        self._names: dict[int, str] = {}

    def place(self, table: str, index: int) -> str:
        """Where a row is, in words: `class_defs[12]`."""
        return f"{table}[{index}]" if not self.header else f"{table}[{index}] of the header at {self.header:#x}"

    def note(self, where: str) -> None:
        """Remember damage."""
        self._damage.note(where)

    @property
    def descriptors(self) -> list[str]:
        """The descriptor of every type (`Lcom/vendor/Sdk;`); an empty text where it is damaged."""
        if self._descriptors is None:
            self._descriptors = [self._descriptor(index, text) for index, text in enumerate(self._type_strings)]
        return self._descriptors

    def class_name(self, type_index: int) -> str:
        """The dotted name of a type; empty if there is none."""
        known = self.descriptors
        return dotted(known[type_index]) if type_index < len(known) else ""

    def protos(self) -> list[tuple[int, ...]]:
        """Rows of shorty string, return type, offset of the parameter list."""
        return list(struct.iter_unpack("<3I", self._rows("proto_ids", 2, 12)))

    def fields(self) -> list[tuple[int, int, int]]:
        """Rows of class, type, name."""
        return list(struct.iter_unpack("<HHI", self._rows("field_ids", 3, 8)))

    def methods(self) -> list[tuple[int, int, int]]:
        """Rows of class, prototype, name."""
        return list(struct.iter_unpack("<HHI", self._rows("method_ids", 4, 8)))

    def class_defs(self) -> list[tuple[int, ...]]:
        """Rows of class, flags, superclass, interfaces, source file, annotations, class data, static values."""
        return list(struct.iter_unpack("<8I", self._rows("class_defs", 5, 32)))

    def name(self, string_index: int, place: str) -> str:
        """A string by its index; empty, and noted as damage of `place`, where there is none."""
        known = self._names.get(string_index)
        if known is None:
            known = self._names[string_index] = self._string(string_index, place)
        return known

    def constants(self, texts: Iterable[str]) -> dict[int, str]:
        """Which strings are one of these texts in ASCII, by their index.

        The format wants the strings sorted, and Android refuses a file in which they are not, so each text is looked up
        by halving. Of a damaged table all strings are compared.
        """
        wanted = {text for text in texts if text.isascii()}
        found = {}
        for text in wanted:
            try:
                at = bisect_left(self._string_offsets, text, key=self._text_at)
                if at < len(self._string_offsets) and self._text_at(self._string_offsets[at]) == text:
                    found[at] = text
            except (IndexError, ValueError):
                return self._constants_anywhere(wanted)
        return found

    def _text_at(self, offset: int) -> str:
        return string_at(self.data, offset, self._budget)

    def _constants_anywhere(self, wanted: set[str]) -> dict[int, str]:
        found = {}
        for number, offset in enumerate(self._string_offsets):
            with suppress(IndexError, ValueError):
                text = self._text_at(offset)
                if text in wanted:
                    found[number] = text
        return found

    def types_at(self, offset: int, place: str) -> tuple[int, ...]:
        """The type indices of a type_list, none at offset 0."""
        if not offset:
            return ()
        if offset + 4 > len(self.data):
            self.note(f"{place} has a type list beyond the end")
            return ()
        (count,) = struct.unpack_from("<I", self.data, offset)
        fits = min(count, (len(self.data) - offset - 4) // 2)
        if fits < count:
            self.note(f"{place} has a type list beyond the end")
        self._budget.spend_items(fits)
        return struct.unpack_from(f"<{fits}H", self.data, offset + 4)

    def _flat(self, table: str, number: int, width: int) -> tuple[int, ...]:
        rows = self._rows(table, number, 4 * width)
        return struct.unpack(f"<{len(rows) // 4}I", rows)

    def _rows(self, table: str, number: int, row_bytes: int) -> memoryview:
        """The bytes of a table, cut to the whole rows that the file holds."""
        count, offset = self._counts[2 * number], self._counts[2 * number + 1] + self._base
        fits = min(count, max(0, len(self.data) - offset) // row_bytes)
        if fits < count:
            self.note(f"{table} claims {count} entries, of which {fits} are in the file")
        self._budget.spend_items(fits)
        return self.data[offset : offset + fits * row_bytes]

    def _descriptor(self, type_index: int, string_index: int) -> str:
        text = self._string(string_index, self.place("type_ids", type_index))
        if text and text[0] == "L" and text[-1] != ";":
            self.note(f"{self.place('type_ids', type_index)} is no type")
            return ""
        return text

    def _string(self, string_index: int, place: str) -> str:
        try:
            return string_at(self.data, self._string_offsets[string_index], self._budget)
        except (IndexError, ValueError):
            self.note(f"{place} names string {string_index}, which is not there")
            return ""


def dex_headers(source: Source, budget: Budget, damage: Damage) -> Iterator[DexTables]:
    """The headers of a DEX file: one, or several in a container of version 041 and later.

    Raises:
        Unreadable: The file has no DEX header that could be read.
    """
    data = source.view()
    header = 0
    while True:
        budget.spend_items()
        if bytes(data[header : header + 4]) != _MAGIC or header + _HEADER_BYTES > len(data):
            damage.note(f"no whole header at {header:#x}")
            damage.stop()
        size, header_bytes, endian = struct.unpack_from("<3I", data, header + 0x20)
        if endian == _ENDIAN_SWAPPED:
            raise Unreadable(Cause.UNSUPPORTED, "The DEX file is in big-endian order, which no Android uses.")
        if header + size > len(data):
            damage.note(f"{size} bytes are claimed and {len(data) - header} are there")
        yield DexTables(data, header, budget, damage)
        end = _container_end(data, header, header_bytes)
        if size < _HEADER_BYTES or header + size >= min(end, len(data)):
            return
        header += size


def _container_end(data: memoryview, header: int, header_bytes: int) -> int:
    """Where the container ends; 0 for a file of its own."""
    if header_bytes < _CONTAINER_HEADER_BYTES or header + _CONTAINER_HEADER_BYTES > len(data):
        return 0
    (size,) = struct.unpack_from("<I", data, header + _HEADER_BYTES)
    return int(size)


def dotted(descriptor: str) -> str:
    """`Lcom/vendor/Sdk;` → `com.vendor.Sdk`, arrays by their element; empty for what is no class."""
    element = descriptor.lstrip("[")
    return element[1:-1].replace("/", ".") if element.startswith("L") else ""


def string_at(data: memoryview, offset: int, budget: Budget) -> str:
    """The string_data_item at an offset, as valid Unicode.

    Raises:
        ValueError: It is no string, is longer than a name can be, or leaves the file.
    """
    units, start = uleb128(data, offset)
    if units > _LONGEST_NAME:
        raise ValueError("longer than a name")
    budget.spend_bytes(units)
    if start + units < len(data) and data[start + units] == 0:
        try:
            return str(data[start : start + units], "ascii")
        except UnicodeDecodeError:
            pass
    budget.spend_bytes(3 * units)
    raw, end, _ = bytes(data[start : start + 3 * units + 1]).partition(b"\0")
    if not end:
        raise ValueError("no end")
    return _from_mutf8(raw)


def _from_mutf8(raw: bytes) -> str:
    """Modified UTF-8: NUL as C0 80, and characters beyond the BMP as two surrogates of three bytes each."""
    text = raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "backslashreplace")


def uleb128(data: memoryview, offset: int) -> tuple[int, int]:
    """An unsigned LEB128 number of at most five bytes, and the offset behind it.

    Raises:
        ValueError: It does not end in five bytes.
        IndexError: It leaves the file.
    """
    value = data[offset]
    if value < 0x80:
        return value, offset + 1
    value &= 0x7F
    for position in range(1, 5):
        byte = data[offset + position]
        value |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            return value, offset + position + 1
    raise ValueError("a number of more than five bytes")
