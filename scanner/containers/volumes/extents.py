"""A volume whose blocks lie scattered over a disk."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from scanner.containers.disks import Disk


class Extent(NamedTuple):
    """A stretch of it."""

    start: int | None
    """On the disk, in bytes; None: zeros."""
    size: int


class Extents:
    """Implements `Disk` over the stretches in their order."""

    def __init__(self, disk: Disk, extents: Sequence[Extent]) -> None:
        self._disk = disk
        self._extents = extents
        *self._starts, self.size = accumulate((extent.size for extent in extents), initial=0)

    def read(self, offset: int, length: int) -> bytes | memoryview:
        """Bytes from `offset`; fewer where the disk ends."""
        found: list[bytes | memoryview] = []
        end = min(offset + length, self.size)
        while offset < end:
            number = bisect_right(self._starts, offset) - 1
            extent = self._extents[number]
            within = offset - self._starts[number]
            count = min(extent.size - within, end - offset)
            piece = bytes(count) if extent.start is None else self._disk.read(extent.start + within, count)
            found.append(piece)
            offset += count
            if len(piece) < count:
                break
        return found[0] if len(found) == 1 else b"".join(found)
