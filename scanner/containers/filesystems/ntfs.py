"""NTFS, the file system of Windows, read in place: every file of an endpoint passes here.

```
index of a folder, in its record and in parts of 4 KiB: reference of a file, length, flags │ name and kind │ …
```
A folder's entries say what is a folder, so that of the files of others no record is looked at (`ntfs_records`). Short
names for DOS are passed over, and so is what the file system keeps about itself; other streams of a file than its
content are not looked for.
Specification: https://learn.microsoft.com/windows/win32/fileio/ntfs-technical-reference and the kernel's
fs/ntfs3/ntfs.h.
"""

import struct
from collections.abc import Iterator, Sequence
from functools import partial

from scanner.containers.disks import Disk, lying, pieces
from scanner.containers.filesystems import File
from scanner.containers.filesystems.ntfs_compression import undone
from scanner.containers.filesystems.ntfs_records import (
    BITMAP,
    COMPRESSED,
    DATA,
    ENCRYPTED,
    INDEX_PARTS,
    INDEX_ROOT,
    IS_FOLDER,
    REPARSE,
    STANDARD,
    Attribute,
    Extent,
    Record,
    Table,
    damaged,
    mended,
)
from scanner.containers.filesystems.numbered_tree import NumberedTree
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "an NTFS file system"
FALLBACK = False
MAGICS = (Magic(b"NTFS    ", 3),)

_ROOT = 5
_FIRST_RECORDS = 24
_NUMBER = (1 << 48) - 1
_OWN = frozenset(
    {
        "$MFT", "$MFTMirr", "$LogFile", "$Volume", "$AttrDef", "$Bitmap", "$Boot", "$BadClus", "$Secure", "$UpCase",
        "$Extend", ".",
    }
)  # fmt: skip
"""What the file system keeps about itself as files of its own, in the first records of its table."""
_I30 = "$I30".encode("utf-16-le")
_DOS = 2
_LAST_ENTRY = 2
_NAMED_FOLDER = 0x1000_0000
_ENTRY = struct.Struct("<QHHH58xI4xBB")
"""The file, length of the entry and of its key, flags; kind of the file, length of its name in characters and whose."""
_INDEX = struct.Struct("<III")
"""Where the entries begin and end, and how much room there is."""
_LARGEST_UNIT, _SMALLEST_PART, _LARGEST_PART = 1 << 20, 512, 1 << 20
_LINKS = frozenset({0xA000_000C, 0xA000_0003})
"""Symbolic links, and folders that are mounted from elsewhere."""
_PACKED_BY_WINDOWS, _DEDUPLICATED = 0x8000_0017, 0x8000_0013
_KEPT_ELSEWHERE = {
    _PACKED_BY_WINDOWS: "Windows keeps it compressed (CompactOS), in a form that frscan cannot undo",
    _DEDUPLICATED: "Its content is kept together with that of other files (deduplication), where frscan does not look",
}


def recognises(head: bytes) -> bool:
    """Whether a boot sector says so."""
    return head.startswith(b"NTFS    ", 3)


def opened(disk: Disk, budget: Budget) -> "Ntfs":
    """The file system. Raises `Unreadable` (damaged)."""
    return Ntfs(disk, budget)


class Ntfs(NumberedTree):
    """An opened file system. A file's number is the reference that folders have of it."""

    def __init__(self, disk: Disk, budget: Budget) -> None:
        super().__init__(_ROOT)
        self._disk = disk
        self._budget = budget
        self._table = Table(disk, budget)
        self.identity = self._table.identity
        self._folders: dict[int, Record] = {}
        """Those come to whose entries were not asked for yet."""

    def _file(self, path: bytes, number: int) -> File | None:
        try:
            record = self._table.record(number)
            tag = int.from_bytes(next(self._table.content(record.parts(REPARSE)), b"")[:4], "little")
        except Unreadable as why:
            self._problem = self._problem or why
            return None
        if tag in _LINKS:
            return File(path, "link", 0, partial(iter, ()))
        if record.flags & IS_FOLDER:
            self._folders[number] = record
            return File(path, "folder", 0, partial(iter, ()))
        data = record.parts(DATA)
        stamp = (number, *_times(record))
        if not data:
            return File(path, "file", 0, partial(iter, ()), stamp)
        return File(
            path, "file", data[0].size, partial(self._content, data, tag), stamp, partial(self._in_place, data, tag)
        )

    def _children(self, number: int) -> Iterator[tuple[bytes, int, bool]]:
        try:
            record = self._folders.pop(number, None) or self._table.record(number)
            if not record.flags & IS_FOLDER:
                return
            indexes = list(self._indexes(record))
        except Unreadable as why:
            self._problem = self._problem or why
            return
        for index in indexes:
            for name, child, is_folder in self._entries(index):
                if number == _ROOT and child & _NUMBER < _FIRST_RECORDS and name in _OWN:
                    continue
                if "/" in name or "\0" in name or name in ("", ".", ".."):
                    self._problem = self._problem or damaged("A folder")
                    continue
                yield name.encode("utf-8", "surrogatepass"), child, is_folder

    def _indexes(self, record: Record) -> Iterator[bytes]:
        """The entries of a folder: those in its record, then each part in use of those that lie elsewhere."""
        roots = record.parts(INDEX_ROOT, _I30)
        if not roots or len(roots[0].value) < 32:
            raise damaged("A folder")
        root = roots[0].value
        yield _listed(root[16:])
        parts = record.parts(INDEX_PARTS, _I30)
        size = int.from_bytes(root[8:12], "little")
        if not parts:
            return
        if not _SMALLEST_PART <= size <= _LARGEST_PART:
            raise damaged("A folder")
        whole = self._whole_folder(parts[0].size, self._table.content(parts))
        marks = record.parts(BITMAP, _I30)
        in_use = self._whole_folder(marks[0].size if marks else 0, self._table.content(marks))
        if len(whole) < parts[0].size:
            self._problem = self._problem or damaged("A folder")
        for number in range(len(whole) // size):
            self._budget.spend_items()
            if number >> 3 < len(in_use) and not in_use[number >> 3] >> (number & 7) & 1:
                continue
            try:
                yield _listed(mended(whole[number * size : (number + 1) * size], b"INDX")[24:])
            except Unreadable as why:
                self._problem = self._problem or why

    def _entries(self, listing: bytes) -> Iterator[tuple[str, int, bool]]:
        at, end = 0, len(listing) - _ENTRY.size
        spend_items, entry_at = self._budget.spend_items, _ENTRY.unpack_from
        while at <= end:
            spend_items()
            child, length, key, flags, kind, characters, whose = entry_at(listing, at)
            if flags & _LAST_ENTRY:
                return
            if length < _ENTRY.size or key < 66 + 2 * characters or length < 16 + key:
                break
            if whose != _DOS:
                name = listing[at + 82 : at + 82 + 2 * characters].decode("utf-16-le", "surrogatepass")
                yield name, child, bool(kind & _NAMED_FOLDER)
            at += length
        self._problem = self._problem or damaged("A folder")

    def _content(self, data: list[Attribute], tag: int) -> Iterator[bytes]:
        first = data[0]
        self._refuse_unreadable(data, tag)
        given = 0
        for piece in self._pieces(data):
            given += len(piece)
            yield piece
        if given < first.size:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside it, or does not say where all of it is.")

    def _refuse_unreadable(self, data: list[Attribute], tag: int) -> None:
        """Raise `Unreadable` where what lies there is not the content."""
        if data[0].flags & ENCRYPTED:
            raise Unreadable(Cause.ENCRYPTED, "It is encrypted by the file system; its content was not examined.")
        is_away = (
            tag and data[0].size and data[0].is_elsewhere and all(at is None for at, _ in self._table.extents(data))
        )
        if tag == _PACKED_BY_WINDOWS or is_away:
            where = _KEPT_ELSEWHERE.get(tag, "Its content is not kept on this computer")
            raise Unreadable(Cause.UNSUPPORTED, f"{where}; its content was not examined.")

    def _pieces(self, data: list[Attribute]) -> Iterator[bytes]:
        first = data[0]
        if not first.is_elsewhere:
            self._budget.spend_bytes(first.size)
            yield from (first.value,) if first.value else ()
        elif first.flags & COMPRESSED:
            yield from self._uncompressed(data)
        else:
            yield from pieces(self._disk, self._written(data), first.size, self._budget)

    def _in_place(self, data: list[Attribute], tag: int) -> Sequence[memoryview] | None:
        first = data[0]
        if tag or first.flags & ENCRYPTED:
            return None
        if not first.is_elsewhere:
            self._budget.spend_bytes(first.size)
            return (memoryview(first.value),) if len(first.value) == first.size else None
        if first.flags & COMPRESSED:
            return None
        return lying(self._disk, self._written(data), first.size, self._budget)

    def _written(self, data: list[Attribute]) -> Iterator[Extent]:
        """Where a file lies; behind what was ever written of it nothing but zeros are seen."""
        first = data[0]
        left = min(first.written, first.size)
        for start, length in self._table.extents(data):
            if left <= 0:
                break
            yield start, min(length, left)
            left -= min(length, left)
        if left <= 0:
            yield None, first.size - min(first.written, first.size)

    def _uncompressed(self, data: list[Attribute]) -> Iterator[bytes]:
        first = data[0]
        unit = self._table.cluster_bytes << min(first.unit, 32)
        if not 0 < unit <= _LARGEST_UNIT:
            raise damaged("The list of the parts of a file")
        left, written = first.size, min(first.written, first.size)
        for parts in _units(self._table.extents(data), unit):
            count = min(unit, left)
            if count <= 0:
                return
            self._budget.spend_bytes(count)
            stored = b"".join(bytes(self._disk.read(start, length)) for start, length in parts if start is not None)
            if stored and any(start is None for start, _ in parts):
                stored = undone(stored, unit)
            seen = stored[: max(0, min(count, written - (first.size - left)))]
            yield seen.ljust(count, b"\0")
            left -= count


def _times(record: Record) -> tuple[int, ...]:
    """When it was made, its content changed, its record changed: in 100 ns."""
    standard = record.parts(STANDARD)
    value = standard[0].value if standard else b""
    return struct.unpack_from("<3Q", value) if len(value) >= 24 else ()


def _listed(index: bytes) -> bytes:
    """The entries of an index behind its header, with room for the last one, which has no name."""
    begin, end, room = _INDEX.unpack_from(index) if len(index) >= 12 else (0, 0, 0)
    if not 12 <= begin <= end <= len(index) or end > room:
        raise damaged("A folder")
    return index[begin:end] + bytes(_ENTRY.size)


def _units(extents: Iterator[Extent], unit: int) -> Iterator[list[Extent]]:
    """What lies of each unit of compression, and its holes."""
    parts: list[Extent] = []
    left = unit
    for start, length in extents:
        at = 0
        while at < length:
            count = min(length - at, left)
            parts.append((None if start is None else start + at, count))
            at, left = at + count, left - count
            if not left:
                yield parts
                parts, left = [], unit
    if parts:
        yield parts
