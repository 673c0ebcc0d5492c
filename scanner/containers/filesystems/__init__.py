"""File systems: one kind a module, found by its place.

A module has `NAME` (for people), `MAGICS`, `recognises(head) -> bool` over the first `HEAD_BYTES` bytes of a volume,
`FALLBACK` (True where another module's answer goes before), and `opened(disk, budget) -> FileSystem`, which raises
`Unreadable`.
"""

import importlib
import pkgutil
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple, Protocol, cast

from scanner.containers.disks import Disk
from scanner.model.source import Budget, Magic

HEAD_BYTES = 68 << 10
"""How much of a volume tells its file system: the mark of some stands at 64 KiB."""


def _nowhere() -> None:
    return None


class File(NamedTuple):
    """A file, as a file system has it."""

    path: str | bytes
    """From the root, without a slash before it."""
    kind: Literal["file", "folder", "link", "device", "whiteout"]
    """A whiteout, in a layer of containers, says that nothing of that name below it is seen."""
    size: int
    chunks: Callable[[], Iterator[bytes]]
    """Its content, in pieces of at most 1 MiB, each counted against the budget."""
    stamp: tuple[int, ...] = ()
    """What changes when the file does: times and number; empty where it is not known."""
    in_place: Callable[[], Sequence[memoryview] | None] = _nowhere
    """Its content in the pieces in which it lies on the disk as it is, counted against the budget; None where it does
    not."""


class Share(NamedTuple):
    """Which of the files one process looks at. Names that differ in upper and lower case alone fall to the same one,
    so that it can tell; and so do those that differ only far behind their beginning."""

    number: int
    of: int

    def has(self, path: str | bytes) -> bool:
        """Whether a file is in it."""
        if self.of == 1:
            return True
        if isinstance(path, bytes) and path.isascii():
            return zlib.crc32(path[:_TELLING].lower()) % self.of == self.number
        name = path.decode("utf-8", "surrogateescape") if isinstance(path, bytes) else path
        return zlib.crc32(name.casefold()[:_TELLING].encode("utf-8", "surrogatepass")) % self.of == self.number


ALL = Share(0, 1)
_TELLING = 300
"""Characters; a name is cut only behind more of them."""


class FileSystem(Protocol):
    """An opened file system."""

    @property
    def identity(self) -> bytes:
        """The number it was given when it was made, which copies of it share; empty where it has none. Together with
        a file's stamp it tells a file from all others, later ones of the same path among them."""

    def files(self, share: Share = ALL) -> Iterator[File]:
        """Every file of a share, each folder's own before those below; raises `Unreadable` after those that could be
        listed."""

    def file(self, path: str) -> File | None:
        """One file by its path as valid text, without looking at others than the folders on the way."""


class Kind(Protocol):
    """A module under filesystems/."""

    NAME: str
    MAGICS: tuple[Magic, ...]
    """Those within the first 4 KiB."""
    FALLBACK: bool

    def recognises(self, head: bytes) -> bool:
        """Whether a volume begins like this kind."""

    def opened(self, disk: Disk, budget: Budget) -> FileSystem:
        """The file system on a volume. One that is encrypted itself, not the volume around it, also has
        `opened_by(disk, keys, budget)`."""


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind, those that others go before at the end."""
    found = [importlib.import_module(entry.name) for entry in pkgutil.iter_modules(__path__, f"{__name__}.")]
    modules = [cast("Kind", module) for module in found if hasattr(module, "recognises")]
    return tuple(sorted(modules, key=lambda module: (module.FALLBACK, module.NAME)))


def opened(kind: Kind, disk: Disk, keys: tuple[bytes, ...], budget: Budget) -> FileSystem:
    """The file system on a volume, with what the user's keys open of it. Raises `Unreadable`."""
    by_keys = getattr(kind, "opened_by", None)
    found: FileSystem = by_keys(disk, keys, budget) if by_keys is not None else kind.opened(disk, budget)
    return found


def kind_of(head: bytes) -> Kind | None:
    """The kind that a volume's beginning proves."""
    return next((kind for kind in kinds() if kind.recognises(head)), None)
