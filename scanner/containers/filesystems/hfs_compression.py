"""Files that HFS+ keeps compressed: in an attribute, or in chunks of 64 KiB in the resource fork.

```
attribute: “fpmc”, way, size of the content │ small content itself
resource fork, zlib:  where the data begin, … │ their length │ number of chunks │ place and length of each │ chunks
resource fork, other: where each chunk begins, and where the last one ends │ chunks
```
Specification: for the attribute the kernel's bsd/sys/decmpfs.h. Apple describes neither the ways nor the fork; their
source: libfshfs, “Hierarchical File System (HFS) format”, compressed data.
"""

import struct
import zlib
from collections.abc import Callable, Container, Iterator
from typing import NamedTuple

from scanner.containers.blocks import lzfse_block, lzvn_block
from scanner.containers.disks import Disk
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_CHUNK_BYTES, _LARGEST_CHUNK = 64 << 10, 128 << 10
_LARGEST_IN_ATTRIBUTE = 1 << 20
_VALUE = struct.Struct("<4sIQ")
_MARK = b"fpmc"
_ZLIB_IN_FORK, _IN_FORK = 4, frozenset({4, 8, 10, 12})
_DAMAGED = "What the file system keeps of it, which is compressed, is damaged."


class Packed(NamedTuple):
    """What the attribute of a compressed file says."""

    way: int
    size: int
    """Of the content, in bytes."""
    kept: bytes
    """What stands in the attribute itself."""


UNTOLD = Packed(way=0, size=0, kept=b"")
"""Of a file that is said to be compressed, and not how."""


def packed_of(value: bytes) -> Packed:
    """What an attribute's value says."""
    if len(value) < _VALUE.size or not value.startswith(_MARK):
        return UNTOLD
    _, way, size = _VALUE.unpack_from(value)
    return Packed(way, size, value[_VALUE.size :])


def unpacked(packed: Packed, fork: Disk, budget: Budget) -> Iterator[bytes]:
    """The content, of which `fork`, the resource fork, holds what the attribute does not. Raises `Unreadable`."""
    undo = _WAYS.get(packed.way)
    if undo is None:
        raise Unreadable(Cause.UNSUPPORTED, f"It is compressed in a way (number {packed.way}) that frscan cannot undo.")
    is_in_fork = packed.way in _IN_FORK
    largest = _CHUNK_BYTES if is_in_fork else _LARGEST_IN_ATTRIBUTE
    left = packed.size
    for chunk in _chunks(packed, fork, budget) if is_in_fork else (packed.kept,):
        size = min(left, largest)
        budget.spend_bytes(size)
        content = undo(chunk, size) if size else b""
        if content:
            yield content
        left -= len(content)
        if len(content) < size or not left:
            break
    if left:
        raise Unreadable(Cause.DAMAGED, _DAMAGED)


def _chunks(packed: Packed, fork: Disk, budget: Budget) -> Iterator[bytes]:
    places = _places_of_zlib(fork) if packed.way == _ZLIB_IN_FORK else _places(fork, packed.size)
    for start, length in places:
        budget.spend_items()
        if not 0 < length <= _LARGEST_CHUNK:
            raise Unreadable(Cause.DAMAGED, _DAMAGED)
        yield bytes(fork.read(start, length))


def _places_of_zlib(fork: Disk) -> Iterator[tuple[int, int]]:
    base = int.from_bytes(fork.read(0, 4), "big") + 4
    for number in range(int.from_bytes(fork.read(base, 4), "little")):
        entry = bytes(fork.read(base + 4 + 8 * number, 8))
        if len(entry) < 8:
            return
        start, length = struct.unpack("<II", entry)
        yield base + start, length


def _places(fork: Disk, size: int) -> Iterator[tuple[int, int]]:
    for number in range(-(-size // _CHUNK_BYTES)):
        entry = bytes(fork.read(4 * number, 8))
        if len(entry) < 8:
            return
        start, end = struct.unpack("<II", entry)
        yield start, end - start


def _as_it_is(raw: bytes, size: int) -> bytes:
    return raw[-size:]  # a mark may stand before it


def _inflated(raw: bytes, size: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(raw, size)
    except zlib.error as error:
        raise Unreadable(Cause.DAMAGED, _DAMAGED) from error


def _or_as_it_is(undo: Callable[[bytes, int], bytes], marks: Container[int]) -> Callable[[bytes, int], bytes]:
    """A first byte with which no compressed chunk begins says that it did not become smaller."""

    def undone(raw: bytes, size: int) -> bytes:
        return raw[1 : 1 + size] if raw and raw[0] in marks else undo(raw, size)

    return undone


_NO_ZLIB = range(0x0F, 0x100, 0x10)
_ZLIB, _LZVN, _LZFSE = (
    _or_as_it_is(undo, marks) for undo, marks in ((_inflated, _NO_ZLIB), (lzvn_block, (6,)), (lzfse_block, _NO_ZLIB))
)
_WAYS = {
    1: _as_it_is, 3: _ZLIB, 4: _ZLIB, 7: _LZVN, 8: _LZVN, 9: _as_it_is, 10: _as_it_is, 11: _LZFSE, 12: _LZFSE,
}  # fmt: skip
