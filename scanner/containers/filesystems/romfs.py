"""ROMFS: the smallest file system of Linux, read in place.

```
-rom1fs- | size | checksum | name of the volume, filled to 16 │ files
file: next file (lowest 4 bits: kind, may be run) | of a folder its first file | size | checksum | name | content
```
Specification: the kernel's Documentation/filesystems/romfs. All numbers are big-endian, all places multiples of 16.
"""

import struct
from collections.abc import Iterator
from functools import partial
from typing import Literal, NamedTuple

from scanner.containers.disks import Disk, pieces
from scanner.containers.filesystems import File
from scanner.containers.filesystems.numbered_tree import NumberedTree
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "ROMFS"
FALLBACK = False
MAGICS = (Magic(b"-rom1fs-"),)

_HEADER = struct.Struct(">4I")
_KINDS: dict[int, Literal["file", "folder", "link"]] = {1: "folder", 2: "file", 3: "link"}
_HARD_LINK = 0
_LONGEST_NAME = 1024


class _Entry(NamedTuple):
    kind: int
    following: int
    first: int
    size: int
    name: bytes
    content: int


def recognises(head: bytes) -> bool:
    """Whether it begins with the mark."""
    return head.startswith(MAGICS[0].value)


def opened(disk: Disk, budget: Budget) -> "RomFs":
    """The file system. Raises `Unreadable` where it has no beginning."""
    return RomFs(disk, budget)


class RomFs(NumberedTree):
    """An opened file system; a file's number is the place of its header."""

    identity = b""

    def __init__(self, disk: Disk, budget: Budget) -> None:
        self._disk = disk
        self._budget = budget
        name = bytes(disk.read(16, _LONGEST_NAME))
        if b"\0" not in name:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside its header.")
        super().__init__(_filled(16 + name.index(b"\0") + 1))

    def _entry(self, at: int) -> _Entry | None:
        raw = bytes(self._disk.read(at, _HEADER.size + _LONGEST_NAME))
        if len(raw) <= _HEADER.size:
            self._problem = Unreadable(Cause.DAMAGED, "The file system is cut: some of its files were not found.")
            return None
        following, first, size, _ = _HEADER.unpack_from(raw)
        name = raw[_HEADER.size :].partition(b"\0")[0]
        content = _filled(at + _HEADER.size + len(name) + 1)
        return _Entry(following & 7, following & ~15, first & ~15, size, name, content)

    def _children(self, number: int) -> Iterator[tuple[bytes, int, bool]]:
        folder = self._entry(number)
        at = folder.first if folder is not None and _KINDS.get(folder.kind) == "folder" else 0
        seen: set[int] = set()
        while at and at not in seen:
            seen.add(at)
            self._budget.spend_items()
            entry = self._entry(at)
            if entry is None:
                return
            if entry.name not in (b".", b"..", b""):
                yield entry.name, (at if entry.kind != _HARD_LINK else entry.first), True
            at = entry.following

    def _file(self, path: bytes, number: int) -> File | None:
        entry = self._entry(number)
        if entry is None:
            return None
        kind: Literal["file", "folder", "link", "device"] = _KINDS.get(entry.kind, "device")
        read = partial(self._content, entry.content, entry.size)
        return File(path, kind, entry.size if kind == "file" else 0, read)

    def _content(self, start: int, size: int) -> Iterator[bytes]:
        found = 0
        for piece in pieces(self._disk, iter([(start, size)]), size, self._budget):
            found += len(piece)
            yield piece
        if found < size:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside it; what came before was read.")


def _filled(place: int) -> int:
    return -(-place // 16) * 16
