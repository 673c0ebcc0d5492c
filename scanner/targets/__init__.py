"""Targets: open what the user named. One kind of target a module, found by its place.

A target module has

- `KIND`: the report's word for it
- `opens(path, head) -> bool`: whether the path is certainly of this kind, by its name, its first `HEAD_BYTES` bytes
  (none for a folder) and what lies beside or directly below it. It runs in the main process, so it compares and never
  parses.
- `entries(path) -> Iterator[Found]`: the files to examine, and what else there is to say
- optionally `entries_everywhere(path)`: the same, where other file systems are mounted below it, with what lies in them

Every kind is asked, so order means nothing. What none of them takes is read as the plain file or folder it is: those
two, `file` and `folder`, are what is left and have no `opens`. What several take is read plainly too, and the report
says so: everything in it is looked at either way.
"""

import importlib
import os
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import NamedTuple, Protocol, cast

import msgspec

from scanner.model.artifact import Oddity, Unread
from scanner.model.source import HEAD_BYTES
from scanner.targets.placeholders import is_placeholder

Stat = tuple[int, int, int, int]
"""Size in bytes, mtime and ctime in nanoseconds, inode: what changes when a file does."""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A file of the target; of a large one there are hundreds of thousands, which the collector need not follow."""

    root: str
    """The folder it lies below, on this machine."""
    name: str
    """Its path below the root, as the system spells it."""
    stat: Stat
    reader: str = ""
    """The one reader that the kind means it for; nobody else then looks into it. Empty: whoever wants it."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stat[0]


class PassedOver(NamedTuple):
    """What of a target is no file to read, counted by reason."""

    what: str
    number: int


class Whiteout(NamedTuple):
    """What stands in a layer of containers to say that nothing of that name below it is seen."""

    locator: str


Found = Entry | Unread | Oddity | PassedOver | Whiteout


def stat_of(status: os.stat_result) -> Stat:
    """The part of a file's status that tells whether it changed."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


class Plain(Protocol):
    """How the files of a target are listed."""

    KIND: str

    def entries(self, path: Path) -> Iterator[Found]:
        """The files to examine, what could not be listed, and what was passed over on purpose.

        Raises `MissingTarget` if the target itself may not be read.
        """


class TargetKind(Plain, Protocol):
    """A module under targets/ that knows its targets from plain files and folders."""

    def opens(self, path: Path, head: bytes) -> bool:
        """Whether the path is of this kind; `head` are its first bytes, none for a folder."""


class Opened(NamedTuple):
    """A target and how it is read."""

    path: Path
    kind: Plain
    doubt: str = ""
    """A sentence for the report where it is not certain what the target is."""

    def listing(self, *, everywhere: bool) -> Iterator[Found]:
        """Its files; those of file systems mounted below it only if that is asked."""
        usual = self.kind.entries
        listing: Callable[[Path], Iterator[Found]] = getattr(self.kind, "entries_everywhere", usual)
        return (listing if everywhere else usual)(self.path)

    @property
    def is_file(self) -> bool:
        """Whether what the user named is one file, whatever lies inside it."""
        return self.path.is_file()


class MissingTarget(Exception):
    """What the user named is not there or may not be read: a sentence for the terminal."""


@cache
def target_kinds() -> tuple[TargetKind, ...]:
    """Every kind of target that is more than a plain file or folder."""
    return tuple(cast("TargetKind", module) for module in _modules() if hasattr(module, "opens"))


def _modules() -> Iterator[ModuleType]:
    for entry in pkgutil.iter_modules(__path__, f"{__name__}."):
        if not entry.ispkg:
            yield importlib.import_module(entry.name)


def open_target(path: Path) -> Opened:
    """What the user named, with the kind that knows how to read it. Raises `MissingTarget`."""
    try:
        plain = _plain(path)
        head = head_of(path) if path.is_file() and not is_placeholder(path.stat()) else b""
        kinds = [kind for kind in target_kinds() if kind.opens(path, head)]
    except PermissionError as error:
        raise MissingTarget(f"{path}: this account has no permission to look at it.") from error
    except OSError as error:
        raise MissingTarget(f"{path}: the system cannot look at it ({error.strerror}).") from error
    if len(kinds) == 1:
        return Opened(path, kinds[0])
    names = " and ".join(sorted(kind.KIND for kind in kinds))
    return Opened(path, plain, f"It looks like {names} at once and was read as a plain {plain.KIND}." if kinds else "")


def _plain(path: Path) -> Plain:
    from scanner.targets import file, folder

    if path.is_file():
        return file
    if path.is_dir():
        return folder
    if path.is_symlink():
        raise MissingTarget(f"{path}: this is a link that leads to no file or folder.")
    if path.exists():
        raise MissingTarget(f"{path}: this is neither a file nor a folder that can be read.")
    raise MissingTarget(f"{path}: there is no such file or folder. Check the spelling.")


def head_of(path: Path) -> bytes:
    """The first bytes of a file, by which a kind knows it."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)
