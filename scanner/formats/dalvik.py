"""Dalvik bytecode: where instructions begin, and which of them name a type, a field or a method.

Specification: source.android.com/docs/core/runtime/dalvik-bytecode and …/instruction-formats. Code is a row of 16-bit
units; an instruction's low byte is its opcode and, in all that matter here, the second unit is the index it names.
"""

from collections.abc import Iterator, Sequence
from enum import Enum, auto

from scanner.model.source import Budget


class Names(Enum):
    """What the index of an instruction points into."""

    TYPE = auto()
    FIELD = auto()
    METHOD = auto()


_LENGTHS = (
    # 0x00: nop, moves, returns, constants
    (1, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 1, 1, 1, 1, 1)
    # 0x10
    + (1, 1, 1, 2, 3, 2, 2, 3, 5, 2, 2, 3, 2, 1, 1, 2)
    # 0x20: instance-of … goto/32, switches, comparisons
    + (2, 1, 2, 2, 3, 3, 3, 1, 1, 2, 3, 3, 3, 2, 2, 2)
    # 0x30: comparisons and branches; 0x3e to 0x43 are unused
    + (2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1)
    # 0x40: array access from 0x44
    + (1, 1, 1, 1) + (2,) * 12
    # 0x50: array access, instance fields
    + (2,) * 16
    # 0x60: static fields, invoke-kind from 0x6e
    + (2,) * 14 + (3, 3)
    # 0x70: invoke-kind, invoke-kind/range, conversions from 0x7b
    + (3, 3, 3, 1, 3, 3, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1)
    # 0x80: conversions
    + (1,) * 16
    # 0x90, 0xa0: arithmetic
    + (2,) * 32
    # 0xb0, 0xc0: arithmetic in place
    + (1,) * 32
    # 0xd0: arithmetic with constants
    + (2,) * 16
    # 0xe0: the last three of them, then unused
    + (2, 2, 2) + (1,) * 13
    # 0xf0: unused, invoke-polymorphic, invoke-custom, const-method-handle, const-method-type
    + (1,) * 10 + (4, 4, 3, 3, 2, 2)
)  # fmt: skip
"""Units of each opcode's instruction."""


def _names() -> tuple[Names | None, ...]:
    table: list[Names | None] = [None] * 256
    for opcode in (0x1C, 0x1F, 0x20, 0x22, 0x23, 0x24, 0x25):  # const-class … filled-new-array/range
        table[opcode] = Names.TYPE
    for opcode in range(0x52, 0x6E):  # iget … sput-short
        table[opcode] = Names.FIELD
    for opcode in (*range(0x6E, 0x73), *range(0x74, 0x79), 0xFA, 0xFB):  # invoke-…, invoke-polymorphic
        table[opcode] = Names.METHOD
    return tuple(table)


_NAMES = _names()
_CONST_STRING_JUMBO = 0x1B
_CONST_STRINGS = frozenset({0x1A, _CONST_STRING_JUMBO})
_MOVE_RESULTS = frozenset({0x0A, 0x0B, 0x0C})
_INVOKE_RANGES = frozenset({*range(0x74, 0x79), 0xFB})
_PACKED_SWITCH, _SPARSE_SWITCH, _ARRAY_DATA = 0x0100, 0x0200, 0x0300


def named(units: Sequence[int], wanted: frozenset[int], budget: Budget) -> Iterator[tuple[Names, int, int]]:
    """Yield what instructions name, the index, and the unit they stand at, for the wanted indices alone.

    Most code names nothing wanted, and its units then do not even hold the number: that is asked first, at C speed.
    """
    budget.spend_items(1 + len(units) // 64)
    if wanted.isdisjoint(units):
        return
    budget.spend_items(len(units))
    at = 0
    while at < len(units) - 1:
        unit = units[at]
        kind = _NAMES[unit & 0xFF]
        if kind is not None and units[at + 1] in wanted:
            yield kind, units[at + 1], at
        at += _LENGTHS[unit & 0xFF] if unit & 0xFF else _pseudo_length(units, at)


def texts_given(
    units: Sequence[int], texts: frozenset[int], methods: frozenset[int], budget: Budget
) -> Iterator[tuple[int, int, int]]:
    """Yield which of the wanted constant texts is given to which of the wanted methods, and the unit of the call.

    Followed in a straight line: the register that holds a text must still hold it where the method is called.
    """
    budget.spend_items(1 + len(units) // 64)
    if methods.isdisjoint(units):
        return
    budget.spend_items(len(units))
    held: dict[int, int] = {}
    at = 0
    while at < len(units) - 2:
        unit = units[at]
        opcode, register = unit & 0xFF, unit >> 8
        if opcode in _CONST_STRINGS:
            held[register] = units[at + 1] | (units[at + 2] << 16 if opcode == _CONST_STRING_JUMBO else 0)
        elif opcode in _MOVE_RESULTS:
            held.pop(register, None)
        elif _NAMES[opcode] is Names.METHOD and units[at + 1] in methods:
            given = (held.get(number) for number in _arguments(units, at))
            yield from ((text, units[at + 1], at) for text in given if text in texts)
        at += _LENGTHS[opcode] if opcode else _pseudo_length(units, at)


def _arguments(units: Sequence[int], at: int) -> Sequence[int]:
    """The registers that a call hands over: up to five of them by name, or a range."""
    count, third = units[at] >> 8, units[at + 2]
    if units[at] & 0xFF in _INVOKE_RANGES:
        return range(third, third + count)
    listed = (*(third >> shift & 0xF for shift in (0, 4, 8, 12)), count & 0xF)
    return listed[: count >> 4]


def _pseudo_length(units: Sequence[int], at: int) -> int:
    """Units of a nop, or of the table of a switch or an array that hides behind the opcode of nop."""
    kind, size = units[at], units[at + 1]
    if kind == _PACKED_SWITCH:
        return 4 + 2 * size
    if kind == _SPARSE_SWITCH:
        return 2 + 4 * size
    if kind == _ARRAY_DATA and at + 3 < len(units):
        elements = units[at + 2] | units[at + 3] << 16
        return 4 + (size * elements + 1) // 2
    return 1
