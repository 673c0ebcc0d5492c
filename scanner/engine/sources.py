"""Sources: artifacts open for reading, whether they are files, members held in memory, or members spooled to disk."""

import hashlib
import io
import mmap
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

from scanner.containers.spool import spooled
from scanner.formats.mapped import windows
from scanner.model.locator import text_name
from scanner.model.source import HEAD_BYTES, Source, Unreadable
from scanner.model.vocabulary import Cause

SMALL_BYTES = 1 << 20
"""Reading beats mapping below 1 MiB (measured: 1.4 times on small files)."""


NOWHERE: Mapping[str, Sequence[int]] = {}
"""No places of anything are known."""


def _no_neighbour(_name: str) -> Source | None:
    return None


class BytesSource:
    """An artifact whose bytes are at hand: in memory or mapped."""

    __slots__ = ("_data", "_focus", "_focus_at", "_head", "_keys", "_look", "_name", "_neighbour", "_view")

    def __init__(
        self,
        name: str,
        data: bytes | mmap.mmap | memoryview,
        *,
        neighbour: Callable[[str], Source | None] = _no_neighbour,
        focus: frozenset[str] = frozenset(),
        keys: tuple[bytes, ...] = (),
        look: Callable[[bytes], frozenset[str]] | None = None,
        focus_at: Mapping[str, Sequence[int]] = NOWHERE,
    ) -> None:
        self._name = name
        self._view = memoryview(data)
        self._data = data
        self._neighbour = neighbour
        self._focus = focus
        self._keys = keys
        self._head: bytes | None = None
        self._look = look
        self._focus_at = focus_at

    @property
    def name(self) -> str:
        """Base name."""
        return self._name

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self._view)

    @property
    def head(self) -> bytes:
        """The beginning."""
        if self._head is None:
            self._head = bytes(self._view[:HEAD_BYTES])
        return self._head

    @property
    def focus(self) -> frozenset[str]:
        """What a depth request asks about."""
        return self._focus

    @property
    def focus_at(self) -> Mapping[str, Sequence[int]]:
        """Where what is in the focus begins, as far as that is known."""
        return self._focus_at

    def focus_in(self, data: bytes) -> frozenset[str]:
        """What of the focus stands in other bytes; all of it where nobody can look."""
        return self._focus if self._look is None else self._focus & self._look(data)

    @property
    def keys(self) -> tuple[bytes, ...]:
        """What may open encrypted volumes."""
        return self._keys

    def view(self, offset: int = 0, length: int | None = None) -> memoryview:
        """Bytes from `offset`; shorter at the end, never an error."""
        offset = max(offset, 0)
        return self._view[offset:] if length is None else self._view[offset : offset + max(length, 0)]

    def pieces(self) -> Iterator[memoryview]:
        """All of it, in order, as it can be had at the least cost."""
        return windows(self._view)

    def open(self) -> BinaryIO:
        """A stream over the same bytes."""
        return cast("BinaryIO", io.BufferedReader(_ViewStream(self._view)))  # BufferedReader is a BinaryIO but in name

    def group(self, name: str) -> Source | None:
        """The neighbour of that name."""
        return self._neighbour(name)

    def beside(self, neighbour: Callable[[str], Source | None]) -> "BytesSource":
        """The same artifact, with others to ask for its neighbours."""
        return BytesSource(self._name, self._data, neighbour=neighbour, focus=self._focus, keys=self._keys)

    def with_keys(self, keys: tuple[bytes, ...]) -> "BytesSource":
        """The same artifact, with what may open it."""
        return BytesSource(self._name, self._data, neighbour=self._neighbour, focus=self._focus, keys=keys)

    def with_focus(
        self,
        focus: frozenset[str],
        look: Callable[[bytes], frozenset[str]] | None = None,
        *,
        at: Mapping[str, Sequence[int]] = NOWHERE,
    ) -> "BytesSource":
        """The same artifact, for a depth request, after words or by marks; `look` tells what stands in other bytes."""
        return BytesSource(
            self._name, self._data, neighbour=self._neighbour, focus=focus, keys=self._keys, look=look, focus_at=at
        )


class ScatteredSource(BytesSource):
    """An artifact whose bytes lie in several pieces, put together once somebody looks at more than its beginning:
    without a copy, where the system can."""

    def __init__(
        self,
        name: str,
        pieces: Sequence[memoryview],
        memory_bytes: int,
        *,
        neighbour: Callable[[str], Source | None] = _no_neighbour,
        keys: tuple[bytes, ...] = (),
    ) -> None:
        """`memory_bytes`: what is larger is put together in a temporary file."""
        super().__init__(name, b"", neighbour=neighbour, keys=keys)
        self._pieces = pieces
        self._memory_bytes = memory_bytes
        self._size = sum(map(len, pieces))
        enough = 1 if len(pieces[0]) >= HEAD_BYTES else HEAD_BYTES  # none of the pieces is empty
        self._head = b"".join(piece[:HEAD_BYTES] for piece in pieces[:enough])[:HEAD_BYTES]

    @property
    def size(self) -> int:
        """Bytes."""
        return self._size

    def pieces(self) -> Iterator[memoryview]:
        """All of it, in order."""
        return iter(self._pieces)

    def view(self, offset: int = 0, length: int | None = None) -> memoryview:
        """Bytes from `offset`."""
        if not self._data:
            self._data = self._joined() or spooled(self._pieces, self._memory_bytes)
            self._view = memoryview(self._data)
        return super().view(offset, length)

    def open(self) -> BinaryIO:
        """A stream over the same bytes."""
        return self._whole().open()

    def beside(self, neighbour: Callable[[str], Source | None]) -> BytesSource:
        """The same artifact, with others to ask for its neighbours."""
        return self._whole().beside(neighbour)

    def with_keys(self, keys: tuple[bytes, ...]) -> BytesSource:
        """The same artifact, with what may open it."""
        return self._whole().with_keys(keys)

    def with_focus(
        self,
        focus: frozenset[str],
        look: Callable[[bytes], frozenset[str]] | None = None,
        *,
        at: Mapping[str, Sequence[int]] = NOWHERE,
    ) -> BytesSource:
        """The same artifact, with what is asked about it."""
        return self._whole().with_focus(focus, look, at=at)

    def _joined(self) -> memoryview | None:
        if self._size < SMALL_BYTES:
            return None
        from scanner.containers.joined import joined

        return joined(self._pieces)

    def _whole(self) -> BytesSource:
        self.view()
        return BytesSource(self._name, self._data, neighbour=self._neighbour, keys=self._keys)


class _ViewStream(io.RawIOBase):
    """A seekable stream over a memoryview, without a copy of the whole."""

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._view)}[whence]
        if start + offset < 0:
            raise ValueError("negative seek position")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        piece = self._view[self._at : self._at + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class OpenFile:
    """A file of the target, open for as long as the `with` block lasts."""

    def __init__(self, path: Path | str) -> None:
        self._name = os.fspath(path)
        self._number = -1
        self._status = (0, 0)

    def __enter__(self) -> BytesSource:
        """Open, read or map. Raises `Unreadable` (permission, vanished, damaged)."""
        try:
            # Straight to the system: a buffered file object costs twice as much as the reading itself.
            self._number = os.open(self._name, _PLAINLY)
            status = os.fstat(self._number)
            if not stat.S_ISREG(status.st_mode):
                raise FileNotFoundError
            self._status = (status.st_size, status.st_mtime_ns)
            if status.st_size < SMALL_BYTES:
                data: bytes | mmap.mmap = _read(self._number, status.st_size)
            else:
                data = mmap.mmap(self._number, 0, access=mmap.ACCESS_READ)
        except OSError as error:
            self.__exit__(None, None, None)
            raise unreadable_from(error) from error
        name = self._name[self._name.rfind(os.sep) + 1 :]
        return BytesSource(text_name(name), data, neighbour=partial(neighbour_of, self._name))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file; a mapping goes with its last view."""
        number, self._number = self._number, -1
        if number >= 0:
            os.close(number)

    def has_changed(self) -> bool:
        """Whether somebody has written to it since it was opened."""
        if self._number < 0:
            return False
        status = os.fstat(self._number)
        return (status.st_size, status.st_mtime_ns) != self._status


_MOST_NAMES = 100_000
_DEEPEST = 4


def neighbour_of(path: str, name: str) -> Source | None:
    """What `Source.group` gives for a file of the target: nothing that a link leads to."""
    folder = Path(path).parent.parent if name.startswith("../") else Path(path).parent
    *steps, last = name.removeprefix("../").split("/")
    if len(steps) > _DEEPEST or not all(map(_is_plain, (*steps, *filter(None, [last])))):
        return None
    try:
        for step in steps:
            folder = folder / step
            if folder.is_symlink():
                return None
        if not last:
            names = sorted(os.listdir(folder))[:_MOST_NAMES] if steps else []  # noqa: PTH208  (names alone)
            return BytesSource(text_name(folder.name), "\n".join(map(text_name, names)).encode()) if steps else None
        path = os.fspath(folder / last)
        if os.path.islink(path) or not os.path.isfile(path):  # noqa: PTH113, PTH114
            return None
        with OpenFile(path) as source:
            return source
    except (OSError, Unreadable):
        return None


def _is_plain(step: str) -> bool:
    return step not in {"", ".", ".."} and os.sep not in step and "\0" not in step


_PLAINLY = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOINHERIT", 0)
    | getattr(os, "O_BINARY", 0)
)
"""Never wait for a pipe's other end, never follow a link that took the file's place."""


def _read(number: int, size: int) -> bytes:
    """All of a small file, also one that says it is empty or has grown (`/proc`), up to `SMALL_BYTES`."""
    data = os.read(number, size + 1)
    if len(data) == size or not data:
        return data
    parts = [data]
    left = SMALL_BYTES - len(data)
    while left > 0 and (more := os.read(number, left)):
        parts.append(more)
        left -= len(more)
    return b"".join(parts)


def read_small(path: str, below_bytes: int) -> bytes | None:
    """All of a regular file that has its size and less than so much; None for any other, and for one with a fault."""
    try:
        number = os.open(path, _PLAINLY)
    except OSError:
        return None
    try:
        status = os.fstat(number)
        if status.st_size >= below_bytes or not stat.S_ISREG(status.st_mode):
            return None
        data = os.read(number, status.st_size + 1)
        return data if len(data) == status.st_size else None
    except OSError:
        return None
    finally:
        os.close(number)


def sha256_of(path: str) -> tuple[bytes, int] | None:
    """The SHA-256 of a file, by which reports name it, and its size in bytes; None where it cannot be read."""
    try:
        with open(os.open(path, _PLAINLY), "rb") as file:  # noqa: PTH123  (flags keep it from following a link)
            return hashlib.file_digest(file, "sha256").digest(), file.tell()
    except OSError:
        return None


def unreadable_from(error: OSError) -> Unreadable:
    """What an operating system error means for the report; the path stays out of it."""
    if isinstance(error, PermissionError):
        return Unreadable(Cause.PERMISSION, "This account has no permission to read it.")
    if isinstance(error, FileNotFoundError):
        return Unreadable(Cause.VANISHED, "It was there when the scan began and is gone now.")
    return Unreadable(Cause.DAMAGED, f"The system could not read it: {os.strerror(error.errno or 0)}.")
