"""SquashFS 4: the compressed file system of firmware, live systems, snaps and AppImages.

```
superblock | blocks of content | inodes | folders | fragments …   tables in blocks of 8 KiB, each compressed by itself
metadata block: length (bit 15: as it is), content │ data block: length in the inode (bit 24: as it is; 0: zeros)
folder: headers of count, block of inodes, number; entries of offset, number, type, length of the name, name
```
Specification: https://dr-emann.github.io/squashfs/squashfs.html. The end of a file, shorter than a block, lies with
others in a fragment. A reference to an inode is block << 16 | offset.
"""

import struct
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal, NamedTuple

from scanner.containers.blocks import lz4_block, lzo_block
from scanner.containers.disks import Disk
from scanner.containers.filesystems import File
from scanner.containers.filesystems.numbered_tree import LARGEST_FOLDER, NumberedTree
from scanner.containers.streams import LZMA, XZ, ZSTANDARD, Compression, Decoder, Inflater, broken
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "a SquashFS file system"
FALLBACK = False
_MARK = b"hsqs"
_OF_MAKERS = (b"sqlz", b"shsq", b"qshs", b"tqsh", b"hsqt")
"""What makers of devices write instead of the mark, and mostly leave the rest as it is."""
MAGICS = tuple(map(Magic, (_MARK, *_OF_MAKERS)))

_SUPERBLOCK = struct.Struct("<4s4I6H8Q")
_ZLIB = Compression("zlib", (), lambda: Inflater(15))
_DECODERS: dict[int, Callable[[], Decoder]] = {
    1: _ZLIB.decoder,
    2: LZMA.decoder,
    4: XZ.decoder,
    6: ZSTANDARD.decoder,
}
_SINGLE_BLOCKS = {3: lzo_block, 5: lz4_block}
_METADATA_BYTES, _AS_IT_IS, _DATA_AS_IT_IS = 8192, 1 << 15, 1 << 24
_LARGEST_BLOCK = 1 << 20
_NO_FRAGMENT, _NO_TABLE = 0xFFFF_FFFF, 0xFFFF_FFFF_FFFF_FFFF
_FOLDERS, _FILES, _LINKS = (1, 8), (2, 9), (3, 10)
_HELD_METADATA, _HELD_FRAGMENTS = 1024, 32


class _Inode(NamedTuple):
    kind: Literal["file", "folder", "link", "device"]
    size: int
    start: int
    """Of a file: its first block in the file system; of a folder: its block in the table of folders."""
    offset: int
    """Of a folder: in the block; of a file: in the fragment."""
    fragment: int
    changed: int
    number: int
    behind: tuple[int, int]
    """Where the lengths of a file's blocks stand: position of the metadata block, offset in it."""


def recognises(head: bytes) -> bool:
    """Whether a superblock of version 4 stands at the beginning, in the order of today's machines."""
    if len(head) < _SUPERBLOCK.size or head[28:32] != b"\4\0\0\0":
        return False
    return head[:4] == _MARK or (head[:4] in _OF_MAKERS and _is_sound(head))


def _is_sound(head: bytes) -> bool:
    """Whether the size of a block is told twice alike."""
    return int.from_bytes(head[12:16], "little") == 1 << min(int.from_bytes(head[22:24], "little"), 20)


def opened(disk: Disk, budget: Budget) -> "SquashFs":
    """The file system.

    Raises:
        Unreadable: Its superblock cannot be true, or its compression is one that is not read.
    """
    return SquashFs(disk, budget)


class SquashFs(NumberedTree):
    """An opened file system."""

    def __init__(self, disk: Disk, budget: Budget) -> None:
        self._disk = disk
        self._budget = budget
        raw = bytes(disk.read(0, _SUPERBLOCK.size))
        if len(raw) < _SUPERBLOCK.size:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside its superblock.")
        fields = _SUPERBLOCK.unpack(raw)
        super().__init__(root=fields[11])
        self._block_bytes, fragments, compression = fields[3], fields[4], fields[5]
        self._inodes, self._folders, table = fields[15], fields[16], fields[17]
        if not 4096 <= self._block_bytes <= _LARGEST_BLOCK:
            raise Unreadable(Cause.DAMAGED, "The superblock of the file system is damaged.")
        if compression not in _DECODERS and compression not in _SINGLE_BLOCKS:
            raise Unreadable(
                Cause.UNSUPPORTED, "The file system is compressed in a way that is not known; frscan cannot read that."
            )
        self._compression = compression
        self.identity = b""  # it has none, and images whose files' times were all set to one are common
        self._fragments: int = fragments if table != _NO_TABLE else 0
        self._fragment_table: int = table
        self._metadata: OrderedDict[int, tuple[bytes, int]] = OrderedDict()
        self._held: OrderedDict[int, bytes] = OrderedDict()

    def _file(self, path: bytes, number: int) -> File | None:
        inode = self._inode_or_none(number)
        if inode is None:
            return None
        return File(path, inode.kind, inode.size, partial(self._content, inode), (inode.changed, inode.number))

    def _children(self, number: int) -> Iterator[tuple[bytes, int, bool]]:
        inode = self._inode_or_none(number)
        if inode is None or inode.kind != "folder" or inode.size <= 3:
            return
        try:
            if inode.size > LARGEST_FOLDER:
                raise Unreadable(Cause.LIMIT, "A folder of the file system is larger than 256 MiB.")
            listing = self._read(self._folders + inode.start, inode.offset, inode.size - 3)[0]
        except Unreadable as why:
            self._problem = self._problem or why
            return
        at = 0
        while at + 12 <= len(listing):
            count, block, _ = struct.unpack_from("<3I", listing, at)
            at += 12
            for _ in range(min(count, 256) + 1):
                self._budget.spend_items()
                if at + 8 > len(listing):
                    return
                offset, _, kind, length = struct.unpack_from("<HhHH", listing, at)
                yield listing[at + 8 : at + 9 + length], block << 16 | offset, kind in _FOLDERS
                at += 9 + length

    def _inode_or_none(self, reference: int) -> _Inode | None:
        try:
            return self._inode(reference)
        except Unreadable as why:
            self._problem = self._problem or why
            return None

    def _inode(self, reference: int) -> _Inode:
        start, offset = self._inodes + (reference >> 16), reference & 0xFFFF
        raw, _ = self._read(start, offset, 56, is_short_at_end=True)
        raw = raw.ljust(56, b"\0")
        kind, _, _, _, changed, number = struct.unpack_from("<4H2I", raw)
        if kind in _FOLDERS:
            if kind == _FOLDERS[0]:
                block, _, size, within = struct.unpack_from("<IIHH", raw, 16)
            else:
                _, size, block, _, _, within = struct.unpack_from("<4I2H", raw, 16)
            return _Inode("folder", size, block, within, 0, changed, number, (0, 0))
        if kind in _FILES:
            if kind == _FILES[0]:
                first, fragment, within, size = struct.unpack_from("<4I", raw, 16)
            else:
                first, size, _, _, fragment, within = struct.unpack_from("<3Q3I", raw, 16)
            behind = self._read(start, offset, 32 if kind == _FILES[0] else 56)[1]
            return _Inode("file", size, first, within, fragment, changed, number, behind)
        return _Inode("link" if kind in _LINKS else "device", 0, 0, 0, 0, changed, number, (0, 0))

    def _content(self, inode: _Inode) -> Iterator[bytes]:
        has_fragment = inode.fragment != _NO_FRAGMENT
        blocks = inode.size // self._block_bytes if has_fragment else -(-inode.size // self._block_bytes)
        at, left = inode.start, inode.size
        place = inode.behind
        for _ in range(blocks):
            self._budget.spend_items()
            raw, place = self._read(*place, 4)
            entry = int.from_bytes(raw, "little")
            count = min(left, self._block_bytes)
            self._budget.spend_bytes(count)
            piece = self._block(at, entry)[:count] if entry else bytes(count)
            if len(piece) < count:
                raise Unreadable(Cause.DAMAGED, "A block of it is shorter than it should be.")
            yield piece
            at += entry & (_DATA_AS_IT_IS - 1)
            left -= count
        if has_fragment and left:
            self._budget.spend_bytes(left)
            piece = self._fragment(inode.fragment)[inode.offset : inode.offset + left]
            if len(piece) < left:
                raise Unreadable(Cause.DAMAGED, "Its end was not found.")
            yield piece

    def _fragment(self, number: int) -> bytes:
        known = self._held.get(number)
        if known is not None:
            return known
        if number >= self._fragments:
            raise Unreadable(Cause.DAMAGED, "Its end lies in a fragment that is not there.")
        block, index = divmod(number, _METADATA_BYTES // 16)
        pointer = int.from_bytes(self._disk.read(self._fragment_table + 8 * block, 8), "little")
        raw, _ = self._read(pointer, index * 16, 16)
        start, entry = struct.unpack_from("<QI", raw)
        content = self._held[number] = self._block(start, entry)
        if len(self._held) > _HELD_FRAGMENTS:
            self._held.popitem(last=False)
        return content

    def _block(self, start: int, entry: int) -> bytes:
        length = entry & (_DATA_AS_IT_IS - 1)
        if length > self._block_bytes:
            raise Unreadable(Cause.DAMAGED, "A block of the file system is larger than it can be.")
        raw = bytes(self._disk.read(start, length))
        return raw if entry & _DATA_AS_IT_IS else self._unpacked(raw, self._block_bytes)

    def _unpacked(self, raw: bytes, most: int) -> bytes:
        if self._compression in _SINGLE_BLOCKS:
            return _SINGLE_BLOCKS[self._compression](raw, most)
        decoder = _DECODERS[self._compression]()
        pieces, size = [], 0
        try:
            while size < most and not decoder.eof:
                piece = decoder.decompress(raw, most - size)
                raw = b""
                if not piece:
                    break
                pieces.append(piece)
                size += len(piece)
        except broken() as error:
            raise Unreadable(Cause.DAMAGED, "A block of the file system is damaged.") from error
        return b"".join(pieces)

    def _read(
        self, position: int, offset: int, length: int, *, is_short_at_end: bool = False
    ) -> tuple[bytes, tuple[int, int]]:
        """Bytes of a table, from an offset in the metadata block at a position; and where they end."""
        found = b""
        while True:
            content, following = self._metadata_block(position)
            while offset >= len(content) and content:
                offset -= len(content)
                position = following
                content, following = self._metadata_block(position)
            piece = content[offset : offset + length - len(found)]
            found += piece
            offset += len(piece)
            if len(found) >= length:
                return found, (position, offset)
            if not piece or (is_short_at_end and not self._disk.read(following, 2)):
                if is_short_at_end:
                    return found, (position, offset)
                raise Unreadable(Cause.DAMAGED, "A table of the file system ends early.")
            position, offset = following, 0

    def _metadata_block(self, position: int) -> tuple[bytes, int]:
        known = self._metadata.get(position)
        if known is not None:
            return known
        self._budget.spend_items()
        header = int.from_bytes(self._disk.read(position, 2), "little")
        length = header & (_AS_IT_IS - 1)
        if not length or length > _METADATA_BYTES:
            raise Unreadable(Cause.DAMAGED, "A table of the file system is damaged.")
        raw = bytes(self._disk.read(position + 2, length))
        self._budget.spend_bytes(_METADATA_BYTES)
        content = raw if header & _AS_IT_IS else self._unpacked(raw, _METADATA_BYTES)
        self._metadata[position] = (content, position + 2 + length)
        if len(self._metadata) > _HELD_METADATA:
            self._metadata.popitem(last=False)
        return self._metadata[position]
