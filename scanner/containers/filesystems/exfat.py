"""exFAT, the file system of memory cards and sticks, read in place.

```
boot sector │ table: for each cluster the one that follows │ clusters
folder: a file (attributes) │ its stream (flags, first cluster, length) │ its name, 15 characters an entry │ …
```
Specification: https://learn.microsoft.com/windows/win32/fileio/exfat-specification. The library that reads FAT gives of
this one the content of files from the wrong place, and of large folders the first cluster alone.
"""

import struct
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from scanner.containers.disks import Disk, lying, pieces
from scanner.containers.filesystems import File
from scanner.containers.filesystems.numbered_tree import LARGEST_FOLDER, NumberedTree
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "an exFAT file system"
FALLBACK = False
MAGICS = (Magic(b"EXFAT   ", 3),)

_ENTRY_BYTES = 32
_FILE, _STREAM, _NAME, _END = 0x85, 0xC0, 0xC1, 0x00
_FOLDER, _IN_A_ROW = 0x10, 0x02
_FIRST_CLUSTER, _LAST_CLUSTER = 2, 0xFFFF_FFF6
_DAMAGED = "A folder of the file system is damaged."


class _Entry(NamedTuple):
    is_folder: bool
    cluster: int
    size: int
    written: int
    """How much of it was ever written; the rest reads as zeros."""
    is_in_a_row: bool


def recognises(head: bytes) -> bool:
    """Whether a boot sector says so, with sectors and clusters of sizes that there can be."""
    return head.startswith(b"EXFAT   ", 3) and len(head) > 109 and 9 <= head[108] <= 12 and head[108] + head[109] <= 25


def opened(disk: Disk, budget: Budget) -> "ExFat":
    """The file system. Raises `Unreadable`."""
    return ExFat(disk, budget)


class ExFat(NumberedTree):
    """An opened file system. A folder's number is its first cluster; a file's, turned below zero, where it is told."""

    def __init__(self, disk: Disk, budget: Budget) -> None:
        self._disk = disk
        self._budget = budget
        boot = bytes(disk.read(0, 512))
        if len(boot) < 512:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside its first sector.")
        table, _, heap, self._clusters, root = struct.unpack_from("<5I", boot, 80)
        self._table: int = table << boot[108]
        self._heap: int = heap << boot[108]
        self._cluster_bits = boot[108] + boot[109]
        self._known = {root: _Entry(is_folder=True, cluster=root, size=LARGEST_FOLDER, written=0, is_in_a_row=False)}
        self.identity = b""  # it notes no time of a change but the one that programs set
        super().__init__(root=root)

    def _file(self, path: bytes, number: int) -> File | None:
        entry = self._known[number]
        if entry.is_folder:
            return File(path, "folder", 0, partial(iter, ()))
        return File(path, "file", entry.size, partial(self._content, entry), (), partial(self._in_place, entry))

    def _children(self, number: int) -> Iterator[tuple[bytes, int, bool]]:
        folder = self._known.get(number)
        if folder is None or not folder.is_folder:
            return
        try:
            yield from self._told(self._entries(folder))
        except Unreadable as why:
            self._problem = self._problem or why

    def _entries(self, folder: _Entry) -> Iterator[tuple[int, bytes]]:
        """Place and bytes of each entry of a folder."""
        for start, length in self._runs(folder):
            for place in range(start, start + length, _ENTRY_BYTES):
                self._budget.spend_items()
                raw = bytes(self._disk.read(place, _ENTRY_BYTES))
                if len(raw) < _ENTRY_BYTES:
                    raise Unreadable(Cause.DAMAGED, _DAMAGED)
                if raw[0] == _END:
                    return
                yield place, raw

    def _told(self, entries: Iterator[tuple[int, bytes]]) -> Iterator[tuple[bytes, int, bool]]:
        for place, raw in entries:
            if raw[0] != _FILE:
                continue
            more = [following for _, (_, following) in zip(range(raw[1]), entries, strict=False)]
            if len(more) < 2 or more[0][0] != _STREAM or any(one[0] != _NAME for one in more[1 : 2 + more[0][3] // 16]):
                self._problem = self._problem or Unreadable(Cause.DAMAGED, _DAMAGED)
                continue
            stream = more[0]
            written, cluster, size = struct.unpack_from("<QxxxxIQ", stream, 8)
            is_folder = bool(raw[4] & _FOLDER)
            name = b"".join(one[2:] for one in more[1:] if one[0] == _NAME)[: 2 * stream[3]].decode(
                "utf-16-le", "replace"
            )
            if "/" in name or name in ("", ".", ".."):
                continue
            number = cluster if is_folder else -place
            self._known.setdefault(number, _Entry(is_folder, cluster, size, written, bool(stream[1] & _IN_A_ROW)))
            yield name.encode(), number, is_folder

    def _place(self, cluster: int) -> int:
        if not _FIRST_CLUSTER <= cluster < self._clusters + _FIRST_CLUSTER:
            raise Unreadable(Cause.DAMAGED, "The file system does not say where all of it is.")
        return self._heap + (cluster - _FIRST_CLUSTER << self._cluster_bits)

    def _runs(self, entry: _Entry) -> Iterator[tuple[int, int]]:
        """Where the parts of a file or folder lie, and their lengths."""
        if entry.is_in_a_row:
            yield self._place(entry.cluster), entry.size
            return
        cluster, left = entry.cluster, entry.size
        while left > 0 and cluster < _LAST_CLUSTER:
            self._budget.spend_items()
            yield self._place(cluster), 1 << self._cluster_bits
            left -= 1 << self._cluster_bits
            cluster = int.from_bytes(self._disk.read(self._table + 4 * cluster, 4), "little")

    def _content(self, entry: _Entry) -> Iterator[bytes]:
        given = 0
        for piece in pieces(self._disk, self._extents(entry), entry.size, self._budget):
            given += len(piece)
            yield piece
        if given < entry.size:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside it, or does not say where all of it is.")

    def _extents(self, entry: _Entry) -> Iterator[tuple[int | None, int]]:
        left = min(entry.written, entry.size)
        if left:
            for start, length in self._runs(entry):
                yield start, min(length, left)
                left -= min(length, left)
                if not left:
                    break
        if not left:
            yield None, entry.size - min(entry.written, entry.size)

    def _in_place(self, entry: _Entry) -> Sequence[memoryview] | None:
        return lying(self._disk, self._extents(entry), entry.size, self._budget)
