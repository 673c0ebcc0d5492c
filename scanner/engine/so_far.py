"""So far: what a worker tells of a file that takes long, while it is still at it.

A disk image is one file, and may be most of a scan: how far it is shows that the scan goes on, and what has been read
of its members is kept should the scan be stopped.
"""

import time
from collections.abc import Callable

import msgspec

from scanner.engine.remember import Found

EVERY_S = 1.0


class SoFar(msgspec.Struct, array_like=True):
    """How far a worker is with the file at hand, or with its part of it."""

    locator: str = ""
    """What it came to last."""
    files: int = 0
    """How many lie in the file that are done."""
    size: int = 0
    """What these hold, in bytes."""
    keep: dict[bytes, bytes] = {}
    """For the cache, and for what machines share: only what was not told before."""


class Tally:
    """Counts what is done of one file, and tells it now and then."""

    def __init__(self, locator: str, tell: Callable[[SoFar], None], kept: Callable[[], dict[bytes, bytes]]) -> None:
        self._so_far = SoFar(locator)
        self._file = locator
        self._tell = tell
        self._kept = kept
        self._next = time.monotonic() + EVERY_S

    def done(self, found: Found) -> None:
        """An artifact of the file is done."""
        so_far = self._so_far
        if found.artifact.locator:
            so_far.files += 1
            so_far.size += found.artifact.size
        now = time.monotonic()
        if now >= self._next:
            self._next = now + EVERY_S
            so_far.locator = self._file + found.artifact.locator
            so_far.keep = self._kept()
            self._tell(so_far)
