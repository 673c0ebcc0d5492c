"""Records of binary formats, read in place: fixed layouts, runs of them, names that end in a NUL.

Offsets and counts come from the file and are claims: nothing here allocates by them, and what reaches past the end
of the artifact raises `Unreadable(damaged)` or, for runs of records, ends early.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Any

from scanner.formats.buffers import rows_of
from scanner.model.source import Budget, Source, Unreadable
from scanner.model.vocabulary import Cause

MAX_NAME_BYTES = 65_536
"""A name without an end inside so many bytes is damage, not a name."""

_FIRST_LOOK_BYTES = 256
_AT_ONCE = 64
"""So many records are counted, and read, before the first of them is handed out."""


def damaged(reason: str) -> Unreadable:
    """The exception for a structure that contradicts its specification; `reason` is a whole sentence."""
    return Unreadable(Cause.DAMAGED, reason)


def record(source: Source, layout: Struct, offset: int, what: str) -> tuple[Any, ...]:
    """One record at `offset`.

    Raises:
        Unreadable: the artifact ends inside it; the sentence names it by `what`.
    """
    view = source.view(offset, layout.size)
    if len(view) < layout.size:
        raise damaged(f"The file ends before {what} is complete.")
    return layout.unpack(view)


def records(
    source: Source, layout: Struct, offset: int, count: int, budget: Budget, stride: int = 0
) -> Iterator[tuple[Any, ...]]:
    """Up to `count` records from `offset` on, `stride` bytes apart; fewer where the artifact ends first."""
    stride = max(stride, layout.size)
    view = source.view(offset, min(count * stride, source.size))
    whole = (len(view) + stride - layout.size) // stride
    for first in range(0, whole, _AT_ONCE):
        rows = min(_AT_ONCE, whole - first)
        budget.spend_items(rows)
        if stride == layout.size:
            yield from rows_of(layout, view[first * stride : (first + rows) * stride])
        else:
            yield from (layout.unpack_from(view, number * stride) for number in range(first, first + rows))


def name_at(source: Source, offset: int, budget: Budget) -> str:
    """The name at `offset` up to its NUL, as `text` gives it.

    Raises:
        Unreadable: it has no end within `MAX_NAME_BYTES`, or the artifact ends first.
    """
    return text(raw_name_at(source, offset, budget))


def raw_name_at(source: Source, offset: int, budget: Budget) -> bytes:
    """The bytes of the name at `offset` up to its NUL; raises as `name_at` does."""
    for length in (_FIRST_LOOK_BYTES, MAX_NAME_BYTES):
        raw, end, _ = bytes(source.view(offset, length)).partition(b"\0")
        if end:
            budget.spend_bytes(len(raw))
            return raw
    raise damaged("A name reaches past the end of its table or of the file.")


def text(raw: bytes) -> str:
    """Bytes of a name as valid Unicode, undecodable ones as `\\xNN`."""
    return raw.decode("utf-8", "backslashreplace")
