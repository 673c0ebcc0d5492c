"""Volumes: what divides a disk, or a part of one, into parts that hold file systems or are divided again.

A way of dividing is a module here, found by its place, with `NAME` (for people), `MAGICS`, `recognises(head) -> bool`
over the first `HEAD_BYTES` bytes, and `volumes(disk, budget) -> list[Volume]`, which raises `Unreadable` and gives
nothing where there is nothing to divide after all.
"""

import importlib
import pkgutil
from functools import cache
from typing import NamedTuple, Protocol, cast

from scanner.containers.disks import Disk
from scanner.model.source import Budget, Magic


class Volume(NamedTuple):
    """A part of a disk."""

    name: str
    """What stands before the paths of its files, with a slash at its end; empty for a whole disk."""
    disk: Disk
    start: int = 0
    """On the disk it is a part of, in bytes; 0 where its blocks lie scattered over that."""


class Division(Protocol):
    """A module under volumes/."""

    NAME: str
    MAGICS: tuple[Magic, ...]

    def recognises(self, head: bytes) -> bool:
        """Whether a disk begins as one that is so divided."""

    def volumes(self, disk: Disk, budget: Budget) -> list[Volume]:
        """The parts."""


@cache
def divisions() -> tuple[Division, ...]:
    """Every way, sorted by name."""
    found = [importlib.import_module(entry.name) for entry in pkgutil.iter_modules(__path__, f"{__name__}.")]
    modules = [cast("Division", module) for module in found if hasattr(module, "volumes")]
    return tuple(sorted(modules, key=lambda module: module.NAME))


def division_of(head: bytes) -> Division | None:
    """The way in which a disk with that beginning is divided."""
    return next((division for division in divisions() if division.recognises(head)), None)
