"""Excerpt: of a large file the pieces that answer for all of it, put together, so that YARA need not read the rest.

    beginning ‖ gap ‖ what lies around literals ‖ gap ‖ what lies around others …

YARA reads 300 MB/s and Hyperscan, which finds the literals, 2,000. Which rules can be asked that way, and why the
answer is the same, says `catalogue/locality`.
"""

from bisect import bisect_right
from collections.abc import Collection
from functools import cached_property
from typing import Any, NamedTuple

from scanner.catalogue.atom_database import BEGINNING_BYTES, Places
from scanner.formats.mapped import windows

FROM_BYTES = 256 << 10
"""Of smaller files YARA reads all as quickly."""
_MOST_PLACES = 20_000
_LEAST_SAVED = 2
"""The pieces together are at most one such part of the file, or it is read whole."""
_NEIGHBOURS = 2
"""Bytes beside a match that `fullword` looks at, in the wide form."""


class Excerpt(NamedTuple):
    """Pieces of a file."""

    data: bytes
    starts: list[int]
    """Where each piece begins in `data`."""
    origins: list[int]
    """Where it begins in the file."""

    def origin(self, offset: int) -> int:
        """Where in the file something lies."""
        piece = bisect_right(self.starts, offset) - 1
        return self.origins[piece] + offset - self.starts[piece]


class Excerpts:
    """The literals, ready to be looked for. One per process."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._margin = places.longest + places.span + _NEIGHBOURS

    @cached_property
    def _database(self) -> Any:
        import hyperscan

        database = hyperscan.loadb(self._places.serialised, mode=hyperscan.HS_MODE_BLOCK)
        database.scratch = hyperscan.Scratch(database)
        return database

    def of(self, data: memoryview, ends: Collection[int] | None = None) -> Excerpt | None:
        """The pieces of a file, or None where reading all of it is simpler; `ends` says where its literals end, if that
        is known."""
        pieces = self._pieces(data, self._ends(data) if ends is None else ends)
        if pieces is None or sum(end - start for start, end in pieces) > len(data) // _LEAST_SAVED:
            return None
        gap = self._places.gap * (self._places.span + _NEIGHBOURS)
        parts: list[bytes] = []
        starts: list[int] = []
        at = 0
        for start, end in pieces:
            starts.append(at)
            parts += (bytes(data[start:end]), gap)
            at += end - start + len(gap)
        return Excerpt(b"".join(parts), starts, [start for start, _ in pieces])

    def _pieces(self, data: memoryview, ends: Collection[int] | None) -> list[tuple[int, int]] | None:
        """Where they begin and end, in order; None if there are too many places."""
        if ends is None or len(ends) > _MOST_PLACES:
            return None
        pieces = [(0, min(BEGINNING_BYTES, len(data)))]
        for at in sorted(ends):
            start, end = max(at - self._margin, 0), min(at + self._margin, len(data))
            if start <= pieces[-1][1]:
                pieces[-1] = (pieces[-1][0], max(end, pieces[-1][1]))
            else:
                pieces.append((start, end))
        return pieces

    def _ends(self, data: memoryview) -> set[int] | None:
        """Where literals end."""
        import hyperscan

        ends: set[int] = set()
        offset = 0

        def note(_what: int, _start: int, end: int, *_: object) -> bool:
            """Take down a place; to say yes ends the search."""
            ends.add(offset + end)
            return len(ends) > _MOST_PLACES

        overlap = self._places.longest - 1
        for window in windows(data, overlap=overlap):
            try:
                self._database.scan(window, match_event_handler=note)
            except hyperscan.error:
                return None
            offset += len(window) - overlap
        return ends
