"""Partitions: the tables of MBR and GPT, and the volumes they divide a disk into.

Specification: UEFI 2.10, 5.2 (MBR) and 5.3 (GPT). Logical partitions stand in a chain of tables inside an extended one.
"""

import struct
from collections.abc import Iterator
from uuid import UUID

from scanner.containers.disks import Disk, Part
from scanner.containers.volumes import Volume
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "a disk with partitions"
MAGICS = (Magic(b"\x55\xaa", 510), Magic(b"EFI PART", 512))

_SECTORS = (512, 4096)
_EXTENDED = (0x05, 0x0F, 0x85)
_PROTECTIVE, _DYNAMIC = 0xEE, 0x42
_DYNAMIC_DATA = UUID("af9b60a0-1431-4f62-bc68-3311714a69ad").bytes_le
_MOST_PARTITIONS, _LARGEST_ENTRY = 1024, 4096
_GPT = struct.Struct("<QII")


class _Untold:
    """The volumes of a dynamic disk of Windows (LDM), of which the database at the end of the disk is not read."""

    def __init__(self, size: int) -> None:
        self.size = size

    def read(self, _offset: int, _length: int) -> bytes:
        """Raises `Unreadable`."""
        reason = "It is a part of a dynamic disk of Windows; volumes other than one at its beginning were not read."
        raise Unreadable(Cause.UNSUPPORTED, reason)


def recognises(head: bytes) -> bool:
    """Whether a table of partitions stands at the beginning."""
    return head[:2] != b"MZ" and (any(head.startswith(b"EFI PART", sector) for sector in _SECTORS) or _has_table(head))


def volumes(disk: Disk, budget: Budget) -> list[Volume]:
    """The partitions of a disk."""
    for sector in _SECTORS:
        if bytes(disk.read(sector, 8)) == b"EFI PART":
            found = list(_gpt(disk, sector, budget))
            if found:
                return found
    return list(_mbr(disk, budget))


def _has_table(head: bytes) -> bool:
    """Whether the four entries of a master boot record can be such and one of them is used."""
    if head[510:512] != b"\x55\xaa":
        return False
    entries = [head[at : at + 16] for at in range(446, 510, 16)]
    used = [entry for entry in entries if entry[4]]
    return bool(used) and all(any(e[12:16]) and any(e[8:12]) for e in used) and all(e[0] in (0, 0x80) for e in entries)


def _gpt(disk: Disk, sector: int, budget: Budget) -> Iterator[Volume]:
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
            yield from _with_untold(part, is_dynamic=entry[:16] == _DYNAMIC_DATA)


def _mbr(disk: Disk, budget: Budget) -> Iterator[Volume]:
    if not _has_table(bytes(disk.read(0, 512))):
        return
    number = 5
    for place, (kind, first, count) in enumerate(_entries(disk, 0), 1):
        if kind in _EXTENDED:
            for start, size in _logical(disk, first, budget):
                yield Volume(f"partition {number}/", Part(disk, start, size), start)
                number += 1
        elif kind and kind != _PROTECTIVE and first * 512 < disk.size:
            part = Volume(f"partition {place}/", Part(disk, first * 512, count * 512), first * 512)
            yield from _with_untold(part, is_dynamic=kind == _DYNAMIC)


def _with_untold(part: Volume, *, is_dynamic: bool) -> Iterator[Volume]:
    """A partition, and that there may be more in it than shows."""
    yield part
    if is_dynamic:
        yield Volume(f"{part.name.rstrip('/')} (dynamic disk)/", _Untold(part.disk.size), part.start)


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
