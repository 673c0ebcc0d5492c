"""EROFS: the read-only system of Android devices and of newer containers, plain or compressed.

```
1 KiB | superblock │ inodes, each at a multiple of 32 bytes: kind, layout, size, attributes, perhaps the end │ blocks
folder: blocks of entries (inode, place of the name, type), then the names
file: blocks in a row │ the same, with its end behind the inode │ pieces with their places │ compressed (erofs_extents)
```
Specification: the kernel's Documentation/filesystems/erofs.rst, and its fs/erofs/erofs_fs.h.
"""

import lzma
import struct
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import NamedTuple

from scanner.containers.blocks import lz4_beginning, lz4_block
from scanner.containers.disks import PIECE_BYTES, Disk, lying, pieces
from scanner.containers.filesystems import File
from scanner.containers.filesystems.erofs_extents import HOLE, PACKED, PLAIN, ROTATED, Extent, Index
from scanner.containers.filesystems.numbered_tree import FileKind, NumberedTree, kind_of
from scanner.containers.streams import ZSTANDARD, Inflater, broken
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "an EROFS file system"
FALLBACK = False
_MAGIC, _SUPERBLOCK = b"\xe2\xe1\xf5\xe0", 1024
MAGICS = (Magic(_MAGIC, _SUPERBLOCK),)

_KNOWN_FEATURES, _IS_PADDED_BEFORE, _IS_LARGE = 0xFF, 0x1, 0x80
_PLAIN, _FULL, _END_BEHIND_INODE, _COMPACT, _CHUNKS = range(5)
_ARE_INDEXED, _ARE_LARGE, _HOLE = 0x20, 0x40, 0xFFFF_FFFF
_HAS_ONE_NAME = 0x10
_LZ4, _LZMA, _DEFLATE, _ZSTD = range(4)
_FOLDER_TYPE = 2
_LARGEST_PART = 16 << 20
"""What may come out of one compressed part; the kernel's own limit is 12 MiB."""
_LZMA_DICTIONARY = 8 << 20
_HELD_PARTS = 16
_DAMAGED = "A part of it is damaged."


class _Inode(NamedTuple):
    kind: FileKind
    layout: int
    size: int
    told: int
    """The first block, or how the pieces are told."""
    behind: int
    """Where inode and attributes end, in bytes."""


def recognises(head: bytes) -> bool:
    """Whether a superblock stands in its place, with blocks of a size that there can be."""
    return head.startswith(_MAGIC, _SUPERBLOCK) and len(head) > _SUPERBLOCK + 128 and 9 <= head[_SUPERBLOCK + 12] <= 16


def opened(disk: Disk, budget: Budget) -> "Erofs":
    """The file system. Raises `Unreadable` where it has features that came later than this reader."""
    return Erofs(disk, budget)


class Erofs(NumberedTree):
    """An opened file system."""

    def __init__(self, disk: Disk, budget: Budget) -> None:
        self._disk = disk
        self._budget = budget
        block = bytes(disk.read(_SUPERBLOCK, 128))
        if len(block) < 128:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside its superblock.")
        self._features: int = struct.unpack_from("<I", block, 80)[0]
        if self._features & ~_KNOWN_FEATURES:
            raise Unreadable(Cause.UNSUPPORTED, "It is an EROFS file system of a newer kind than frscan can read.")
        self._block_bits = block[12]
        self._folder_bytes = 1 << (block[12] + block[90] % 8)
        self._inodes: int = struct.unpack_from("<I", block, 40)[0] << self._block_bits
        self._packed: int = struct.unpack_from("<Q", block, 96)[0]
        self._held: OrderedDict[int, bytes] = OrderedDict()
        self.identity = b""  # builds that can be repeated give all files one time, and all images one number
        root = int.from_bytes(block[112:120], "little") if self._features & _IS_LARGE else 0
        super().__init__(root=root or int.from_bytes(block[14:16], "little"))

    def _file(self, path: bytes, number: int) -> File | None:
        inode = self._inode(number)
        if inode is None:
            return None
        size = inode.size if inode.kind == "file" else 0
        return File(path, inode.kind, size, partial(self._content, inode), (), partial(self._in_place, inode))

    def _children(self, number: int) -> Iterator[tuple[bytes, int, bool]]:
        inode = self._inode(number)
        if inode is None or inode.kind != "folder":
            return
        listing = self._whole_folder(inode.size, self._content(inode))
        for start in range(0, len(listing), self._folder_bytes):
            yield from self._entries(listing[start : start + self._folder_bytes])

    def _entries(self, block: bytes) -> Iterator[tuple[bytes, int, bool]]:
        count = int.from_bytes(block[8:10], "little") // 12
        if not 0 < count * 12 <= len(block):
            self._problem = Unreadable(Cause.DAMAGED, "A folder of the file system is damaged.")
            return
        entries = [struct.unpack_from("<QHB", block, 12 * number) for number in range(count)]
        ends = [place for _, place, _ in entries[1:]] + [len(block)]
        for (number, place, kind), end in zip(entries, ends, strict=True):
            self._budget.spend_items()
            name = block[place:end].split(b"\0", 1)[0]
            if name not in (b"", b".", b"..") and b"/" not in name:
                yield name, number, kind in (0, _FOLDER_TYPE)

    def _inode(self, number: int) -> _Inode | None:
        at = self._inodes + 32 * number
        raw = bytes(self._disk.read(at, 64))
        is_long = bool(raw[:1] and raw[0] & 1)
        if len(raw) < (64 if is_long else 32):
            self._problem = Unreadable(Cause.DAMAGED, "The file system is cut: some of its files were not found.")
            return None
        form, attributes, mode = struct.unpack_from("<3H", raw)
        size = int.from_bytes(raw[8 : 16 if is_long else 12], "little")
        behind = at + (64 if is_long else 32) + (12 + 4 * (attributes - 1) if attributes else 0)
        told = int.from_bytes(raw[16:20], "little")
        kind = kind_of(mode)
        if self._features & _IS_LARGE and (is_long or (form & _HAS_ONE_NAME and kind != "folder")):
            told |= int.from_bytes(raw[6:8], "little") << 32
        return _Inode(kind, form >> 1 & 7, size, told, behind)

    def _in_place(self, inode: _Inode) -> Sequence[memoryview] | None:
        if inode.layout not in (_PLAIN, _END_BEHIND_INODE, _CHUNKS):
            return None
        return lying(self._disk, self._extents(inode), inode.size, self._budget)

    def _content(self, inode: _Inode) -> Iterator[bytes]:
        if inode.layout in (_FULL, _COMPACT):
            found = self._compressed(inode)
        elif inode.layout in (_PLAIN, _END_BEHIND_INODE, _CHUNKS):
            found = pieces(self._disk, self._extents(inode), inode.size, self._budget)
        else:
            raise Unreadable(Cause.UNSUPPORTED, "It is kept in a newer way than frscan can read.")
        given = 0
        for piece in found:
            given += len(piece)
            yield piece
        if given < inode.size:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside it, or does not say where all of it is.")

    def _extents(self, inode: _Inode) -> Iterator[tuple[int | None, int]]:
        return self._chunks(inode) if inode.layout == _CHUNKS else self._in_a_row(inode)

    def _in_a_row(self, inode: _Inode) -> Iterator[tuple[int | None, int]]:
        end = inode.size % (1 << self._block_bits) if inode.layout == _END_BEHIND_INODE else 0
        is_hole = inode.layout == _PLAIN and inode.told & _HOLE == _HOLE
        yield None if is_hole else inode.told << self._block_bits, inode.size - end
        yield inode.behind, end

    def _chunks(self, inode: _Inode) -> Iterator[tuple[int | None, int]]:
        chunk_bytes = 1 << (self._block_bits + (inode.told & 0x1F))
        entry_bytes = 8 if inode.told & _ARE_INDEXED else 4
        at = -(-inode.behind // entry_bytes) * entry_bytes
        for start in range(0, inode.size, chunk_bytes):
            self._budget.spend_items()
            raw = bytes(self._disk.read(at, entry_bytes))
            at += entry_bytes
            if len(raw) < entry_bytes:
                return
            block = int.from_bytes(raw[-4:], "little")
            if entry_bytes == 8 and raw[2:4] != b"\0\0" and block != _HOLE:
                raise Unreadable(
                    Cause.UNSUPPORTED, "A part of it lies in another file, which frscan does not look for."
                )
            high = int.from_bytes(raw[:2], "little") << 32 if inode.told & _ARE_LARGE and entry_bytes == 8 else 0
            place = None if block == _HOLE else (high | block) << self._block_bits
            yield place, min(chunk_bytes, inode.size - start)

    def _compressed(self, inode: _Inode) -> Iterator[bytes]:
        if not inode.size:
            return
        for extent in self._index(inode).extents(self._budget):
            content = self._part(extent)
            for start in range(0, len(content), PIECE_BYTES):
                yield content[start : start + PIECE_BYTES]

    def _part(self, extent: Extent) -> bytes:
        size = extent.end - extent.start
        if size > _LARGEST_PART or extent.length > _LARGEST_PART:
            raise Unreadable(Cause.DAMAGED, _DAMAGED)
        self._budget.spend_bytes(size)
        if extent.way == PACKED:
            return self._from_packed(extent.place, size)
        if extent.way == HOLE:
            return bytes(size)
        raw = bytes(self._disk.read(extent.place, extent.length))
        if extent.way == PLAIN:
            content = raw[:size]
        elif extent.way == ROTATED:
            turn = extent.start % (1 << self._block_bits)
            content = (raw[turn:] + raw[:turn])[:size]
        else:
            content = self._undone(extent, raw, size)
        if len(content) < size:
            raise Unreadable(Cause.DAMAGED, _DAMAGED)
        return content

    def _undone(self, extent: Extent, raw: bytes, size: int) -> bytes:
        if self._features & _IS_PADDED_BEFORE:
            raw = raw.lstrip(b"\0")
        if extent.way == _LZ4:
            made = size
            if extent.is_beginning or not self._features & _IS_PADDED_BEFORE:
                raw, made = lz4_beginning(raw, size, self._budget)
            if made > size:
                self._budget.spend_bytes(made)
            return lz4_block(raw, min(made, _LARGEST_PART))[:size]
        try:
            return _decoded(extent.way, raw, size)
        except broken() as error:
            raise Unreadable(Cause.DAMAGED, _DAMAGED) from error

    def _from_packed(self, place: int, size: int) -> bytes:
        """Ends of files, and small files, which lie together in one that has no name."""
        parts = self._packed_parts
        found = bytearray()
        for part in parts[bisect_right(parts, place, key=lambda part: part.end) :]:
            if part.start >= place + size or part.way == PACKED:
                break
            content = self._held.get(part.start)
            if content is None:
                content = self._held[part.start] = self._part(part)
                if len(self._held) > _HELD_PARTS:
                    self._held.popitem(last=False)
            found += content[max(0, place - part.start) : place + size - part.start]
        return bytes(found)

    @cached_property
    def _packed_parts(self) -> list[Extent]:
        inode = self._inode(self._packed)
        if inode is None or inode.layout not in (_PLAIN, _FULL, _END_BEHIND_INODE, _COMPACT):
            raise Unreadable(Cause.DAMAGED, "The file that holds the ends of others was not found.")
        if inode.layout in (_FULL, _COMPACT):
            return list(self._index(inode).extents(self._budget))
        parts, start = list[Extent](), 0
        for place, length in self._in_a_row(inode):
            for at in range(0, length, PIECE_BYTES):
                self._budget.spend_items()
                count = min(PIECE_BYTES, length - at)
                way = PLAIN if place is not None else HOLE
                parts.append(Extent(start, start + count, way, (place or 0) + at, count, is_beginning=False))
                start += count
        return parts

    def _index(self, inode: _Inode) -> Index:
        return Index(self._disk, inode.behind, inode.size, self._block_bits, inode.layout == _COMPACT)


def _decoded(way: int, raw: bytes, size: int) -> bytes:
    if way == _DEFLATE:
        return Inflater(-15).decompress(raw, size)
    if way == _ZSTD:
        return ZSTANDARD.decoder().decompress(raw, size)
    if way != _LZMA or not raw:
        raise Unreadable(Cause.UNSUPPORTED, "It is compressed in a newer way than frscan can read.")
    # In the place of LZMA's first byte, which is always zero, stand its three numbers, turned over.
    numbers = raw[0] ^ 0xFF
    chosen = {"id": lzma.FILTER_LZMA1, "lc": numbers % 9, "lp": numbers // 9 % 5, "pb": numbers // 45}
    decoder = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[chosen | {"dict_size": _LZMA_DICTIONARY}])
    return decoder.decompress(b"\0" + raw[1:], size)
