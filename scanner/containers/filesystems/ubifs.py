"""UBIFS: the file system of flash memories over UBI, read by going over all its nodes.

```
node: magic | checksum | sequence | length | kind │ all little-endian, at multiples of 8, in erase blocks of one size
file: number, size, times, links, mode │ name: folder, file, name │ content: file, number of the 4 KiB, packed bytes
```
Specification: the kernel's fs/ubifs/ubifs-media.h. A log-structured file system holds older states of a file beside
the newest; of nodes with one key the one of the highest sequence counts, so that neither index nor journal is needed.
"""

import struct
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

from scanner.containers.blocks import lzo_block
from scanner.containers.disks import Disk
from scanner.containers.filesystems.collected_tree import CollectedTree, Inode, Name
from scanner.containers.streams import ZSTANDARD, Inflater, broken
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "UBIFS"
FALLBACK = False
_MARK = b"\x31\x18\x10\x06"
MAGICS = (Magic(_MARK),)

_COMMON = struct.Struct("<4sIQIB3x")
_FILE, _CONTENT, _NAME, _SUPERBLOCK = 0, 1, 2, 6
_INODE = struct.Struct("<QQ3Q3I4I")
_ROOT = 1
_BLOCK_BYTES = 4096
_SMALLEST_ERASE, _LARGEST_ERASE = 15 << 10, 16 << 20


class _Piece(NamedTuple):
    sequence: int
    start: int
    """Of the packed bytes on the volume."""
    packed: int
    size: int
    method: int


def recognises(head: bytes) -> bool:
    """Whether the node of a superblock stands at the beginning."""
    return head.startswith(_MARK) and head[20:21] == bytes((_SUPERBLOCK,))


def opened(disk: Disk, budget: Budget) -> "UbiFs":
    """The file system. Raises `Unreadable` where its superblock cannot be true."""
    return UbiFs(disk, budget)


class UbiFs(CollectedTree):
    """An opened file system."""

    def __init__(self, disk: Disk, budget: Budget) -> None:
        super().__init__(_ROOT, budget)
        self._disk = disk
        superblock = bytes(disk.read(0, 128))
        if len(superblock) < 128:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside its superblock.")
        self._erase_bytes = int.from_bytes(superblock[36:40], "little")
        if not _SMALLEST_ERASE <= self._erase_bytes <= _LARGEST_ERASE:
            raise Unreadable(Cause.DAMAGED, "The superblock of the file system is damaged.")
        self.identity = superblock[108:124]
        self._pieces: dict[int, dict[int, _Piece]] = defaultdict(dict)
        readers: dict[int, Callable[[int, bytes, int], None]] = {
            _FILE: self._note_file,
            _NAME: self._note_name,
            _CONTENT: self._note_content,
        }
        for start in range(0, disk.size, self._erase_bytes):
            for kind, sequence, node, at in self._nodes(start):
                note = readers.get(kind)
                if note is not None:
                    note(sequence, node, at)

    def _nodes(self, start: int) -> Iterator[tuple[int, int, bytes, int]]:
        """Kind, sequence, bytes and place of every node of an erase block."""
        block = bytes(self._disk.read(start, self._erase_bytes))
        at = 0
        while True:
            self._budget.spend_items()
            at = block.find(_MARK, at)
            if at < 0 or at + _COMMON.size > len(block):
                return
            _, _, sequence, length, kind = _COMMON.unpack_from(block, at)
            if length < _COMMON.size or at + length > len(block) or at % 8:
                at += 4
                continue
            yield kind, sequence, block[at : at + length], start + at
            at += -(-length // 8) * 8

    def _note_file(self, sequence: int, node: bytes, _at: int) -> None:
        if len(node) < 160:
            return
        number = int.from_bytes(node[24:28], "little")
        _, size, _, changed, modified, _, fine, finer, links, _, _, mode = _INODE.unpack_from(node, 40)
        known = self._inodes.get(number)
        if known is None or sequence > known.version:
            stamp = (number, changed, modified, fine, finer)
            self._inodes[number] = Inode(sequence, mode if links else 0, size, stamp)

    def _note_name(self, sequence: int, node: bytes, _at: int) -> None:
        if len(node) < 57:
            return
        folder, file = int.from_bytes(node[24:28], "little"), int.from_bytes(node[40:48], "little")
        length = int.from_bytes(node[50:52], "little")
        name = node[56 : 56 + length]
        known = self._names[folder].get(name)
        if known is None or sequence > known.version:
            self._names[folder][name] = Name(sequence, file)

    def _note_content(self, sequence: int, node: bytes, at: int) -> None:
        if len(node) < 48:
            return
        file, place = struct.unpack_from("<II", node, 24)
        size, method = struct.unpack_from("<IH", node, 40)
        number = place & 0x1FFF_FFFF
        known = self._pieces[file].get(number)
        if known is None or sequence > known.sequence:
            self._pieces[file][number] = _Piece(sequence, at + 48, len(node) - 48, size, method)

    def _content(self, number: int, size: int) -> Iterator[bytes]:
        pieces = self._pieces.get(number, {})
        for start in range(0, size, _BLOCK_BYTES):
            self._budget.spend_items()
            count = min(_BLOCK_BYTES, size - start)
            self._budget.spend_bytes(count)
            piece = pieces.get(start // _BLOCK_BYTES)
            yield (self._unpacked(piece) if piece is not None else b"")[:count].ljust(count, b"\0")

    def _unpacked(self, piece: _Piece) -> bytes:
        if piece.size > _BLOCK_BYTES:
            raise Unreadable(Cause.DAMAGED, "A block of it is larger than it can be.")
        raw = bytes(self._disk.read(piece.start, piece.packed))
        if piece.method == 0:
            return raw
        if piece.method == 1:
            return lzo_block(raw, piece.size)
        if piece.method not in (2, 3):
            raise Unreadable(Cause.UNSUPPORTED, "It is compressed in a way that frscan does not know.")
        decoder = Inflater(-15) if piece.method == 2 else ZSTANDARD.decoder()
        try:
            return decoder.decompress(raw, piece.size)
        except broken() as error:
            raise Unreadable(Cause.DAMAGED, "A block of it is damaged; what came before was read.") from error
