"""Encrypted volumes: which they are, and what a key that the user gave opens.

A kind of encryption is a module here, found by its place, with `NAME` (for people), `MAGICS`,
`recognises(head) -> bool` over the first `HEAD_BYTES` bytes of a volume, and `unlocked(disk, keys, budget) -> Disk`,
which raises `Unreadable`. A key is the content of a file that the user named; what it may be, each module says.
"""

import importlib
import pkgutil
from functools import cache
from typing import Protocol, cast

from scanner.containers.disks import Disk
from scanner.model.source import Budget, Magic


class Encryption(Protocol):
    """A module under encryptions/."""

    NAME: str
    MAGICS: tuple[Magic, ...]

    def recognises(self, head: bytes) -> bool:
        """Whether a volume with that beginning is encrypted so."""

    def unlocked(self, disk: Disk, keys: tuple[bytes, ...], budget: Budget) -> Disk:
        """The disk inside. Raises `Unreadable` where none of the keys opens it."""


@cache
def encryptions() -> tuple[Encryption, ...]:
    """Every kind, sorted by name."""
    found = [importlib.import_module(entry.name) for entry in pkgutil.iter_modules(__path__, f"{__name__}.")]
    modules = [cast("Encryption", module) for module in found if hasattr(module, "unlocked")]
    return tuple(sorted(modules, key=lambda module: module.NAME))


def encryption_of(head: bytes) -> Encryption | None:
    """What a volume with that beginning is encrypted by; None if by nothing known."""
    return next((one for one in encryptions() if one.recognises(head)), None)
