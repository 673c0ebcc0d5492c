"""What stands below a class of a DEX file: its fields and methods, and the code of a method.

Both the depth readers of `dex` walk it: `dex_references` (who uses a class) and `dex_loads` (who loads a library).
Specification: source.android.com/docs/core/runtime/dex-format, class_data_item and code_item.
"""

import sys
from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scanner.formats.dex_tables import DexTables, uleb128
from scanner.model.source import Budget

_CODE_HEADER_BYTES = 16


class Member(NamedTuple):
    """A field or a method that a class defines."""

    is_method: bool
    number: int
    """Its row in field_ids or method_ids."""
    code: int
    """Where its code_item begins; 0 for a field, and for a method without code."""


def members_of(tables: DexTables, row: tuple[int, ...], place: str, budget: Budget) -> Iterator[Member]:
    """The fields and methods of a class by its row of class_defs; what leaves the file is noted as damage."""
    if not row[6]:
        return
    try:
        yield from _members_at(tables.data, row[6], budget)
    except (IndexError, ValueError):
        tables.note(f"{place} has class data that leaves the file")


def _members_at(data: memoryview, offset: int, budget: Budget) -> Iterator[Member]:
    counts = []
    for _ in range(4):
        count, offset = uleb128(data, offset)
        counts.append(count)
    for kind, count in enumerate(counts):
        is_method = kind >= 2
        index = code = 0
        for _ in range(count):
            budget.spend_items()
            step, offset = uleb128(data, offset)
            _, offset = uleb128(data, offset)
            if is_method:
                code, offset = uleb128(data, offset)
            index += step
            yield Member(is_method, index, code)


def method_name(tables: DexTables, methods: Sequence[tuple[int, int, int]], index: int) -> str:
    """The name of a method by its row of method_ids; empty where there is none."""
    if index >= len(methods):
        return ""
    return tables.name(methods[index][2], tables.place("method_ids", index))


def units_at(tables: DexTables, code: int, place: str) -> Sequence[int]:
    """The 16-bit units of a code_item, cut to the file."""
    data = tables.data
    if code + _CODE_HEADER_BYTES > len(data):
        tables.note(f"{place} has code beyond the end")
        return ()
    claimed = int.from_bytes(data[code + 12 : code + 16], "little")
    held = min(claimed, (len(data) - code - _CODE_HEADER_BYTES) // 2)
    if held < claimed:
        tables.note(f"{place} has code beyond the end")
    units = data[code + _CODE_HEADER_BYTES : code + _CODE_HEADER_BYTES + 2 * held]
    if sys.byteorder == "little":
        return units.cast("H")
    swapped = array("H", bytes(units))
    swapped.byteswap()
    return swapped
