"""Text among other bytes: how far it reaches around a place in it."""

import re

from scanner.formats.networks import Extent

_NO_TEXT = re.compile(rb"[\0-\x08\x0e-\x1f\x7f]")
_PIECE_BYTES = 1 << 16
_LONGEST_BEFORE = 1 << 20


def text_run(data: memoryview, at: int) -> Extent:
    """The bytes around a place up to those that stand in no text; before it, no more than 1 MiB."""
    start = at
    while start > max(0, at - _LONGEST_BEFORE):
        piece = bytes(data[max(0, start - _PIECE_BYTES) : start])[::-1]
        found = _NO_TEXT.search(piece)
        start -= found.start() if found is not None else len(piece)
        if found is not None:
            break
    end = _NO_TEXT.search(data, at)
    return Extent(start, end.start() if end is not None else len(data))
