"""Disks: bytes that hold partitions and file systems, read where they are wanted and never as a whole.

A disk format is a module here, found by its place, with `MAGICS`, `NAME` (for people) and
`opened(source, budget) -> Disk`, which raises `Unreadable`; optionally `is_part(source) -> bool`, whether a file is one
of several that another one beside it stands for, and `ends(source) -> bool`, whether the end of a file proves it where
the beginning cannot. What no module knows is a disk as it is, byte for byte.
"""

import importlib
import io
import pkgutil
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Protocol, cast

from scanner.model.source import Budget, Magic, Source

PIECE_BYTES = 1 << 20
_ZEROS = memoryview(bytes(PIECE_BYTES))
_FIRST_PIECE_BYTES = 64 << 10
"""The beginning of a large file is handed out alone: it may be enough to pass the rest over."""


class Disk(Protocol):
    """Something to read from at any place."""

    @property
    def size(self) -> int:
        """Bytes."""

    def read(self, offset: int, length: int) -> bytes | memoryview:
        """Bytes from `offset`; fewer at the end. Raises `Unreadable` where they cannot be had."""


class PlainDisk:
    """A disk that lies in a file as it is."""

    def __init__(self, data: memoryview) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self._data)

    def read(self, offset: int, length: int) -> memoryview:
        """A view of the bytes, without a copy."""
        return self._data[max(0, offset) : max(0, offset + length)]


class Part:
    """A part of a disk: a partition."""

    def __init__(self, disk: Disk, start: int, size: int) -> None:
        self._disk = disk
        self._start = start
        self.size = max(0, min(size, disk.size - start))

    def read(self, offset: int, length: int) -> bytes | memoryview:
        """Bytes of the part; none beyond its end."""
        if offset < 0 or offset >= self.size:
            return b""
        return self._disk.read(self._start + offset, min(length, self.size - offset))


class StreamDisk:
    """A disk that a library gives as a stream."""

    def __init__(self, stream: io.RawIOBase, size: int) -> None:
        self._stream = stream
        self.size = size

    def read(self, offset: int, length: int) -> bytes:
        """Bytes from `offset`."""
        self._stream.seek(offset)
        return self._stream.read(min(length, max(0, self.size - offset))) or b""


class DiskStream(io.RawIOBase):
    """A disk as a stream, for libraries that want one."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._at = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._disk.size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Up to so many bytes. What a library asks for by a size that stands on the disk may be more than there is."""
        left = max(0, self._disk.size - self._at)
        return super().read(left if size < 0 else min(size, left)) or b""

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        """Fill a buffer."""
        piece = self._disk.read(self._at, len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class DiskFormat(Protocol):
    """A module under disks/."""

    NAME: str
    MAGICS: tuple[Magic, ...]

    def opened(self, source: Source, budget: Budget) -> Disk:
        """The disk in a file."""


@cache
def disk_formats() -> tuple[DiskFormat, ...]:
    """Every format of disks, sorted by name."""
    found = [importlib.import_module(entry.name) for entry in pkgutil.iter_modules(__path__, f"{__name__}.")]
    formats = [cast("DiskFormat", module) for module in found if hasattr(module, "opened")]
    return tuple(sorted(formats, key=lambda module: module.NAME))


def format_of(head: bytes) -> DiskFormat | None:
    """The format that a file's beginning proves."""
    return next((f for f in disk_formats() for m in f.MAGICS if head.startswith(m.value, m.offset)), None)


def format_in(source: Source) -> DiskFormat | None:
    """The format that a file's beginning or its end proves."""
    known = format_of(source.head)
    if known is not None:
        return known
    return next((f for f in disk_formats() if hasattr(f, "ends") and cast("Any", f).ends(source)), None)


def is_part(source: Source) -> bool:
    """Whether a file belongs to a disk that is read by way of another file."""
    return any(cast("Any", one).is_part(source) for one in disk_formats() if hasattr(one, "is_part"))


def disk_of(source: Source, budget: Budget) -> Disk:
    """The disk in a file. Raises `Unreadable`."""
    known = format_in(source)
    return known.opened(source, budget) if known is not None else PlainDisk(source.view())


def is_of_zeros(piece: memoryview) -> bool:
    """Whether it stands for a part of a file that lies nowhere."""
    return piece.obj is _ZEROS.obj


def lying(
    disk: Disk, extents: Iterable[tuple[int | None, int]], size: int, budget: Budget
) -> Sequence[memoryview] | None:
    """The `size` bytes of a file by its parts in order (see `pieces`) where they lie, if the disk lies in the image as
    it is; None where not all of them do."""
    budget.spend_bytes(size)
    found: list[memoryview] = []
    left = size
    for start, length in extents:
        wanted = min(length, left)
        if wanted <= 0:
            continue
        if start is None:
            found += (_ZEROS[: min(PIECE_BYTES, wanted - at)] for at in range(0, wanted, PIECE_BYTES))
        else:
            data = disk.read(start, wanted)
            if not isinstance(data, memoryview) or len(data) < wanted:
                return None
            found.append(data)
        left -= wanted
        if left <= 0:
            return found
    return found if left <= 0 else None


def pieces(disk: Disk, extents: Iterable[tuple[int | None, int]], size: int, budget: Budget) -> Iterator[bytes]:
    """The `size` bytes of a file by its parts in order: where each begins (None: zeros) and its length."""
    left = size
    most = _FIRST_PIECE_BYTES if size > 2 * _FIRST_PIECE_BYTES else PIECE_BYTES
    for start, length in extents:
        at, end = 0, min(length, left)
        while at < end:
            count = min(most, end - at)
            budget.spend_bytes(count)
            piece = bytes(count) if start is None else bytes(disk.read(start + at, count))
            if piece:
                yield piece
            if len(piece) < count:
                return
            at += count
            most = PIECE_BYTES
        left -= end
        if left <= 0:
            return
