"""Protocol buffers by their wire format alone: field numbers, wire types and where values lie.

A message's fields are walked over the bytes in place; what is not asked for is stepped over by its length, so that a
network's weights are never touched.

Specification: https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterator
from typing import NamedTuple

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_LONGEST_VARINT = 10
VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5


class Field(NamedTuple):
    """One field of a message."""

    number: int
    wire: int
    value: int
    """Of a varint or a fixed number, as unsigned; 0 for a field with a length."""
    data: memoryview
    """Of a field with a length; empty otherwise."""

    @property
    def signed(self) -> int:
        """The number, taken as signed 64 bits."""
        return self.value - (1 << 64) if self.value >> 63 else self.value


_EMPTY = memoryview(b"")


def fields(data: memoryview, budget: Budget) -> Iterator[Field]:
    """Yield the fields of a message in the order of the file.

    Raises:
        Unreadable: damaged, where the bytes are no message; limit, when there are too many fields.
    """
    at, end = 0, len(data)
    while at < end:
        budget.spend_items()
        key, at = varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == VARINT:
            value, at = varint(data, at)
            yield Field(number, wire, value & 0xFFFF_FFFF_FFFF_FFFF, _EMPTY)
        elif wire == LENGTH:
            size, at = varint(data, at)
            if size > end - at:
                raise Unreadable(Cause.DAMAGED, "A part of the description says it is longer than what it lies in.")
            yield Field(number, wire, 0, data[at : at + size])
            at += size
        elif wire in (FIXED64, FIXED32):
            width = 8 if wire == FIXED64 else 4
            if width > end - at:
                raise Unreadable(Cause.DAMAGED, "The description ends in the middle of a number.")
            yield Field(number, wire, int.from_bytes(data[at : at + width], "little"), _EMPTY)
            at += width
        else:
            raise Unreadable(Cause.DAMAGED, "The description is damaged, or is no protocol buffer.")


def numbers(field: Field, budget: Budget, most: int = 64) -> Iterator[int]:
    """The signed numbers of a repeated field, packed or one by one; no more than `most`."""
    if field.wire != LENGTH:
        yield field.signed
        return
    at = count = 0
    while at < len(field.data) and count < most:
        budget.spend_items()
        value, at = varint(field.data, at)
        count += 1
        yield value - (1 << 64) if value >> 63 else value


class Place(NamedTuple):
    """Where the value of a field lies."""

    number: int
    start: int
    end: int


def places(data: memoryview, known: dict[int, int], once: frozenset[int], budget: Budget) -> Iterator[Place]:
    """Yield where fields with the wire types of `known` lie, one behind the other, as far as there are such.

    For a message that lies in other bytes, so that its end is not known: a field of `once` that comes a second time
    begins another message. Raises `Unreadable` (limit) alone.
    """
    at, told = 0, set[int]()
    while at < len(data):
        budget.spend_items()
        key, start = _varint_or_none(data, at)
        number, wire = key >> 3, key & 7
        if known.get(number) != wire or number in told:
            return
        size = 8 if wire == FIXED64 else 4
        if wire in (VARINT, LENGTH):
            size, start = _varint_or_none(data, start)
            size = size if wire == LENGTH or size < 0 else 0
        if size < 0 or size > len(data) - start:
            return
        told |= {number} & once
        at = start + size
        yield Place(number, start, at)


def is_message(head: bytes, known: dict[int, int], least: int = 2) -> bool:
    """Whether the first bytes read as fields with the wire types of `known`; one may reach beyond them."""
    at = found = 0
    try:
        while at < len(head) and found < least:
            key, at = varint(memoryview(head), at)
            wire = known.get(key >> 3)
            if wire is None or wire != key & 7:
                return False
            size, at = varint(memoryview(head), at) if wire in (VARINT, LENGTH) else ((8 if wire == FIXED64 else 4), at)
            at += size if wire != VARINT else 0
            found += 1
    except Unreadable:
        return False
    return found > 0


def varint(data: memoryview, at: int) -> tuple[int, int]:
    """The number of open length at a place, and where the next part begins.

    Raises:
        Unreadable: damaged, where it does not end.
    """
    value = shift = 0
    for step in range(_LONGEST_VARINT):
        if at + step >= len(data):
            raise Unreadable(Cause.DAMAGED, "The description ends in the middle of a number.")
        byte = data[at + step]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at + step + 1
        shift += 7
    raise Unreadable(Cause.DAMAGED, "The description holds a number that is too long.")


def _varint_or_none(data: memoryview, at: int) -> tuple[int, int]:
    """The same, with -1 where it does not end."""
    try:
        return varint(data, at)
    except Unreadable:
        return -1, at
