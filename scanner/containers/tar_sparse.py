"""Sparse files in tar archives: a map says where the stored bytes belong; what lies between is zeros.

The map stands in the header and in blocks behind it (GNU's own type `S`), in pax records (versions 0.0 and 0.1), or
before the content (1.0). See the GNU tar manual, "Storing Sparse Files".
"""

from collections.abc import Iterator
from typing import NamedTuple

from scanner.containers.stored import PIECE_BYTES, slices
from scanner.containers.tar_headers import BLOCK, Header, number
from scanner.model.source import Budget

_PAIR_BYTES = 24
_PAIRS_IN_HEADER, _PAIRS_IN_BLOCK = range(386, 482, _PAIR_BYTES), range(0, 504, _PAIR_BYTES)
_REAL_SIZE = slice(483, 495)
_LARGEST_MAP = 1 << 20
_MOSTLY_EMPTY_BYTES, _LITTLE_BYTES = 64 << 20, 1 << 20
"""A file larger than the first that stores less than the second is not filled up with zeros."""


class Part(NamedTuple):
    """Stored bytes and where they belong."""

    offset: int
    size: int


class Sparse(NamedTuple):
    """A sparse file: its parts in the order they are stored, from `start` on."""

    data: memoryview
    start: int
    size: int
    """With all its holes, in bytes."""
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()

    def pieces(self, budget: Budget) -> Iterator[bytes]:
        """Yield the content with its holes, at most 1 MiB at a time. Raises `Unreadable` as stored content does."""
        at, stored = 0, self.start
        for part in self.parts:
            budget.spend_items()
            yield from _zeros(part.offset - at, budget)
            yield from slices(self.data, stored, part.size, budget)
            at, stored = part.offset + part.size, stored + part.size
        yield from _zeros(self.size - at, budget)


def sparse(data: memoryview, header: Header, budget: Budget) -> Sparse | None:
    """The sparse file that a header describes; None if it describes none."""
    if header.type == b"S":
        found = Sparse(data, header.start, number(data[header.offset :][_REAL_SIZE]) or 0, _gnu_parts(data, header))
    elif header.extended.get(b"GNU.sparse.major") == b"1":
        start, parts = _parts_before_content(data, header)
        found = Sparse(data, start, _decimal(header.extended.get(b"GNU.sparse.realsize")), parts)
    elif b"GNU.sparse.map" in header.extended:
        numbers = [_decimal(text) for text in header.extended[b"GNU.sparse.map"].split(b",")]
        found = Sparse(data, header.start, _decimal(header.extended.get(b"GNU.sparse.size")), _paired(numbers))
    else:
        return None
    budget.spend_items(len(found.parts))
    return _sensible(found, header)


def _sensible(found: Sparse, header: Header) -> Sparse:
    """The file as its map says; or, where that makes no sense or no use, the stored bytes alone."""
    end = stored = 0
    for part in found.parts:
        if part.offset < end:
            return _unmapped(found, header, "The map of this sparse file is damaged; its stored bytes were read.")
        end, stored = part.offset + part.size, stored + part.size
    if end > found.size or stored != header.start + header.size - found.start:
        return _unmapped(found, header, "The map of this sparse file is damaged; its stored bytes were read.")
    if found.size > _MOSTLY_EMPTY_BYTES and stored < _LITTLE_BYTES:
        return _unmapped(found, header, "It is sparse and almost empty; its holes are left out.")
    return found


def _unmapped(found: Sparse, header: Header, note: str) -> Sparse:
    size = max(0, header.start + header.size - found.start)
    return Sparse(found.data, found.start, size, (Part(0, size),), (note,))


def _gnu_parts(data: memoryview, header: Header) -> tuple[Part, ...]:
    fields = [data[header.offset + at : header.offset + at + _PAIR_BYTES] for at in _PAIRS_IN_HEADER]
    for block in range(header.offset + BLOCK, header.start, BLOCK):
        fields += [data[block + at : block + at + _PAIR_BYTES] for at in _PAIRS_IN_BLOCK]
    parts = (Part(number(field[:12]) or 0, number(field[12:]) or 0) for field in fields)
    return tuple(part for part in parts if part.size)


def _parts_before_content(data: memoryview, header: Header) -> tuple[int, tuple[Part, ...]]:
    """Version 1.0: decimal numbers, each ended by a newline, the first their count; then the content."""
    text = bytes(data[header.start : header.start + min(header.size, _LARGEST_MAP)])
    count, _, rest = text.partition(b"\n")
    lines = rest.split(b"\n", 2 * min(_decimal(count), _LARGEST_MAP))
    numbers = [_decimal(line) for line in lines[:-1]]
    map_bytes = len(count) + 1 + sum(len(line) + 1 for line in lines[:-1])
    return header.start + -(-map_bytes // BLOCK) * BLOCK, _paired(numbers)


def _paired(numbers: list[int]) -> tuple[Part, ...]:
    return tuple(Part(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=False))


def _decimal(text: bytes | None) -> int:
    return int(text) if text is not None and text.isdigit() and len(text) < 20 else 0


def _zeros(count: int, budget: Budget) -> Iterator[bytes]:
    while count > 0:
        piece = min(count, PIECE_BYTES)
        budget.spend_bytes(piece)
        yield bytes(piece)
        count -= piece
