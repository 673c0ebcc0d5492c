"""Apple's partition map: disks of older Macs, many disk images of macOS, and what CDs and DVDs have for Macs.

```
block 0: “ER”, size of a block │ blocks 1 …: “PM”, number of entries, first block, number of blocks, name, type
```
Specification: Inside Macintosh: Devices, “Partition Map”. The entries name themselves and what only starts a Mac, too.
"""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from scanner.containers.disks import Disk, Part
from scanner.containers.volumes import Volume
from scanner.model.source import Budget, Magic

NAME = "an Apple partition map"
_MARK, _BLOCKS = b"PM\0\0", (512, 2048)
MAGICS = tuple(Magic(_MARK, block) for block in _BLOCKS)

_ENTRY = struct.Struct(">4sIII32s32s")
_MOST_ENTRIES = 256
_TYPE_AT, _TYPE = 48, re.compile(rb"[ -~]{3,32}\0")
_HOLDS_NO_FILES = (
    b"Apple_partition_map", b"Apple_Free", b"Apple_Void", b"Apple_Extra", b"Apple_Scratch", b"Apple_Driver",
    b"Apple_FWDriver", b"Apple_Patches",
)  # fmt: skip
"""What types begin with that stand for nothing, the map itself, or drivers for the disk."""
_GAP = b"Gap"
"""How programs that make discs call what lies between partitions, which they give a type of its own."""
_HFS = b"Apple_HFS"


class _Entry(NamedTuple):
    volume: Volume
    name: bytes
    type: bytes


def recognises(head: bytes) -> bool:
    """Whether the first entry stands behind the first block, and says of what type it is: the mark alone is short."""
    return any(
        head.startswith(magic.value, magic.offset) and _TYPE.match(head, magic.offset + _TYPE_AT) for magic in MAGICS
    )


def volumes(disk: Disk, budget: Budget) -> list[Volume]:
    """The partitions that can hold files, by the numbers of their entries."""
    return [
        entry.volume
        for entry in _entries(disk, budget)
        if not entry.type.startswith(_HOLDS_NO_FILES) and not entry.name.startswith(_GAP)
    ]


def volumes_of_macs(disk: Disk, budget: Budget) -> list[Volume]:
    """Those that say that they hold the file system of Macs."""
    return [entry.volume for entry in _entries(disk, budget) if entry.type.startswith(_HFS)]


def _entries(disk: Disk, budget: Budget) -> Iterator[_Entry]:
    block = next((block for block in _BLOCKS if bytes(disk.read(block, 4)) == _MARK), 0)
    number, count = 1, 1 if block else 0
    while number <= count:
        budget.spend_items()
        raw = bytes(disk.read(number * block, _ENTRY.size))
        if len(raw) < _ENTRY.size or not raw.startswith(_MARK):
            return
        _, told, first, blocks, name, kind = _ENTRY.unpack(raw)
        count = min(told, _MOST_ENTRIES)
        if blocks and first * block < disk.size:
            start = first * block
            volume = Volume(f"partition {number}/", Part(disk, start, blocks * block), start)
            yield _Entry(volume, name.partition(b"\0")[0], kind.partition(b"\0")[0])
        number += 1
