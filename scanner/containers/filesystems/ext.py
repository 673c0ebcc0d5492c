"""ext2, ext3 and ext4, read in place: every file of an endpoint passes here, so no library's objects stand between.

```
1 KiB | superblock | descriptors of groups ─► table of inodes ─► extents or lists of blocks ─► content
folder: inode, length of the entry, length of the name, type, name | …
```
Specification: the kernel's Documentation/filesystems/ext4. What a journal holds back of the last writes is not applied.
"""

import stat
import struct
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from scanner.containers.disks import Disk, lying, pieces
from scanner.containers.filesystems import File
from scanner.containers.filesystems.ext_attributes import SYSTEM, TRUSTED, USER, behind_inode, of_block
from scanner.containers.filesystems.layer_marks import IS_SET
from scanner.containers.filesystems.numbered_tree import FileKind, NumberedTree, kind_of
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "an ext2, ext3 or ext4 file system"
FALLBACK = False
MAGICS = (Magic(b"\x53\xef", 1080),)

_SUPERBLOCK = 1024
_ROOT = 2
_EXTENTS, _INLINE, _ENCRYPTED = 0x80000, 0x10000000, 0x800
_NAMES_KINDS, _META_GROUPS, _IS_64_BIT = 0x2, 0x10, 0x80
_SPARSE = 0x1
_EXTENT_MAGIC = 0xF30A
_DEEPEST_TREE = 6
_UNWRITTEN = 32768
_INODE = struct.Struct("<HxxIxxxxII12xI64xI4xI")
"""Mode, size, ctime, mtime, flags, generation, and the upper half of the size."""
_FINE = struct.Struct("<2I")
"""What seconds do not tell of ctime and mtime."""
_LARGE = frozenset({"file", "folder"})
"""What has an upper half of its size."""
_ONE_EXTENT = struct.Struct("<4HxxxxIHHI")
_ENTRY = struct.Struct("<IHBB")
_NO_CHILD = frozenset({b".", b"..", b""})
_OPAQUE = b"overlay.opaque"
_FOLDER = 2
"""The kind of an entry, where they have one; 0: it is not known."""


class _Inode(NamedTuple):
    kind: FileKind
    size: int
    flags: int
    stamp: tuple[int, ...]
    raw: bytes


def recognises(head: bytes) -> bool:
    """Whether a superblock is sound: a block of at most 64 KiB, a state, a revision."""
    if len(head) < 1104 or head[1080:1082] != b"\x53\xef":
        return False
    block_log, state, revision = (int.from_bytes(head[at : at + 4], "little") for at in (1048, 1082, 1100))
    return block_log <= 6 and state & 0xFFFF < 8 and revision < 2


def opened(disk: Disk, budget: Budget) -> "Ext":
    """The file system. Raises `Unreadable` (damaged) where its superblock cannot be true."""
    return Ext(disk, budget)


class Ext(NumberedTree):
    """An opened file system."""

    def __init__(self, disk: Disk, budget: Budget) -> None:
        super().__init__(_ROOT)
        self._disk = disk
        self._budget = budget
        block = bytes(disk.read(_SUPERBLOCK, 1024))
        if len(block) < 1024:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside its superblock.")
        word = partial(struct.unpack_from, "<I", block)
        self._block_bytes: int = 1024 << min(word(24)[0], 6)
        self._first_block: int = word(20)[0]
        self._blocks_a_group: int = word(32)[0]
        self._inodes_a_group: int = word(40)[0]
        self._incompatible = word(96)[0] if word(76)[0] else 0
        self._is_sparse = bool(word(100)[0] & _SPARSE)
        self._inode_bytes: int = struct.unpack_from("<H", block, 88)[0] if word(76)[0] else 128
        is_64_bit = bool(self._incompatible & _IS_64_BIT)
        self._descriptor_bytes: int = max(32, struct.unpack_from("<H", block, 254)[0]) if is_64_bit else 32
        self._first_meta_group: int = word(260)[0]
        if self._descriptor_bytes > self._block_bytes:
            raise Unreadable(Cause.DAMAGED, "The superblock of the file system is damaged.")
        if not self._inodes_a_group or not 128 <= self._inode_bytes <= self._block_bytes or not self._blocks_a_group:
            raise Unreadable(Cause.DAMAGED, "The superblock of the file system is damaged.")
        self._tables: dict[int, int] = {}
        self._folders: dict[int, _Inode] = {}
        """Those come to whose entries were not asked for yet."""
        self.identity = block[104:120]

    def _file(self, path: bytes, number: int) -> File | None:
        inode = self._inode(number)
        if inode is None:
            return None
        if inode.kind == "folder":
            self._folders[number] = inode
        in_place = partial(self._in_place, inode)
        return File(path, inode.kind, inode.size, partial(self._content, inode), inode.stamp, in_place)

    def _children(self, number: int) -> Iterator[tuple[bytes, int, bool]]:
        inode = self._folders.pop(number, None) or self._inode(number)
        if inode is None or inode.kind != "folder":
            return
        listing = self._whole_folder(inode.size, self._listing(inode))
        at, end = 4 if inode.flags & _INLINE else 0, len(listing) - _ENTRY.size
        may_be_folder = (0, _FOLDER) if self._incompatible & _NAMES_KINDS else range(256)
        spend_items, entry_at = self._budget.spend_items, _ENTRY.unpack_from
        while at <= end:
            spend_items()
            child, length, name_bytes, kind = entry_at(listing, at)
            name = listing[at + 8 : at + 8 + name_bytes]
            if child and name not in _NO_CHILD:
                yield name, child, kind in may_be_folder
            if length < 8:
                self._problem = Unreadable(Cause.DAMAGED, "A folder of the file system is damaged.")
                return
            at += length

    def _listing(self, inode: _Inode) -> Iterator[bytes | memoryview]:
        yield from self._in_place(inode) or self._content(inode)

    def _inode(self, number: int) -> _Inode | None:
        group, index = divmod(number - 1, self._inodes_a_group)
        table = self._table(group)
        raw = bytes(self._disk.read(table + index * self._inode_bytes, self._inode_bytes)) if table else b""
        if len(raw) < 128:
            self._problem = Unreadable(Cause.DAMAGED, "The file system is cut: some of its files were not found.")
            return None
        mode, size, changed, modified, flags, generation, high = _INODE.unpack_from(raw)
        kind = kind_of(mode)
        if kind in _LARGE:
            size |= high << 32
        elif stat.S_ISCHR(mode) and raw[40:48] == bytes(8):  # the device 0:0
            kind = "whiteout"
        fine = _FINE.unpack_from(raw, 132) if len(raw) >= 140 else ()
        return _Inode(kind, size, flags, (number, generation, changed, modified, *fine), raw)

    def _table(self, group: int) -> int:
        """Where the table of a group's inodes begins, in bytes; 0 where the descriptor cannot be read."""
        known = self._tables.get(group)
        if known is None:
            raw = bytes(self._disk.read(self._descriptor(group), self._descriptor_bytes))
            low = int.from_bytes(raw[8:12], "little")
            high = int.from_bytes(raw[40:44], "little") if len(raw) >= 64 else 0
            known = self._tables[group] = (low | high << 32) * self._block_bytes
        return known

    def _descriptor(self, group: int) -> int:
        in_block = self._block_bytes // self._descriptor_bytes
        block, index = divmod(group, in_block)
        if not self._incompatible & _META_GROUPS or block < self._first_meta_group:
            return (self._first_block + 1) * self._block_bytes + group * self._descriptor_bytes
        first = block * in_block
        start = self._first_block + first * self._blocks_a_group
        behind = 1 if self._has_superblock(first) else 0
        return (start + behind) * self._block_bytes + index * self._descriptor_bytes

    def _has_superblock(self, group: int) -> bool:
        if not self._is_sparse or group in (0, 1):
            return True
        return any(group == base**power for base in (3, 5, 7) for power in range(1, 12))

    def _content(self, inode: _Inode) -> Iterator[bytes]:
        if inode.flags & _ENCRYPTED:
            raise Unreadable(Cause.ENCRYPTED, "It is encrypted by the file system; its content was not examined.")
        if inode.flags & _INLINE:
            self._budget.spend_bytes(inode.size)
            content = self._inline(inode)
            if content:
                yield content
            if len(content) < inode.size:
                raise Unreadable(Cause.DAMAGED, "The part of it that is kept beside its attributes was not found.")
            return
        given = 0
        for piece in pieces(self._disk, self._parts(inode), inode.size, self._budget):
            given += len(piece)
            yield piece
        if given < inode.size:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside it, or does not say where all of it is.")

    def _in_place(self, inode: _Inode) -> Sequence[memoryview] | None:
        if inode.flags & (_INLINE | _ENCRYPTED):
            return None
        return lying(self._disk, self._parts(inode), inode.size, self._budget)

    def _parts(self, inode: _Inode) -> Iterable[tuple[int | None, int]]:
        """Where a file's content lies. Most have one extent in their inode and no more, which needs no walk."""
        if not inode.flags & _EXTENTS:
            return self._mapped(inode)
        magic, count, _, below, first, length, high, low = _ONE_EXTENT.unpack_from(inode.raw, 40)
        is_all = inode.size <= length * self._block_bytes and length <= _UNWRITTEN
        if (magic, count, below, first) == (_EXTENT_MAGIC, 1, 0, 0) and is_all:
            return (((low | high << 32) * self._block_bytes, inode.size),)
        return self._extents(inode)

    def _extents(self, inode: _Inode) -> Iterator[tuple[int | None, int]]:
        at = 0
        for first, start, count, is_written in self._leaves(inode.raw[40:100], 0):
            if first > at:
                yield None, (first - at) * self._block_bytes
            if first < at:
                raise Unreadable(Cause.DAMAGED, "Its parts lie over each other.")
            yield start * self._block_bytes if is_written else None, count * self._block_bytes
            at = first + count
        yield None, max(0, inode.size - at * self._block_bytes)

    def _leaves(self, node: bytes, depth: int) -> Iterator[tuple[int, int, int, bool]]:
        magic, count, _, below = struct.unpack_from("<4H", node) if len(node) >= 12 else (0, 0, 0, 0)
        if magic != _EXTENT_MAGIC or depth > _DEEPEST_TREE or 12 + 12 * count > len(node):
            raise Unreadable(Cause.DAMAGED, "The list of its parts is damaged.")
        for number in range(count):
            self._budget.spend_items()
            at = 12 + 12 * number
            if below:
                low, high = struct.unpack_from("<IH", node, at + 4)
                deeper = self._disk.read((low | high << 32) * self._block_bytes, self._block_bytes)
                yield from self._leaves(bytes(deeper), depth + 1)
            else:
                first, length, high, low = struct.unpack_from("<IHHI", node, at)
                is_written = length <= _UNWRITTEN
                yield first, low | high << 32, length if is_written else length - _UNWRITTEN, is_written

    def _mapped(self, inode: _Inode) -> Iterator[tuple[int | None, int]]:
        """Lists of blocks, of ext2 and ext3: twelve in the inode, then lists of one, two and three levels."""
        blocks = struct.unpack_from("<15I", inode.raw, 40)
        for block in blocks[:12]:
            yield (block * self._block_bytes if block else None), self._block_bytes
        for level, block in enumerate(blocks[12:], 1):
            yield from self._listed(block, level)

    def _listed(self, block: int, level: int) -> Iterator[tuple[int | None, int]]:
        numbers = self._block_bytes // 4
        if not block:
            yield None, self._block_bytes * numbers**level
            return
        raw = bytes(self._disk.read(block * self._block_bytes, self._block_bytes))
        for number in struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4]):
            self._budget.spend_items()
            if level > 1:
                yield from self._listed(number, level - 1)
            else:
                yield (number * self._block_bytes if number else None), self._block_bytes

    def _inline(self, inode: _Inode) -> bytes:
        """Small content kept in the inode: 60 bytes, then the value of the attribute `system.data`."""
        content = inode.raw[40:100][: inode.size]
        if inode.size <= len(content) or len(inode.raw) < 132:
            return content
        beside = behind_inode(inode.raw, self._budget)
        more = next((one.value for one in beside if (one.kind, one.name) == (SYSTEM, b"data")), b"")
        return (content + more)[: inode.size]

    def _is_opaque(self, number: int) -> bool:
        inode = self._folders.get(number) or self._inode(number)
        if inode is None:
            return False
        block = int.from_bytes(inode.raw[104:108], "little") | int.from_bytes(inode.raw[118:120], "little") << 32
        beside = bytes(self._disk.read(block * self._block_bytes, self._block_bytes)) if block else b""
        marks = (*behind_inode(inode.raw, self._budget), *of_block(beside, self._budget))
        return any(one.kind in (USER, TRUSTED) and one[1:] == (_OPAQUE, IS_SET) for one in marks)
