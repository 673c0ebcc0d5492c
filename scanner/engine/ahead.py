"""Ahead: what workers are given while the files are still being listed, so that they need not wait for the last one.

That is the larger files, as they come; what can be dealt out by its members waits until all are known, and so do the
small ones, which fill the time at the end. Where only digests are asked, it is all files. A target of few files is
listed before a worker could have started.
"""

from collections.abc import Sequence

from scanner.engine.batches import BATCH_BYTES, BATCH_FILES, SPLIT_ALONE_FROM_BYTES, can_split
from scanner.engine.task import Batch
from scanner.engine.workers import Pool
from scanner.targets import Entry

FROM_FILES = 1000
"""Of a target with fewer nothing is given ahead."""
LARGE_BYTES = 128 << 10


class Ahead:
    """Gives workers the larger files of targets that are being listed."""

    def __init__(self, pool: Pool, *, is_hashed_only: bool) -> None:
        """`is_hashed_only`: their digests are all that is asked of them."""
        self._pool = pool
        self._is_hashed_only = is_hashed_only
        self._prefix = ""
        self._seen = 0
        self._held: list[Entry] = []
        self._held_bytes = 0
        self._given: list[tuple[Batch, list[Entry]]] = []

    def begin(self, prefix: str) -> None:
        """Another target is listed, whose locators begin so."""
        self._prefix, self._seen, self._held, self._held_bytes, self._given = prefix, 0, [], 0, []

    def look(self, entries: Sequence[Entry]) -> None:
        """Give out what has come to the target's files, which are `entries` so far, and take in what is done."""
        if len(entries) < FROM_FILES:
            return
        for entry in entries[self._seen :]:
            if self._is_hashed_only or _is_large_and_whole(entry):
                self._take(entry)
        self._seen = len(entries)
        self._pool.tend()

    def stop(self) -> None:
        """Nothing of it is wanted any more."""
        self._pool.stop()

    def given(self) -> list[tuple[Batch, list[Entry]]]:
        """What was given out of this target; the rest of what was to be is not."""
        return self._given

    def _take(self, entry: Entry) -> None:
        own = entry.stat[0]
        if self._held and (self._held_bytes + own > BATCH_BYTES or len(self._held) >= BATCH_FILES):
            self._give()
        self._held.append(entry)
        self._held_bytes += own

    def _give(self) -> None:
        names = tuple(entry.name for entry in self._held)
        batch = Batch(root=self._held[0].root, names=names, prefix=self._prefix, is_hashed_only=self._is_hashed_only)
        self._given.append((batch, self._held))
        self._held, self._held_bytes = [], 0
        self._pool.begin(batch)


def _is_large_and_whole(entry: Entry) -> bool:
    size = entry.stat[0]
    return size >= LARGE_BYTES and not (size >= SPLIT_ALONE_FROM_BYTES and can_split(entry))


def left_of(entries: Sequence[Entry], given: Sequence[tuple[Batch, list[Entry]]]) -> Sequence[Entry]:
    """The files that were not given ahead."""
    if not given:
        return entries
    names = {entry.name for _, listed in given for entry in listed}
    return [entry for entry in entries if entry.name not in names]
