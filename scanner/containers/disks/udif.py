"""Disk images of macOS (.dmg): packed in chunks, with a list of these, and a trailer that says where the list is.

```
chunks │ property list: resource-fork ─► blkx ─► Data: “mish”, first sector, kind sector sectors offset length of each
… │ “koly” (512 bytes at the end): where data and list lie, and how many sectors the disk has
```
Apple describes none of this. Source of the fields: libdmg-hfsplus, `includes/dmg/dmg.h`.
"""

import bz2
import lzma
import struct
import zlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from scanner.containers.blocks import adc_block, lzfse_block
from scanner.containers.disks import Disk
from scanner.formats.property_list import property_list
from scanner.model.source import Budget, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

NAME = "disk images of macOS (.dmg)"
MAGICS: tuple[Magic, ...] = ()

_SECTOR = 512
_TRAILER = struct.Struct(">4sII12xQQ16xII")
"""Mark, version, own length; where the data begin and how long they are; number and count of segments."""
_LIST_AT, _SECTORS_AT = 216, 492
_TABLE_AT, _CHUNKS_AT = 8, 200
_CHUNK = struct.Struct(">IIQQQQ")
_ZEROS, _AS_IT_IS, _LEFT_OUT = 0, 1, 2
_NO_CHUNKS = frozenset({0x7FFFFFFE, 0xFFFFFFFF})
_PACKED = {0x80000004: "ADC", 0x80000005: "zlib", 0x80000006: "bzip2", 0x80000007: "LZFSE", 0x80000008: "LZMA"}
_LARGEST_CHUNK = 16 << 20
_HELD = 16


class _Chunk(NamedTuple):
    """A stretch of the disk; numbers in bytes."""

    start: int
    size: int
    kind: int
    offset: int
    length: int


def ends(source: Source) -> bool:
    """Whether a trailer stands at the end."""
    return bytes(source.view(max(0, source.size - _SECTOR), 4)) == b"koly"


def opened(source: Source, budget: Budget) -> Disk:
    """The disk. Raises `Unreadable`: damaged, or one of several files that hold it together."""
    return _Udif(source, budget)


class _Udif:
    """Implements `Disk`."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self._view = source.view()
        self._budget = budget
        trailer = bytes(source.view(source.size - _SECTOR, _SECTOR))
        _, _, _, self._data_at, _, _, segments = _TRAILER.unpack_from(trailer)
        if segments > 1:
            raise Unreadable(Cause.UNSUPPORTED, "The disk image is split over several files and was not read.")
        at, length = struct.unpack_from(">QQ", trailer, _LIST_AT)
        listed = property_list(bytes(source.view(at, length)), budget)
        self._chunks = sorted(self._listed(listed))
        self._starts = [chunk.start for chunk in self._chunks]
        (sectors,) = struct.unpack_from(">Q", trailer, _SECTORS_AT)
        last = max((chunk.start + chunk.size for chunk in self._chunks), default=0)
        self.size = min(sectors * _SECTOR, last) if sectors else last
        self._unpacked: OrderedDict[_Chunk, bytes] = OrderedDict()

    def _listed(self, tree: dict[str, object]) -> Iterator[_Chunk]:
        fork = tree.get("resource-fork")
        tables = fork.get("blkx") if isinstance(fork, dict) else None
        for entry in tables if isinstance(tables, list) else ():
            table = entry.get("Data") if isinstance(entry, dict) else None
            if isinstance(table, bytes) and table[:4] == b"mish" and len(table) > _CHUNKS_AT:
                yield from self._of_table(table)

    def _of_table(self, table: bytes) -> Iterator[_Chunk]:
        (first,) = struct.unpack_from(">Q", table, _TABLE_AT)
        whole = (len(table) - _CHUNKS_AT - 4) // _CHUNK.size
        for number in range(whole):
            self._budget.spend_items()
            kind, _, sector, sectors, offset, length = _CHUNK.unpack_from(table, _CHUNKS_AT + 4 + number * _CHUNK.size)
            if kind not in _NO_CHUNKS and sectors:
                yield _Chunk((first + sector) * _SECTOR, sectors * _SECTOR, kind, self._data_at + offset, length)

    def read(self, offset: int, length: int) -> bytes | memoryview:
        """Bytes of the disk; what no chunk holds is zeros."""
        end = min(offset + length, self.size)
        found: list[bytes | memoryview] = []
        while offset < end:
            chunk, until = self._stretch(offset, end)
            found.append(self._of_chunk(chunk, offset, until - offset) if chunk is not None else bytes(until - offset))
            offset = until
        return found[0] if len(found) == 1 else b"".join(found)

    def _stretch(self, offset: int, end: int) -> tuple[_Chunk | None, int]:
        """The chunk that holds what is at an offset, if one does, and how far that is so."""
        place = bisect_right(self._starts, offset)
        until = min(end, self._starts[place]) if place < len(self._starts) else end
        chunk = self._chunks[place - 1] if place else None
        if chunk is None or offset >= chunk.start + chunk.size:
            return None, until
        return chunk, min(until, chunk.start + chunk.size)

    def _of_chunk(self, chunk: _Chunk, offset: int, count: int) -> bytes | memoryview:
        within = offset - chunk.start
        if chunk.kind in (_ZEROS, _LEFT_OUT):
            return bytes(count)
        if chunk.kind == _AS_IT_IS:
            piece: bytes | memoryview = self._view[chunk.offset + within : chunk.offset + within + count]
        else:
            piece = self._whole(chunk)[within : within + count]
        if len(piece) < count:
            raise Unreadable(Cause.DAMAGED, "The disk image is cut; what came before was read.")
        return piece

    def _whole(self, chunk: _Chunk) -> bytes:
        known = self._unpacked.get(chunk)
        if known is None:
            if max(chunk.size, chunk.length) > _LARGEST_CHUNK:
                raise Unreadable(Cause.LIMIT, "A packed part of the disk image is larger than 16 MiB.")
            self._budget.spend_bytes(chunk.size)
            packed = bytes(self._view[chunk.offset : chunk.offset + chunk.length])
            known = self._unpacked[chunk] = _undone(packed, chunk, self._budget)
            if len(self._unpacked) > _HELD:
                self._unpacked.popitem(last=False)
        return known


def _undone(packed: bytes, chunk: _Chunk, budget: Budget) -> bytes:
    """What a chunk holds, no more than it says. Raises `Unreadable`."""
    how = _PACKED.get(chunk.kind, f"a way of the number {chunk.kind:#x}")
    try:
        if how == "ADC":
            return adc_block(packed, chunk.size, budget)
        if how == "zlib":
            return zlib.decompressobj().decompress(packed, chunk.size)
        if how == "bzip2":
            return bz2.BZ2Decompressor().decompress(packed, chunk.size)
        if how == "LZMA":
            return lzma.LZMADecompressor().decompress(packed, chunk.size)
        if how == "LZFSE":
            return lzfse_block(packed, chunk.size)
    except (zlib.error, lzma.LZMAError, OSError, ValueError) as error:
        place = f"from offset {chunk.start:,} of the disk, {chunk.size:,} bytes"
        raise Unreadable(Cause.DAMAGED, f"A packed part of the disk image is damaged ({place}).") from error
    raise Unreadable(Cause.UNSUPPORTED, f"Parts of the disk image are packed by {how}, which frscan cannot undo.")
