"""The cells of a hive of the Windows registry: keys with their subkeys and values, found by path.

```
regf, base block of 4096 bytes, root at 36 | bins of cells; a cell: its size (negative: in use), content
nk key: flags, …, number of subkeys 20, their list 28, number of values 36, their list 40, length of name 72, name 76
lf, lh, li lists of keys; ri list of lists │ vk value: length of the name 2, size 4, data 8, type 12, flags 16, name 20
```
Specification: https://github.com/msuhanov/regf. Offsets are from the end of the base block. Everything is a claim; a
list that leads in circles ends with the budget.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from scanner.model.source import Budget, Source

_BASE = 4096
_ROOT_AT = 36
_NONE = 0xFFFF_FFFF
_IS_ASCII_KEY, _IS_ASCII_VALUE = 0x20, 1
_IN_PLACE = 1 << 31
_LONGEST_VALUE = 16344
_STRING, _EXPANDED, _NUMBER = 1, 2, 4
_DEEPEST_LIST = 4


class Key(NamedTuple):
    """A key of a hive."""

    name: str
    at: int
    """Where its cell's content begins, in bytes from the end of the base block."""


class Hive:
    """A hive, read in place."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self._data = source.view(_BASE)
        self._budget = budget
        base = bytes(source.view(0, 48))
        self._root = int.from_bytes(base[_ROOT_AT : _ROOT_AT + 4], "little") + 4 if len(base) == 48 else 0

    @property
    def root(self) -> Key:
        """The key that holds all others."""
        return Key("", self._root)

    def key(self, path: str) -> Key | None:
        """The key at a path of names between `\\\\`, in any case; None where there is none."""
        found = self.root
        for name in path.split("\\"):
            below = next((key for key in self.subkeys(found) if key.name.lower() == name.lower()), None)
            if below is None:
                return None
            found = below
        return found

    def subkeys(self, key: Key) -> Iterator[Key]:
        """The keys directly below, so far as they can be read."""
        cell = self._cell(key.at, b"nk", 76)
        if cell:
            for at in self._listed(int.from_bytes(cell[28:32], "little"), 0):
                self._budget.spend_items()
                below = self._cell(at + 4, b"nk", 76)
                if below:
                    flags, length = (int.from_bytes(below[p : p + 2], "little") for p in (2, 72))
                    name = bytes(self._data[at + 80 : at + 80 + length])
                    yield Key(_text(name, is_ascii=bool(flags & _IS_ASCII_KEY)), at + 4)

    def values(self, key: Key) -> dict[str, str]:
        """The values of a key that are text or a number, by their names in lower case."""
        found: dict[str, str] = {}
        cell = self._cell(key.at, b"nk", 76)
        count, listed = struct.unpack_from("<2I", cell, 36) if cell else (0, _NONE)
        if listed == _NONE:
            return found
        for number in range(count):
            self._budget.spend_items()
            pointer = bytes(self._data[listed + 4 + 4 * number : listed + 8 + 4 * number])
            if len(pointer) < 4:
                break
            self._take_value(int.from_bytes(pointer, "little") + 4, found)
        return found

    def _take_value(self, at: int, found: dict[str, str]) -> None:
        cell = self._cell(at, b"vk", 20)
        if not cell:
            return
        length, size, data, kind, flags = struct.unpack_from("<HIIIH", cell, 2)
        name = _text(bytes(self._data[at + 20 : at + 20 + length]), is_ascii=bool(flags & _IS_ASCII_VALUE))
        if size & _IN_PLACE:
            content = cell[8 : 8 + min(size & 0xFF, 4)]
        else:
            content = bytes(self._data[data + 4 : data + 4 + min(size, _LONGEST_VALUE)])
        self._budget.spend_bytes(len(content))
        if kind in (_STRING, _EXPANDED):
            found.setdefault(name.lower(), content.decode("utf-16-le", "replace").partition("\0")[0])
        elif kind == _NUMBER:
            found.setdefault(name.lower(), str(int.from_bytes(content, "little")))

    def _listed(self, at: int, depth: int) -> Iterator[int]:
        if at == _NONE or depth > _DEEPEST_LIST:
            return
        head = bytes(self._data[at + 4 : at + 8])
        if len(head) < 4:
            return
        kind, count = head[:2], int.from_bytes(head[2:], "little")
        step = 8 if kind in (b"lf", b"lh") else 4
        if kind not in (b"lf", b"lh", b"li", b"ri"):
            return
        for number in range(count):
            self._budget.spend_items()
            pointer = bytes(self._data[at + 8 + step * number : at + 12 + step * number])
            if len(pointer) < 4:
                return
            below = int.from_bytes(pointer, "little")
            if kind == b"ri":
                yield from self._listed(below, depth + 1)
            else:
                yield below

    def _cell(self, at: int, kind: bytes, length: int) -> bytes:
        cell = bytes(self._data[at : at + length])
        return cell if len(cell) == length and cell[:2] == kind else b""


def _text(name: bytes, *, is_ascii: bool) -> str:
    return name.decode("latin-1") if is_ascii else name.decode("utf-16-le", "replace")
