"""Targets: open what the user named. One kind of target a module, found by its place.

A target module has `KIND`, `opens(path) -> bool`, and `entries(path) -> Iterator[Entry | Unread | Oddity]`.
"""

import importlib
import os
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from scanner.model.artifact import Oddity, Unread

Stat = tuple[int, int, int, int]
"""Size in bytes, mtime and ctime in nanoseconds, inode: what changes when a file does."""


class Entry(NamedTuple):
    """A file of the target."""

    root: str
    """The folder it lies below, on this machine."""
    name: str
    """Its path below the root, as the system spells it."""
    stat: Stat

    @property
    def size(self) -> int:
        """Bytes."""
        return self.stat[0]


def stat_of(status: os.stat_result) -> Stat:
    """The part of a file's status that tells whether it changed."""
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


class TargetKind(Protocol):
    """A module under targets/."""

    KIND: str

    def opens(self, path: Path) -> bool:
        """Whether this kind takes the path."""

    def entries(self, path: Path) -> Iterator[Entry | Unread | Oddity]:
        """The files to examine, what could not be listed, and what was passed over on purpose."""


class MissingTarget(Exception):
    """What the user named is not there or may not be read: a sentence for the terminal."""


@cache
def target_kinds() -> tuple[TargetKind, ...]:
    """Every kind of target, sorted by name."""
    found = [
        importlib.import_module(entry.name)
        for entry in pkgutil.iter_modules(__path__, f"{__name__}.")
        if not entry.ispkg
    ]
    return tuple(sorted((cast("TargetKind", module) for module in found), key=lambda kind: kind.KIND))


def target_kind(path: Path) -> TargetKind:
    """The kind of target a path is. Raises `MissingTarget`."""
    for kind in target_kinds():
        try:
            if kind.opens(path):
                return kind
        except PermissionError as error:
            raise MissingTarget(f"{path}: this account has no permission to look at it.") from error
        except OSError as error:
            raise MissingTarget(f"{path}: the system cannot look at it ({error.strerror}).") from error
    if path.exists() or path.is_symlink():
        raise MissingTarget(f"{path}: this is neither a file nor a folder that can be read.")
    raise MissingTarget(f"{path}: there is no such file or folder. Check the spelling.")
