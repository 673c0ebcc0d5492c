"""Android's dynamic partitions: the logical partitions of a `super` partition.

```
4 KiB nothing | geometry (twice) | metadata, one copy a slot: header, tables of partitions, extents, groups, devices
extent: sectors, type (linear 0, zeros 1), first sector, device
```
Specification: AOSP, system/core/fs_mgr/liblp/include/liblp/metadata_format.h. The first slot is read; where it is
damaged, the others.
"""

import struct
from collections.abc import Iterator

from scanner.containers.disks import Disk
from scanner.containers.volumes import Volume
from scanner.containers.volumes.extents import Extent, Extents
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "Android super partitions"
MAGICS: tuple[Magic, ...] = ()
"""None at the beginning: 4 KiB of nothing come first, and what begins so is looked at anyhow."""

_RESERVED = 4096
_GEOMETRY = struct.Struct("<II32sIII")
_GEOMETRY_BYTES = 4096
_MARK, _METADATA_MARK = b"gDla", b"0PLA"
_LARGEST_METADATA, _MOST_SLOTS = 1 << 20, 8
_SECTOR = 512
_MOST_EXTENTS = 100_000
_ZEROS = 1


def recognises(head: bytes) -> bool:
    """Whether a geometry stands where it should."""
    return head.startswith(_MARK, _RESERVED)


def volumes(disk: Disk, budget: Budget) -> list[Volume]:
    """The logical partitions. Raises `Unreadable` where no copy of their table is sound."""
    raw = bytes(disk.read(_RESERVED, _GEOMETRY.size))
    if len(raw) < _GEOMETRY.size:
        raise Unreadable(Cause.DAMAGED, "The table of logical partitions is damaged.")
    _, _, _, largest, slots, _ = _GEOMETRY.unpack(raw)
    first = _RESERVED + 2 * _GEOMETRY_BYTES
    for slot in range(min(slots, _MOST_SLOTS) * 2):  # each has a copy behind the last of them
        metadata = bytes(disk.read(first + slot * largest, min(largest, _LARGEST_METADATA)))
        if metadata[:4] == _METADATA_MARK and len(metadata) >= 128:
            return list(_partitions(metadata, disk, budget))
    raise Unreadable(Cause.DAMAGED, "The table of logical partitions is damaged.")


def _partitions(metadata: bytes, disk: Disk, budget: Budget) -> Iterator[Volume]:
    header_bytes = int.from_bytes(metadata[8:12], "little")
    tables = [struct.unpack_from("<3I", metadata, at) for at in (80, 92)]
    (partitions_at, count, entry_bytes), (extents_at, _, extent_bytes) = tables
    if entry_bytes < 52 or extent_bytes < 24:
        raise Unreadable(Cause.DAMAGED, "The table of logical partitions is damaged.")
    for number in range(count):
        budget.spend_items()
        entry = metadata[header_bytes + partitions_at + number * entry_bytes :][:52]
        if len(entry) < 52:
            return
        name = entry[:36].partition(b"\0")[0].decode("utf-8", "backslashreplace").replace("/", "_")
        _, first, extents, _ = struct.unpack_from("<4I", entry, 36)
        found: list[Extent] = []
        for place in range(first, first + min(extents, _MOST_EXTENTS)):
            budget.spend_items()
            at = header_bytes + extents_at + place * extent_bytes
            if at + 24 > len(metadata):
                break
            sectors, kind, start, _ = struct.unpack_from("<QIQI", metadata, at)
            found.append(Extent(None if kind == _ZEROS else start * _SECTOR, sectors * _SECTOR))
        if found:
            yield Volume(f"{name}/", Extents(disk, found))
