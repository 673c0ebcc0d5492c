"""Budgets: what reading an artifact may cost. Counts decide; wall time is only the last guard.

Each artifact spends from an allowance of its own and from that of everything around it, so that a thousand small
bombs cost no more than one big one.
"""

import time

import msgspec

from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

OUT_OF_MEMORY = "Reading it took more memory than the scan's limit allows."
_USUAL_BYTES = 2 << 30
"""A file up to this size has the time that the limits say; a larger one that much more."""
_BYTES_AN_ITEM = 512
"""A file of many GiB may have an entry for each so many of its bytes, where that is more than the limits say."""
_TIMES_READ = 4
"""How often the bytes of such a file may be handed out: by its file systems, and by archives in them."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much a target's file may cost, with everything nested in it."""

    nesting: int = 12
    """Containers in containers."""
    items_per_artifact: int = 4_000_000
    """Members, table rows, nodes of one artifact."""
    items: int = 40_000_000
    """The same for a file with everything in it."""
    inflated_bytes: int = 16 << 30
    """Bytes made from a file: inflated, decoded, copied."""
    ratio: int = 400
    """Bytes made from one container for each of its own, beyond `ratio_floor_bytes`."""
    ratio_floor_bytes: int = 64 << 20
    member_bytes: int = 4 << 30
    """One member."""
    memory_bytes: int = 64 << 20
    """A member up to this size is held in memory, a larger one in an unnamed temporary file."""
    seconds: float = 600.0
    """One file with everything in it."""
    worker_bytes: int = 3 << 30
    """What one worker process may allocate; mapped files do not count."""

    def seconds_for(self, own_bytes: int) -> float:
        """What one file of `own_bytes` bytes may take: a disk image holds the files of a whole computer."""
        return self.seconds * max(1.0, own_bytes / _USUAL_BYTES)


class TargetLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much everything that the user named may cost together; 0 is no limit. What the cache knows costs nothing."""

    seconds: float = 0.0
    """From the first file to the last; it cuts a scan where it is then, which no count can foresee."""
    items: int = 0
    """Members, table rows, nodes."""
    inflated_bytes: int = 0
    """Bytes made from files: inflated, decoded, copied."""


class Allowance:
    """A `Budget` with a parent: what is spent here is spent there too."""

    __slots__ = ("_bytes", "_deadline", "_given", "_items", "_parent", "_until_clock", "drawn_bytes")

    def __init__(self, *, items: int, made_bytes: int, deadline: float, parent: "Allowance | None" = None) -> None:
        self._items = items
        self._bytes = made_bytes
        self._given = (items, made_bytes)
        self._deadline = deadline
        self._parent = parent
        self._until_clock = 1000
        self.drawn_bytes = 0
        """How many bytes of neighbours it stands on beside its own."""

    @classmethod
    def for_file(cls, limits: Limits, own_bytes: int = 0) -> "Allowance":
        """The allowance of one file of the target, of `own_bytes` bytes, with everything nested in it."""
        return cls(
            items=max(limits.items, own_bytes // _BYTES_AN_ITEM),
            made_bytes=max(limits.inflated_bytes, own_bytes * _TIMES_READ),
            deadline=time.monotonic() + limits.seconds_for(own_bytes),
        )

    def child(self, limits: Limits, *, own_bytes: int) -> "Allowance":
        """The allowance of one artifact of `own_bytes` bytes."""
        made = max(limits.ratio_floor_bytes, own_bytes * limits.ratio)
        items = max(limits.items_per_artifact, own_bytes // _BYTES_AN_ITEM)
        return Allowance(items=items, made_bytes=made, deadline=self._deadline, parent=self)

    @property
    def spent(self) -> tuple[int, int]:
        """Items and bytes so far."""
        return self._given[0] - self._items, self._given[1] - self._bytes

    def draw(self, limits: Limits, own_bytes: int) -> None:
        """Allow for what is made of a neighbour of `own_bytes` bytes: an index of layers is small, they are not."""
        self.drawn_bytes += own_bytes
        self._bytes += own_bytes * limits.ratio

    def spend_items(self, count: int = 1) -> None:
        """Count `count` members, rows or nodes. Raises `Unreadable` when none are left."""
        spender: Allowance | None = self
        while spender is not None:  # written out: called for every node of every tree that is read
            spender._items -= count
            if spender._items < 0:
                raise Unreadable(
                    Cause.LIMIT, "It holds more entries than the scan's limit allows; the rest was not read."
                )
            spender = spender._parent
        self._until_clock -= count
        if self._until_clock <= 0:
            self._watch_clock(0)

    def spend_bytes(self, count: int) -> None:
        """Count `count` bytes that are about to be made. Raises `Unreadable` when that is too many."""
        self._bytes -= count
        if self._bytes < 0:
            raise Unreadable(
                Cause.LIMIT, "It unpacks to more bytes than the scan's limit allows; the rest was not read."
            )
        self._watch_clock(1000)
        if self._parent is not None:
            self._parent.spend_bytes(count)

    def _watch_clock(self, count: int) -> None:
        self._until_clock -= count
        if self._until_clock <= 0:
            self._until_clock = 1000
            if time.monotonic() > self._deadline:
                raise Unreadable(Cause.TIMED_OUT, "Reading it took longer than the scan's limit allows.")
