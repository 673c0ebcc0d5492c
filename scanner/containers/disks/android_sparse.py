"""Android's sparse images: a disk in chunks, of which those that hold nothing take no place.

```
magic | version | lengths of both headers | bytes of a block | blocks | chunks | checksum
chunk: type, 0, blocks, bytes with this header │ raw: the blocks │ fill: 4 bytes repeated │ skipped: nothing
```
Specification: AOSP, system/core/libsparse/sparse_format.h.
"""

import struct
from bisect import bisect_right
from typing import NamedTuple

from scanner.containers.disks import Disk
from scanner.model.source import Budget, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

NAME = "Android sparse images"
MAGICS = (Magic(b"\x3a\xff\x26\xed"),)

_HEADER = struct.Struct("<4s4H4I")
_CHUNK = struct.Struct("<2H2I")
_RAW, _FILL, _SKIPPED, _CHECKSUM = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4
_LARGEST_BLOCK = 1 << 20
_LARGEST_DISK = 1 << 50


class _Chunk(NamedTuple):
    start: int
    """On the disk, in bytes."""
    size: int
    content: int
    """Where its bytes begin in the image; of a fill -1."""
    fill: bytes


def opened(source: Source, budget: Budget) -> Disk:
    """The disk. Raises `Unreadable` where the chunks cannot be followed."""
    return _Sparse(source.view(), budget)


class _Sparse:
    """Implements `Disk`."""

    def __init__(self, data: memoryview, budget: Budget) -> None:
        self._data = data
        if len(data) < _HEADER.size:
            raise Unreadable(Cause.DAMAGED, "The sparse image ends inside its header.")
        _, major, _, header_bytes, chunk_bytes, block, blocks, chunks, _ = _HEADER.unpack_from(data)
        if major != 1 or block % 4 or not 0 < block <= _LARGEST_BLOCK or chunk_bytes < _CHUNK.size:
            raise Unreadable(Cause.DAMAGED, "The header of the sparse image is damaged.")
        self.size = min(blocks * block, _LARGEST_DISK)
        self._chunks: list[_Chunk] = []
        at, start = header_bytes, 0
        for _ in range(chunks):
            budget.spend_items()
            if at + chunk_bytes > len(data):
                break  # what it would hold reads as missing
            kind, _, count, whole = _CHUNK.unpack_from(data, at)
            size, content = count * block, at + chunk_bytes
            if kind == _RAW:
                self._chunks.append(_Chunk(start, size, content, b""))
            elif kind == _FILL:
                self._chunks.append(_Chunk(start, size, -1, bytes(data[content : content + 4])))
            elif kind not in (_SKIPPED, _CHECKSUM):
                break
            start += size if kind != _CHECKSUM else 0
            at += max(whole, chunk_bytes)
        else:
            start = self.size
        self._read_to = start
        self._starts = [chunk.start for chunk in self._chunks]

    def read(self, offset: int, length: int) -> bytes | memoryview:
        """Bytes from `offset`; those that no chunk holds are zeros."""
        found: list[bytes | memoryview] = []
        end = min(offset + length, self.size)
        while offset < end:
            if offset >= self._read_to:
                raise Unreadable(Cause.DAMAGED, "The sparse image is cut; what came before was read.")
            number = bisect_right(self._starts, offset) - 1
            chunk = self._chunks[number] if number >= 0 else None
            if chunk is not None and offset < chunk.start + chunk.size:
                piece = self._piece(chunk, offset - chunk.start, min(end, chunk.start + chunk.size) - offset)
            else:
                following = self._starts[number + 1] if number + 1 < len(self._starts) else self._read_to
                piece = bytes(min(end, following) - offset)
            found.append(piece)
            offset += len(piece)
        return found[0] if len(found) == 1 else b"".join(found)

    def _piece(self, chunk: _Chunk, within: int, count: int) -> bytes | memoryview:
        if chunk.content < 0:
            turned = chunk.fill[within % 4 :] + chunk.fill[: within % 4]
            return (turned * (count // 4 + 1))[:count]
        piece = self._data[chunk.content + within : chunk.content + within + count]
        if len(piece) < count:
            raise Unreadable(Cause.DAMAGED, "The sparse image is cut; what came before was read.")
        return piece
