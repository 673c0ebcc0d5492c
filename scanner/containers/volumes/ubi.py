"""UBI: volumes over the blocks of a flash memory, which may lie there in any order and twice.

```
block: UBI# erase counter | UBI! number of the volume, number of the block in it, sequence | content
volume 0x7fffefff: the table of volumes, 172 bytes each │ all big-endian
```
Specification: the kernel's drivers/mtd/ubi/ubi-media.h. Of two blocks of one number the later one is taken.
"""

import struct
from collections import defaultdict

from scanner.containers.disks import Disk
from scanner.containers.volumes import Volume
from scanner.containers.volumes.extents import Extent, Extents
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "UBI"
MAGICS = (Magic(b"UBI#"),)

_SMALLEST_BLOCK, _LARGEST_BLOCK = 4 << 10, 16 << 20
_COUNTER = struct.Struct(">4sB3xQII")
_PLACE = struct.Struct(">4sBBBBII4xIII4x4xQ")
_TABLE = 0x7FFFEFFF
_RECORD_BYTES, _MOST_VOLUMES = 172, 128
_MOST_BLOCKS_A_VOLUME = 1 << 20

_Blocks = dict[int, tuple[int, int, int]]
"""By number: sequence, where the content begins, its size without what fills the block."""


def recognises(head: bytes) -> bool:
    """Whether it begins with a block's mark."""
    return head.startswith(MAGICS[0].value)


def volumes(disk: Disk, budget: Budget) -> list[Volume]:
    """The volumes by their names. Raises `Unreadable` where the blocks cannot be told from each other."""
    block = _block_bytes(disk)
    found: dict[int, _Blocks] = defaultdict(dict)
    for start in range(0, disk.size, block):
        budget.spend_items()
        counter = bytes(disk.read(start, _COUNTER.size))
        if len(counter) < _COUNTER.size or counter[:4] != MAGICS[0].value:
            continue
        _, _, _, place_at, content_at = _COUNTER.unpack(counter)
        raw = bytes(disk.read(start + place_at, _PLACE.size)) if place_at < block else b""
        if len(raw) < _PLACE.size or raw[:4] != b"UBI!" or content_at >= block:
            continue
        _, _, _, _, _, volume, number, _, _, fill, sequence = _PLACE.unpack(raw)
        held = found[volume]
        if number < _MOST_BLOCKS_A_VOLUME and sequence >= held.get(number, (0, 0, 0))[0]:
            held[number] = (sequence, start + content_at, max(0, block - content_at - fill))
    names = _names(disk, found.pop(_TABLE, {}))
    return [
        Volume(f"{names.get(number, f'volume {number}')}/", _joined(disk, blocks))
        for number, blocks in sorted(found.items())
        if number < _MOST_VOLUMES
    ]


def _block_bytes(disk: Disk) -> int:
    """How large a block is: the first distance at which marks follow each other."""
    size = _SMALLEST_BLOCK
    while size <= _LARGEST_BLOCK:
        places = [at for at in (size, 2 * size, 3 * size) if at + 4 <= disk.size]
        if places and all(bytes(disk.read(at, 4)) == MAGICS[0].value for at in places):
            return size
        size *= 2
    raise Unreadable(Cause.DAMAGED, "This begins like a UBI flash image, and its blocks could not be told apart.")


def _joined(disk: Disk, blocks: _Blocks) -> Extents:
    size = max((size for _, _, size in blocks.values()), default=0)
    empty = Extent(None, size)
    last = max(blocks, default=-1)
    return Extents(disk, [Extent(*blocks[n][1:]) if n in blocks else empty for n in range(last + 1)])


def _names(disk: Disk, table: _Blocks) -> dict[int, str]:
    names: dict[int, str] = {}
    for _, start, size in table.values():
        raw = bytes(disk.read(start, min(size, _RECORD_BYTES * _MOST_VOLUMES)))
        for number in range(len(raw) // _RECORD_BYTES):
            record = raw[number * _RECORD_BYTES : (number + 1) * _RECORD_BYTES]
            length = int.from_bytes(record[14:16], "big")
            name = record[16 : 16 + min(length, 128)].decode("utf-8", "backslashreplace")
            if name and any(record[:4]):
                names.setdefault(number, name.replace("/", "_"))
    return names
