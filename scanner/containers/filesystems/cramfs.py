"""CramFS: a small compressed file system of firmware, read in place.

```
superblock, 64 bytes | inode of the root │ inode, 12 bytes: mode, owner | size, group | length of name and place ÷ 4
folder: inodes, each with its name behind it │ file: where each block ends | blocks of 4 KiB, each compressed by zlib
```
Specification: the kernel's include/uapi/linux/cramfs_fs.h. Only the order of today's machines (little-endian) is read.
"""

import struct
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from scanner.containers.disks import Disk
from scanner.containers.filesystems import File
from scanner.containers.filesystems.numbered_tree import FileKind, NumberedTree, kind_of
from scanner.containers.streams import Inflater, broken
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "CramFS"
FALLBACK = False
MAGICS = (Magic(b"\x45\x3d\xcd\x28"),)

_ROOT = 64
_BLOCK_BYTES = 4096
_LARGEST_PACKED = 2 * _BLOCK_BYTES
_EXTENDED_BLOCKS = 0x800


class _Inode(NamedTuple):
    kind: FileKind
    size: int
    name_bytes: int
    place: int


def recognises(head: bytes) -> bool:
    """Whether mark and signature stand at the beginning."""
    return head.startswith(MAGICS[0].value) and head[16:32] == b"Compressed ROMFS"


def opened(disk: Disk, budget: Budget) -> "CramFs":
    """The file system. Raises `Unreadable` where its files are kept in a way that is not known."""
    return CramFs(disk, budget)


class CramFs(NumberedTree):
    """An opened file system; a file's number is the place of its inode."""

    identity = b""

    def __init__(self, disk: Disk, budget: Budget) -> None:
        super().__init__(_ROOT)
        self._disk = disk
        self._budget = budget
        if int.from_bytes(disk.read(8, 4), "little") & _EXTENDED_BLOCKS:
            raise Unreadable(Cause.UNSUPPORTED, "This is a CramFS file system that is not compressed throughout.")

    def _inode(self, at: int) -> _Inode | None:
        raw = bytes(self._disk.read(at, 12))
        if len(raw) < 12:
            self._problem = Unreadable(Cause.DAMAGED, "The file system is cut: some of its files were not found.")
            return None
        mode, size, place = struct.unpack("<H2x2I", raw)
        return _Inode(kind_of(mode), size & 0xFF_FFFF, (place & 0x3F) * 4, (place >> 6) * 4)

    def _children(self, number: int) -> Iterator[tuple[bytes, int, bool]]:
        folder = self._inode(number)
        if folder is None or folder.kind != "folder":
            return
        at, end = folder.place, folder.place + folder.size
        while at < end:
            self._budget.spend_items()
            inode = self._inode(at)
            if inode is None:
                return
            name = bytes(self._disk.read(at + 12, inode.name_bytes)).rstrip(b"\0")
            if name not in (b"", b".", b"..") and b"/" not in name:
                yield name, at, True
            at += 12 + inode.name_bytes

    def _file(self, path: bytes, number: int) -> File | None:
        inode = self._inode(number)
        if inode is None:
            return None
        size = inode.size if inode.kind == "file" else 0
        return File(path, inode.kind, size, partial(self._content, inode.place, size))

    def _content(self, place: int, size: int) -> Iterator[bytes]:
        blocks = -(-size // _BLOCK_BYTES)
        ends = bytes(self._disk.read(place, 4 * blocks))
        start = place + 4 * blocks
        for number in range(blocks):
            self._budget.spend_items()
            count = min(_BLOCK_BYTES, size - number * _BLOCK_BYTES)
            self._budget.spend_bytes(count)
            end = int.from_bytes(ends[4 * number : 4 * number + 4], "little")
            if not start <= end <= start + _LARGEST_PACKED:
                raise Unreadable(Cause.DAMAGED, "A block of it is damaged; what came before was read.")
            yield self._unpacked(start, end - start, count)
            start = end

    def _unpacked(self, start: int, packed: int, count: int) -> bytes:
        if not packed:
            return bytes(count)  # a hole
        try:
            piece = Inflater(15).decompress(bytes(self._disk.read(start, packed)), count)
        except broken() as error:
            raise Unreadable(Cause.DAMAGED, "A block of it is damaged; what came before was read.") from error
        if len(piece) < count:
            raise Unreadable(Cause.DAMAGED, "A block of it ends early; what came before was read.")
        return piece
