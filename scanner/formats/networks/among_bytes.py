"""Networks among other bytes: where an end follows, how far a text reaches.

What is searched is paid for, so that a file with many beginnings and no end is not searched again from each.
"""

import re

from scanner.model.source import Budget

_NO_TEXT = re.compile(rb"[\0-\x08\x0e-\x1f\x7f]")
_PIECE_BYTES = 1 << 16
_LONGEST_BEFORE = 1 << 20
_BYTES_AN_ITEM = 1 << 12


def end_behind(pattern: re.Pattern[bytes], data: memoryview, at: int, budget: Budget) -> int | None:
    """Where the first thing that the pattern finds behind a place ends. Raises `Unreadable` (limit)."""
    found = pattern.search(data, at)
    budget.spend_items(1 + ((found.end() if found is not None else len(data)) - at) // _BYTES_AN_ITEM)
    return found.end() if found is not None else None


def text_end(data: memoryview, at: int, budget: Budget) -> int:
    """Where the text around a place ends. Raises `Unreadable` (limit)."""
    behind = end_behind(_NO_TEXT, data, at, budget)
    return len(data) if behind is None else behind - 1


def text_start(data: memoryview, at: int) -> int:
    """Where the text around a place begins, no more than 1 MiB before it."""
    start = at
    while start > max(0, at - _LONGEST_BEFORE):
        piece = bytes(data[max(0, start - _PIECE_BYTES) : start])[::-1]
        found = _NO_TEXT.search(piece)
        start -= found.start() if found is not None else len(piece)
        if found is not None:
            break
    return start
