"""Partitions: the tables of MBR and GPT, and the volumes they divide a disk into.

Specification: UEFI 2.10, 5.2 (MBR) and 5.3 (GPT). Logical partitions stand in a chain of tables inside an extended one.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from scanner.containers.disks import Disk, Part
from scanner.containers.volumes import Volume
from scanner.containers.volumes.dynamic_disk import logical_volumes
from scanner.model.source import Budget, Magic, Unreadable

NAME = "a disk with partitions, also a dynamic one of Windows"
MAGICS = (Magic(b"\x55\xaa", 510), Magic(b"EFI PART", 512))

_SECTORS = (512, 4096)
_EXTENDED = (0x05, 0x0F, 0x85)
_PROTECTIVE, _DYNAMIC = 0xEE, 0x42
_DYNAMIC_DATA = UUID("af9b60a0-1431-4f62-bc68-3311714a69ad").bytes_le
_DYNAMIC_DATABASE = UUID("5808c8aa-7e8f-42e0-85d2-e1e90434cfb3").bytes_le
_MOST_PARTITIONS, _LARGEST_ENTRY = 1024, 4096
_GPT = struct.Struct("<QII")


class _Untold:
    """What else may be on a dynamic disk of Windows whose database could not be read."""

    def __init__(self, size: int, why: Unreadable) -> None:
        self.size = size
        self._why = why

    def read(self, _offset: int, _length: int) -> bytes:
        """Raises `Unreadable`."""
        raise self._why


class _Partition(NamedTuple):
    volume: Volume
    is_dynamic: bool = False
    is_reserved: bool = False
    """Whether it holds the database of a dynamic disk."""


def recognises(head: bytes) -> bool:
    """Whether a table of partitions stands at the beginning."""
    return head[:2] != b"MZ" and (any(head.startswith(b"EFI PART", sector) for sector in _SECTORS) or _has_table(head))


def volumes(disk: Disk, budget: Budget) -> list[Volume]:
    """The partitions of a disk; in the place of those that a dynamic disk of Windows has, the volumes they make up."""
    found: list[_Partition] = []
    for sector in _SECTORS:
        if not found and bytes(disk.read(sector, 8)) == b"EFI PART":
            found = list(_gpt(disk, sector, budget))
    found = found or list(_mbr(disk, budget))
    reserved = next((one.volume for one in found if one.is_reserved), None)
    dynamic = [one.volume for one in found if one.is_dynamic]
    plain = [one.volume for one in found if not one.is_dynamic and not one.is_reserved]
    return plain + (_of_dynamic(disk, dynamic, reserved, budget) if dynamic else [])


def _of_dynamic(disk: Disk, parts: list[Volume], reserved: Volume | None, budget: Budget) -> list[Volume]:
    try:
        return logical_volumes(disk, reserved, budget)
    except Unreadable as why:  # a volume at the beginning may still be there
        untold = [Volume(f"{part.name.rstrip('/')} (dynamic disk)/", _Untold(part.disk.size, why)) for part in parts]
        return [volume for pair in zip(parts, untold, strict=True) for volume in pair]


def _has_table(head: bytes) -> bool:
    """Whether the four entries of a master boot record can be such and one of them is used."""
    if head[510:512] != b"\x55\xaa":
        return False
    entries = [head[at : at + 16] for at in range(446, 510, 16)]
    used = [entry for entry in entries if entry[4]]
    return bool(used) and all(any(e[12:16]) and any(e[8:12]) for e in used) and all(e[0] in (0, 0x80) for e in entries)


def _gpt(disk: Disk, sector: int, budget: Budget) -> Iterator[_Partition]:
    header = bytes(disk.read(sector, 92))
    if len(header) < 92:
        return
    table, count, entry_bytes = _GPT.unpack_from(header, 72)
    if not 128 <= entry_bytes <= _LARGEST_ENTRY:
        return
    for number in range(min(count, _MOST_PARTITIONS)):
        budget.spend_items()
        entry = bytes(disk.read(table * sector + number * entry_bytes, 128))
        if len(entry) < 128 or not any(entry[:16]):
            continue
        first, last = struct.unpack_from("<QQ", entry, 32)
        if first <= last and first * sector < disk.size:
            start = first * sector
            part = Volume(f"partition {number + 1}/", Part(disk, start, (last - first + 1) * sector), start)
            yield _Partition(part, entry[:16] == _DYNAMIC_DATA, entry[:16] == _DYNAMIC_DATABASE)


def _mbr(disk: Disk, budget: Budget) -> Iterator[_Partition]:
    if not _has_table(bytes(disk.read(0, 512))):
        return
    number = 5
    for place, (kind, first, count) in enumerate(_entries(disk, 0), 1):
        if kind in _EXTENDED:
            for start, size in _logical(disk, first, budget):
                yield _Partition(Volume(f"partition {number}/", Part(disk, start, size), start))
                number += 1
        elif kind and kind != _PROTECTIVE and first * 512 < disk.size:
            part = Volume(f"partition {place}/", Part(disk, first * 512, count * 512), first * 512)
            yield _Partition(part, kind == _DYNAMIC)


def _logical(disk: Disk, extended: int, budget: Budget) -> Iterator[tuple[int, int]]:
    at, seen = extended, set[int]()
    while at not in seen and len(seen) < _MOST_PARTITIONS:
        seen.add(at)
        budget.spend_items()
        following = 0
        for kind, first, count in _entries(disk, at * 512):
            if kind in _EXTENDED:
                following = extended + first
            elif kind and (at + first) * 512 < disk.size:
                yield (at + first) * 512, count * 512
        if not following:
            return
        at = following


def _entries(disk: Disk, at: int) -> list[tuple[int, int, int]]:
    table = bytes(disk.read(at, 512))
    if len(table) < 512 or table[510:512] != b"\x55\xaa":
        return []
    return [(table[p + 4], *struct.unpack_from("<II", table, p + 8)) for p in range(446, 510, 16)]
