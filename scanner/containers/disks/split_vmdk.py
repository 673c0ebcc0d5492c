"""VMware's disks in several files: a description in words, and the files beside it that hold the disk.

```
# Disk DescriptorFile │ RW sectors SPARSE "disk-s001.vmdk" │ RW sectors FLAT "disk-flat.vmdk" first │ RW sectors ZERO
```
Specification: VMware, Virtual Disk Format 5.0. Sparse parts are read by a library of the `images` extra.
"""

import re
from bisect import bisect_right
from itertools import accumulate
from typing import Any

from scanner.containers.disks import Disk, PlainDisk
from scanner.containers.libraries import broken, library, without_extra
from scanner.model.source import Budget, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

NAME = "VMDK in several files"
MAGICS = (Magic(b"# Disk DescriptorFile"),)

_SECTOR = 512
_MOST_BYTES, _MOST_PARTS = 1 << 20, 4096
_PART = re.compile(
    r'^(?:RW|RDONLY) (\d{1,15}) (SPARSE|FLAT|VMFS|VMFSSPARSE|ZERO)(?: "([^"\n]{1,255})"(?: (\d{1,15}))?)?', re.M
)
_OF_ANOTHER = re.compile(r"(.+)-(?:flat|[sf]\d{3})\.vmdk$", re.I)


def is_part(source: Source) -> bool:
    """Whether it is a file of such a disk, whose description lies beside it and is read itself."""
    found = _OF_ANOTHER.match(source.name)
    beside = source.group(f"{found[1]}.vmdk") if found else None
    told = bytes(beside.view(0, _MOST_BYTES)) if beside is not None else b""
    return told.startswith(MAGICS[0].value) and f'"{source.name}"'.encode() in told


def opened(source: Source, budget: Budget) -> Disk:
    """The disk. Raises `Unreadable` where a part is missing or damaged, or it builds on another disk."""
    text = bytes(source.view(0, _MOST_BYTES)).decode("utf-8", "replace")
    if re.search(r"^parentCID=(?!ffffffff)", text, re.M | re.I):
        raise Unreadable(Cause.UNSUPPORTED, "The disk only holds what differs from another one; frscan cannot read it.")
    parts: list[tuple[int, Disk | None]] = []
    for found in _PART.finditer(text):
        budget.spend_items()
        sectors, kind, name, first = found.groups()
        size = int(sectors) * _SECTOR
        parts.append((size, None if kind == "ZERO" else _part(source, kind, name or "", int(first or 0), size)))
        if len(parts) > _MOST_PARTS:
            raise Unreadable(Cause.LIMIT, f"The disk lies in more than {_MOST_PARTS} files.")
    return _Joined(parts)


def _part(source: Source, kind: str, name: str, first: int, size: int) -> Disk:
    beside = source.group(name.replace("\\", "/").rpartition("/")[2])
    if beside is None or beside.name == source.name:
        raise Unreadable(Cause.VANISHED, f"A part of the disk, “{name[-80:]}”, is not beside its description.")
    if kind in ("FLAT", "VMFS"):
        return PlainDisk(beside.view(first * _SECTOR, size))
    library_of_disks = library("dissect.hypervisor.disk.vmdk")
    if library_of_disks is None:
        raise without_extra("a virtual disk (VMDK)")
    try:
        return _Sparse(library_of_disks.SparseDisk(beside.open()))
    except broken() as error:
        reason = f"A part of the disk could not be opened ({type(error).__name__})."
        raise Unreadable(Cause.DAMAGED, reason) from error


class _Sparse:
    """Implements `Disk` over a part that the library reads by sectors."""

    def __init__(self, part: Any) -> None:
        self._part = part
        self.size = int(part.sector_count) * _SECTOR

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from `offset`."""
        first, last = offset // _SECTOR, -(-min(offset + length, self.size) // _SECTOR)
        if last <= first:
            return b""
        try:
            raw: bytes = self._part.read_sectors(first, last - first)
        except broken() as error:
            raise Unreadable(Cause.DAMAGED, "A part of the disk is damaged; what came before was read.") from error
        within = offset - first * _SECTOR
        return raw[within : within + length]


class _Joined:
    """Implements `Disk` over parts in their order; None: zeros."""

    def __init__(self, parts: list[tuple[int, Disk | None]]) -> None:
        self._parts = parts
        *self._starts, self.size = accumulate((size for size, _ in parts), initial=0)

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from `offset`."""
        found: list[bytes] = []
        end = min(offset + length, self.size)
        while offset < end:
            number = bisect_right(self._starts, offset) - 1
            size, disk = self._parts[number]
            within = offset - self._starts[number]
            count = min(size - within, end - offset)
            piece = bytes(count) if disk is None else bytes(disk.read(within, count))
            if len(piece) < count:
                raise Unreadable(Cause.DAMAGED, "A part of the disk is cut; what came before was read.")
            found.append(piece)
            offset += count
        return b"".join(found)
