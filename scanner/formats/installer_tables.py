"""The tables of a Windows Installer package: streams of a compound file whose names are packed two letters a character.

```
_StringPool  code page, flags | length, times used … of each text       _StringData  the texts, one behind the other
_Columns     of each table: its columns, with their types, by which     File, Component, Directory, Property …
             the others are read, column after column                   stored as numbers of texts, and numbers
```
Microsoft documents what the tables mean (learn.microsoft.com/windows/win32/msi/database-reference); how they are stored
is known from the public source of Wine's msi.dll and of msitools (libmsi).
"""

import struct
from collections.abc import Iterator, Mapping

from scanner.formats.compound_file import CompoundFile, Entry
from scanner.formats.records import damaged
from scanner.model.source import Budget, Source

_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_PAIRS, _SINGLES, _TABLE, _LAST = 0x3800, 0x4800, 0x4840, 0x4841
_CLASS_FAMILY = bytes.fromhex("0000000000c000000000000046")
_TEXT, _WIDE_NUMBERS = 0x0800, 4
_NULLABLE, _STREAM = 0x1000, 0x0900
_LONG_REFERENCES = 0x8000
_MOST_TABLE_BYTES = 64 << 20

Row = Mapping[str, str | int]


def is_installer(source: Source) -> bool:
    """Whether the root of the compound file bears a class of Windows Installer (000C1080 to 000C109F)."""
    head = source.head
    if len(head) < 52:
        return False
    shift, sector = int.from_bytes(head[30:32], "little"), int.from_bytes(head[48:52], "little")
    if shift not in (9, 12):
        return False
    family = bytes(source.view(((sector + 1) << shift) + 80, 16))
    return family[1:4] == b"\x10\x0c\0" and family[3:] == _CLASS_FAMILY


def stream_name(packed: str) -> str:
    """A stream's name in plain letters; those of tables begin with `!`."""
    name = ""
    for character in packed:
        number = ord(character)
        if _PAIRS <= number < _SINGLES:
            pair = number - _PAIRS
            name += _LETTERS[pair & 0x3F] + _LETTERS[pair >> 6]
        elif _SINGLES <= number < _TABLE:
            name += _LETTERS[number - _SINGLES]
        else:
            name += "!" if number == _TABLE else character
    return name


class InstallerTables:
    """The streams and tables of a package.

    Raises:
        Unreadable: The compound file, or what is asked for, is damaged.
    """

    def __init__(self, source: Source, budget: Budget) -> None:
        self._budget = budget
        self.file = CompoundFile(source, budget)
        self._tables: dict[str, Entry] = {}
        self.streams: dict[str, Entry] = {}
        """All but the package's own tables, by their plain names."""
        for entry in self.file.streams:
            name = stream_name(entry.name)
            if entry.folders:  # a transform or a patch has tables of its own, which change those of the package
                self.streams["/".join((*entry.folders, name))] = entry
            elif name.startswith("!"):
                self._tables[name[1:]] = entry
            else:
                self.streams[name] = entry
        self._texts, self._reference_bytes = self._read_texts()
        self._columns = self._read_columns()

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a table, each with its values by column; none where there is no such table."""
        columns = self._columns.get(table, [])
        if columns:
            yield from self._rows(table, columns)

    def _rows(self, table: str, columns: list[tuple[str, int]]) -> Iterator[Row]:
        data = self._content(table)
        widths = [self._width(kind) for _, kind in columns]
        count = len(data) // sum(widths)
        self._budget.spend_items(count * len(columns))
        starts = [count * sum(widths[:number]) for number in range(len(columns))]
        for row in range(count):
            yield {
                name: self._value(data[start + row * width : start + (row + 1) * width], kind)
                for (name, kind), width, start in zip(columns, widths, starts, strict=True)
            }

    def _width(self, kind: int) -> int:
        if kind & _TEXT and kind & ~_NULLABLE != _STREAM:
            return self._reference_bytes
        return 4 if kind & 0xFF == _WIDE_NUMBERS else 2

    def _value(self, data: bytes, kind: int) -> str | int:
        number = int.from_bytes(data, "little")
        if kind & _TEXT:
            return self._texts[number] if number < len(self._texts) else ""
        return number - (1 << 8 * len(data) - 1)  # stored with the highest bit turned round

    def _content(self, table: str) -> bytes:
        entry = self._tables.get(table)
        if entry is None:
            return b""
        if entry.size > _MOST_TABLE_BYTES:
            raise damaged(f"The table {table} of the package claims to be larger than any is.")
        return b"".join(self.file.content(entry))

    def _read_texts(self) -> tuple[list[str], int]:
        pool, data = self._content("_StringPool"), self._content("_StringData")
        if len(pool) < 4:
            raise damaged("The package has no texts.")
        page, flags = struct.unpack_from("<2H", pool)
        encoding = _encoding(page)
        texts, at, longer = [""], 0, 0
        self._budget.spend_items(len(pool) // 4)
        for length, times in struct.iter_unpack("<2H", pool[4 : len(pool) // 4 * 4]):
            if length == 0 and times:  # of a text beyond 64 KiB the upper half of its length, and the rest in the next
                longer = times << 16
                continue
            size, longer = longer + length, 0
            texts.append(data[at : at + size].decode(encoding, "replace"))
            at += size
        return texts, 3 if flags & _LONG_REFERENCES else 2

    def _read_columns(self) -> dict[str, list[tuple[str, int]]]:
        fixed = [("Table", _TEXT), ("Number", 2), ("Name", _TEXT), ("Type", 2)]
        found: dict[str, list[tuple[int, str, int]]] = {}
        for row in self._rows("_Columns", fixed):
            found.setdefault(str(row["Table"]), []).append((int(row["Number"]), str(row["Name"]), int(row["Type"])))
        return {table: [(name, kind) for _, name, kind in sorted(columns)] for table, columns in found.items()}


def _encoding(page: int) -> str:
    """Python's name of a code page; what is not known is read as Windows' Latin letters."""
    if page == 65001:
        return "utf-8"
    try:
        "".encode(f"cp{page}")
    except LookupError:
        return "cp1252"
    return f"cp{page}"
