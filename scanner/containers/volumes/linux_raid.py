"""Linux's software RAID (MD): what one disk of a mirrored set holds; of other sets it is told which they are.

```
superblock: mark, version, …, number of the set, name, level, layout, …, disks, …, where the data begin, how much
at the beginning (1.1), 4 KiB behind it (1.2), or near the end (0.90, 1.0), where a mirrored file system begins as it is
```
Specification: the kernel's include/uapi/linux/raid/md_p.h.
"""

import struct

from scanner.containers.disks import Disk, Part
from scanner.containers.volumes import Volume
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "Linux software RAID (mirrored)"
_MARK, _PLACES = b"\xfc\x4e\x2b\xa9\x01\0\0\0", (0, 4096)
MAGICS = (Magic(_MARK),)

_SECTOR = 512
_LEVEL_AT, _DISKS_AT, _DATA_AT, _BYTES = 72, 92, 128, 256
_MIRRORED, _MIRRORED_AND_STRIPED = 1, 10
_TWO_NEAR = 0x102
"""Two copies of everything beside each other: on two disks the same as mirrored."""


def recognises(head: bytes) -> bool:
    """Whether a superblock stands in one of its places at the beginning."""
    return any(head.startswith(_MARK, place) for place in _PLACES)


def volumes(disk: Disk, budget: Budget) -> list[Volume]:
    """What the set holds. Raises `Unreadable` where its disks hold it together, or the superblock is damaged."""
    budget.spend_items()
    place = next((place for place in _PLACES if bytes(disk.read(place, len(_MARK))) == _MARK), 0)
    raw = bytes(disk.read(place, _BYTES))
    if len(raw) < _BYTES:
        raise Unreadable(Cause.DAMAGED, "It ends inside the description of a set of disks (Linux software RAID).")
    level, layout = struct.unpack_from("<iI", raw, _LEVEL_AT)
    (disks,) = struct.unpack_from("<I", raw, _DISKS_AT)
    start, sectors = struct.unpack_from("<QQ", raw, _DATA_AT)
    is_mirrored = disks == 1 or level == _MIRRORED or (level, disks, layout) == (_MIRRORED_AND_STRIPED, 2, _TWO_NEAR)
    if not is_mirrored:
        reason = f"It is one of {disks} disks of a set (Linux software RAID, level {level}), and was not read."
        raise Unreadable(Cause.UNSUPPORTED, reason)
    return [Volume("", Part(disk, start * _SECTOR, sectors * _SECTOR), start * _SECTOR)]
