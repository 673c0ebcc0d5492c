"""What is in a file of APFS: its stretches in their order, deciphered where a key opened the volume.

The library's own stream is not used (dissect.apfs 1.1): of a read that begins within a stretch and goes beyond it, it
leaves out what follows; it reads a stretch as a whole for each piece of it, takes block 0 for a hole, and does not find
the stretches of a file that was cloned.
Specification: Apple File System Reference (2020-06-22), “File Extents”, “Sealed Volumes”.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from scanner.containers.libraries import library
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_SECTOR = 512


class _Stretch(NamedTuple):
    start: int
    """In the file, in bytes."""
    size: int
    block: int
    """0: a hole."""
    number: int
    """Of its first block for the cipher."""


def mend_library() -> None:
    """Have the library read files, attributes and resource forks as this does."""
    library("dissect.apfs.objects.fs").FileStream = _stream_kind()


@cache
def _stream_kind() -> Any:
    class FileContent(library("dissect.util.stream").AlignedStream):  # type: ignore[misc]  # ships no types
        """A stream over a file's stretches."""

        def __init__(self, volume: Any, oid: int, size: int) -> None:
            super().__init__(size, volume.container.block_size)
            self._volume = volume
            self._end = size + -size % volume.container.block_size
            self._stretches = sorted(_stretches(volume, _owner(volume, oid)))
            self._starts = [stretch.start for stretch in self._stretches]

        def _read(self, offset: int, length: int) -> bytes:
            end, found = min(offset + length, self._end), []
            while offset < end:
                number = bisect_right(self._starts, offset) - 1
                stretch = self._stretches[number] if number >= 0 else _Stretch(0, 0, 0, 0)
                within = offset - stretch.start
                if within >= stretch.size:
                    raise ValueError("a part of a file has no place")
                count = min(end - offset, stretch.size - within)
                found.append(_content(self._volume, stretch, within, count))
                offset += count
            return b"".join(found)

    return FileContent


def _owner(volume: Any, oid: int) -> int:
    """Under which number the stretches of a file stand: a clone shares those of its original. A fork has no file."""
    try:
        return int(volume.inode(oid).private_id)
    except (KeyError, TypeError):
        return oid


def _stretches(volume: Any, owner: int) -> Iterator[_Stretch]:
    parts, block_bytes = library("dissect.apfs.c_apfs").c_apfs, volume.container.block_size
    if volume.is_sealed:
        yield from _sealed(volume, owner)
        return
    for _, key, value in volume._records(owner, parts.APFS_TYPE.FILE_EXTENT):
        place, told = parts.j_file_extent_key(key), parts.j_file_extent_val(value)
        size = int(told.len_and_flags) & parts.J_FILE_EXTENT_LEN_MASK
        if size % block_bytes:
            raise ValueError("a stretch that ends within a block")
        yield _Stretch(int(place.logical_addr), size, int(told.phys_block_num), int(told.crypto_id))


def _sealed(volume: Any, owner: int) -> Iterator[_Stretch]:
    """Those of the volume that the system starts from, which has a tree of its own for them."""
    parts = library("dissect.apfs.c_apfs").c_apfs
    cursor = library("dissect.apfs.cursor").Cursor(volume.fext_tree)
    cursor.search((owner, 0), cmp=library("dissect.apfs.util").cmp_fext)
    is_there = True
    while is_there:
        key = parts.fext_tree_key(cursor.key())
        if key.private_id > owner:
            return
        if key.private_id == owner:
            told = parts.fext_tree_val(cursor.value())
            size = int(told.len_and_flags) & parts.J_FILE_EXTENT_LEN_MASK
            yield _Stretch(int(key.logical_addr), size, int(told.phys_block_num), 0)
        is_there = cursor.next()


def _content(volume: Any, stretch: _Stretch, within: int, count: int) -> bytes:
    if not stretch.block:
        return bytes(count)
    container = volume.container
    container.fh.seek(stretch.block * container.block_size + within)
    data: bytes = container.fh.read(count)
    if len(data) < count:
        raise EOFError
    if not volume.is_encrypted:
        return data
    if not volume.is_onekey:
        raise Unreadable(Cause.ENCRYPTED, "It is encrypted by a key of its own, which frscan cannot ask for yet.")
    plain: bytes = volume._cipher.decrypt(data, stretch.number * (container.block_size // _SECTOR) + within // _SECTOR)
    return plain
