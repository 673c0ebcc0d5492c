"""Content that stands in a container as it is, or behind everything that the container knows of."""

import re
from collections.abc import Iterable, Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

PIECE_BYTES = 1 << 20
_LINES_BYTES = 1 << 18
_CONTENT = re.compile(rb"[^\0]")
_WRITTEN = re.compile(rb"[^\0\xff]")


def slices(data: memoryview, start: int, size: int, budget: Budget) -> Iterator[bytes]:
    """Yield `size` bytes from `start`, at most 1 MiB at a time.

    Raises:
        Unreadable: The container ends before, or the budget does.
    """
    end = start + size
    for at in range(start, min(end, len(data)), PIECE_BYTES):
        piece = data[at : min(at + PIECE_BYTES, end)]
        budget.spend_bytes(len(piece))
        yield bytes(piece)
    if end > len(data):
        raise Unreadable(Cause.DAMAGED, "The archive ends inside it; what came before was read.")


def lines(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Texts that the budget has paid for with their ends, a line each, in pieces."""
    held = bytearray()
    for text in texts:
        held += text
        held += b"\n"
        while len(held) >= _LINES_BYTES:
            yield bytes(held[:_LINES_BYTES])
            del held[:_LINES_BYTES]
    if held:
        yield bytes(held)


def part(data: memoryview, name: str, start: int, size: int, jail: Jail, budget: Budget) -> Member:
    """A stretch of a container as a member of that name."""
    budget.spend_items()
    safe = jail.admit(name)
    read = partial(slices, data, start, size, budget)
    return Member(name=safe.text, kind="file", size=size, chunks=read, notes=safe.notes)


def rest(data: memoryview, end: int, jail: Jail, budget: Budget) -> Iterator[Member]:
    """What lies behind an image in flash memory, where parts follow each other, if it is not all empty."""
    if _WRITTEN.search(data, min(end, len(data))) is not None:
        yield part(data, "(behind the end).bin", end, len(data) - end, jail, budget)


def behind(data: memoryview, end: int, jail: Jail, budget: Budget) -> Iterator[Member]:
    """The bytes behind the end of an archive as a member, if there are any but zeros: something may hide there."""
    found = _CONTENT.search(data, min(end, len(data)))
    if found is None:
        return
    start = found.start()
    name = jail.admit("(behind the end)")
    yield Member(
        name=name.text,
        kind="file",
        size=len(data) - start,
        chunks=partial(slices, data, start, len(data) - start, budget),
        notes=(*name.notes, "These bytes lie behind the end of the archive."),
    )
