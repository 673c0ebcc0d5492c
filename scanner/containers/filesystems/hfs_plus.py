"""HFS+ and HFSX, the system of Macs and of most disk images that Mac software comes in, read in place.

```
1 KiB | volume header: size of a block, where the trees lie │ blocks │ … │ header once more │ 512 bytes
catalog: number of the folder, name ─► folder (number) │ file (times, mode, two forks of 8 extents each)
extents: number of the file, fork, block ─► 8 extents more      attributes: number of the file, name ─► value
```
Specification: Apple's Technical Note TN1150. What a journal holds back of the last writes is not applied, and of forks
that of data is read. Names, which lie there taken apart (é as e and an accent), are put together again.
"""

import struct
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from typing import NamedTuple

from scanner.containers.disks import Disk, lying, pieces
from scanner.containers.filesystems import File
from scanner.containers.filesystems.hfs_compression import UNTOLD, Packed, packed_of, unpacked
from scanner.containers.filesystems.hfs_tree import Record, Tree
from scanner.containers.filesystems.numbered_tree import NumberedTree, kind_of
from scanner.containers.volumes.extents import Extent, Extents
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "an HFS+ file system"
FALLBACK = False
_HEADER, _HEADER_BYTES = 1024, 512
_MARKS = (b"H+", b"HX")
MAGICS = tuple(Magic(mark, _HEADER) for mark in _MARKS)

_BLOCK_SIZES = frozenset(512 << power for power in range(12))
_CREATED, _VOLUME_NUMBER = slice(16, 20), slice(104, 112)
_EXTENTS_AT, _CATALOG_AT, _ATTRIBUTES_AT = 192, 272, 352
_OF_EXTENTS, _OF_CATALOG, _OF_ATTRIBUTES = 3, 4, 8
"""The numbers of these files."""
_FORK, _EXTENTS = struct.Struct(">QII16I"), struct.Struct(">16I")
_DATA, _RESOURCES = 0x00, 0xFF

_ROOT = 2
_FOLDER, _FILE = b"\0\1", b"\0\2"
_FILE_BYTES = 248
_LEAST_BYTES = {_FOLDER: 88, _FILE: _FILE_BYTES}
_OWN_NUMBER, _MODIFIED, _CHANGED = slice(8, 12), slice(16, 20), slice(20, 24)
_FLAGS_AT, _MODE, _LINK, _TYPE_AND_CREATOR = 41, slice(42, 44), slice(44, 48), slice(48, 56)
_DATA_AT, _RESOURCES_AT = 88, 168

_FILES, _FOLDERS = "\0\0\0\0HFS+ Private Data", ".HFS+ Private Directory Data\r"
_LEADING = {b"hlnkhfs+": (_FILES, "iNode"), b"fdrpMACS": (_FOLDERS, "dir_")}
"""By type and creator: in which folder that lies to which such a file leads, and how its name begins."""
_OF_THE_SYSTEM = frozenset({_FILES, _FOLDERS, ".journal", ".journal_info_block"})
"""What the system keeps for itself in its root."""

_IS_PACKED, _IS_INLINE, _INLINE_AT = 0x20, 0x10, 16
_PACKING = "com.apple.decmpfs".encode("utf-16-be")


class _Fork(NamedTuple):
    size: int
    blocks: int
    extents: tuple[int, ...]
    """First block and number of blocks of each."""
    owner: int
    kind: int


def recognises(head: bytes) -> bool:
    """Whether a volume header stands in its place."""
    return head[_HEADER : _HEADER + 2] in _MARKS and head[_HEADER + 2 : _HEADER + 4] in (b"\0\4", b"\0\5")


def opened(disk: Disk, budget: Budget) -> "HfsPlus":
    """The file system. Raises `Unreadable` where neither header can be true, or a tree does not begin as one."""
    return HfsPlus(disk, budget)


class HfsPlus(NumberedTree):
    """An opened file system. A folder's number is its own; a file's, turned below zero, the place of its record."""

    def __init__(self, disk: Disk, budget: Budget) -> None:
        super().__init__(_ROOT)
        self._disk = disk
        self._budget = budget
        header = _header(disk)
        self._block_bytes = int.from_bytes(header[40:44], "big")
        self._overflow: Tree | None = None
        self._overflow = self._tree(_fork(header[_EXTENTS_AT:], _OF_EXTENTS), _by_fork)
        self._catalog = self._tree(_fork(header[_CATALOG_AT:], _OF_CATALOG), _by_folder)
        self._attributes = self._tree(_fork(header[_ATTRIBUTES_AT:], _OF_ATTRIBUTES), _by_file)
        number = header[_VOLUME_NUMBER]
        self.identity = number + header[_CREATED] if any(number) else b""

    def _tree(self, fork: _Fork, order: Callable[[bytes], bytes]) -> Tree | None:
        return Tree(self._whole(fork), self._budget, order) if fork.size else None

    def _since(self, tree: Tree | None, wanted: bytes) -> Iterator[Record]:
        """The records of a tree, if there is one, from a place in its order."""
        return tree.since(wanted) if tree is not None else iter(())

    def _children(self, number: int) -> Iterator[tuple[bytes, int, bool]]:
        if number <= 0:
            return
        try:
            for name, record in self._entries(number):
                if number == _ROOT and name in _OF_THE_SYSTEM:
                    continue
                child = self._number(record)
                if child:
                    yield _shown(name), child, child > 0
        except Unreadable as why:
            self._problem = self._problem or why

    def _entries(self, folder: int) -> Iterator[tuple[str, Record]]:
        """Names and records of what is in a folder."""
        parent = folder.to_bytes(4, "big")
        records = self._since(self._catalog, parent)
        thread = next(records, None)
        if thread is None or thread.key[:6] != parent + b"\0\0":
            raise Unreadable(Cause.DAMAGED, "A folder of the file system does not stand in its catalog.")
        for record in records:
            if record.key[:4] != parent:
                return
            if len(record.data) >= _LEAST_BYTES.get(record.data[:2], len(record.data) + 1):
                units = record.key[6:]
                yield units[: len(units) // 2 * 2].decode("utf-16-be", "surrogatepass"), record

    def _number(self, record: Record) -> int:
        """The number of a record; of one that only leads to a file or folder, that of this. 0, and the reason noted,
        where there is nothing of the kind."""
        try:
            found = self._led_to(record)
        except Unreadable as why:
            self._problem = self._problem or why
            return 0
        number = int.from_bytes(found.data[_OWN_NUMBER], "big")
        if found.data[:2] != _FOLDER:
            return -1 - found.place
        if not number:
            self._problem = self._problem or Unreadable(Cause.DAMAGED, "A folder of the file system has no number.")
        return number

    def _led_to(self, record: Record) -> Record:
        """A record, or the one that it leads to. Raises `Unreadable` where that is gone."""
        private = _LEADING.get(record.data[_TYPE_AND_CREATOR]) if record.data[:2] == _FILE else None
        if private is None:
            return record
        folder, begin = private
        name = f"{begin}{int.from_bytes(record.data[_LINK], 'big')}".lower().encode("utf-16-be")
        wanted = self._private.get(folder, 0).to_bytes(4, "big") + name
        found = next(self._since(self._catalog, wanted), None)
        if found is None or _by_folder(found.key) != wanted:
            raise Unreadable(Cause.DAMAGED, "A file or folder of several names is gone.")
        return found

    @cached_property
    def _private(self) -> dict[str, int]:
        """The folders in which that lies which has several names."""
        return {
            name: int.from_bytes(record.data[_OWN_NUMBER], "big")
            for name, record in self._entries(_ROOT)
            if name in (_FILES, _FOLDERS)
        }

    def _file(self, path: bytes, number: int) -> File | None:
        if number > 0:
            return File(path, "folder", 0, partial(iter, ()))
        assert self._catalog is not None  # a record came from there
        data = self._catalog.record(-1 - number).data
        if len(data) < _FILE_BYTES:
            return None  # what a name led to is no file
        mode = int.from_bytes(data[_MODE], "big")
        kind = kind_of(mode) if mode else "file"
        fork = _fork(data[_DATA_AT:], int.from_bytes(data[_OWN_NUMBER], "big"))
        stamp = (fork.owner, int.from_bytes(data[_MODIFIED], "big"), int.from_bytes(data[_CHANGED], "big"))
        if data[_FLAGS_AT] & _IS_PACKED and not fork.size:
            resources = _fork(data[_RESOURCES_AT:], fork.owner, _RESOURCES)
            packed = self._packed(fork.owner)
            return File(path, kind, packed.size, partial(self._unpacked, packed, resources), stamp)
        content, in_place = partial(self._content, fork), partial(self._in_place, fork)
        return File(path, kind, fork.size, content, stamp, in_place)

    def _packed(self, owner: int) -> Packed:
        """What the attributes of a file say of how it is compressed."""
        wanted = owner.to_bytes(4, "big") + _PACKING
        try:
            record = next(self._since(self._attributes, wanted), None)
        except Unreadable as why:
            self._problem = self._problem or why
            return UNTOLD
        if record is None or _by_file(record.key)[:-4] != wanted or len(record.data) < _INLINE_AT:
            return UNTOLD
        kind, _, _, size = struct.unpack_from(">4I", record.data)
        return packed_of(record.data[_INLINE_AT : _INLINE_AT + size]) if kind == _IS_INLINE else UNTOLD

    def _unpacked(self, packed: Packed, resources: _Fork) -> Iterator[bytes]:
        return unpacked(packed, self._whole(resources), self._budget)

    def _content(self, fork: _Fork) -> Iterator[bytes]:
        given = 0
        for piece in pieces(self._disk, self._parts(fork), fork.size, self._budget):
            given += len(piece)
            yield piece
        if given < fork.size:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside it, or does not say where all of it is.")

    def _in_place(self, fork: _Fork) -> Sequence[memoryview] | None:
        return lying(self._disk, self._parts(fork), fork.size, self._budget)

    def _whole(self, fork: _Fork) -> Disk:
        return Extents(self._disk, [Extent(start, size) for start, size in self._parts(fork)])

    def _parts(self, fork: _Fork) -> Iterator[tuple[int, int]]:
        """Where a fork lies: in the first eight extents, and in those that the tree of further ones has."""
        known, told = 0, fork.extents
        while known < fork.blocks:
            before = known
            for first, count in zip(told[::2], told[1::2], strict=True):
                self._budget.spend_items()
                if not count:
                    break
                yield first * self._block_bytes, count * self._block_bytes
                known += count
            if known == before or known >= fork.blocks:
                return
            told = self._further(fork, known)

    def _further(self, fork: _Fork, known: int) -> tuple[int, ...]:
        wanted = struct.pack(">IBI", fork.owner, fork.kind, known)
        record = next(self._since(self._overflow, wanted), None)
        if record is None or _by_fork(record.key) != wanted or len(record.data) < _EXTENTS.size:
            return ()
        return _EXTENTS.unpack_from(record.data)


def _header(disk: Disk) -> bytes:
    """The volume header, or its copy at the end. Raises `Unreadable`."""
    for at in (_HEADER, disk.size - _HEADER):
        raw = bytes(disk.read(at, _HEADER_BYTES))
        block = int.from_bytes(raw[40:44], "big")
        if len(raw) == _HEADER_BYTES and raw[:2] in _MARKS and block in _BLOCK_SIZES and any(raw[_CATALOG_AT:][:8]):
            return raw
    raise Unreadable(Cause.DAMAGED, "The volume header of the file system is damaged.")


def _fork(raw: bytes, owner: int, kind: int = _DATA) -> _Fork:
    size, _, blocks, *extents = _FORK.unpack_from(raw)
    return _Fork(size, blocks, tuple(extents), owner, kind)


def _by_folder(key: bytes) -> bytes:
    """The catalog's order, so far as it is asked for: names in small letters where they are those of the system."""
    return key[:4] + key[6:].lower()


def _by_fork(key: bytes) -> bytes:
    return key[2:6] + key[:1] + key[6:10]


def _by_file(key: bytes) -> bytes:
    return key[2:6] + key[12:] + key[6:10]


def _shown(name: str) -> bytes:
    """A name as programs see it: a slash in it, which they cannot have, is a colon to them."""
    return unicodedata.normalize("NFC", name).replace("/", ":").encode("utf-8", "surrogatepass")
