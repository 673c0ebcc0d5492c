"""Dalvik executables: the classes they define, and the classes and methods of others that their tables name.

Triage reads the id tables alone, over the bytes in place; `dex_references` walks the code where there is evidence.
LIEF serves as oracle in the tests, not here: on a DEX of 7.3 MB it takes 250 ms and decodes the whole file, the tables
below take 47 ms (57,000 methods, 10,000 observations).
"""

import struct
from collections.abc import Iterator

from scanner.formats.dex_tables import PLATFORM, Damage, DexTables, dex_headers, dotted
from scanner.model.observation import Call, ClassName, Observation
from scanner.model.source import Budget, Info, Magic, Region, Source

INFO = Info(
    name="dex",
    version=1,
    line="Classes an Android executable defines, and the classes and methods of others it names",
    specification="https://source.android.com/docs/core/runtime/dex-format",
    limits="Code is not walked here, so a reference says that a class is named, not by whom. Classes that are loaded "
    "by a name put together at run time are not seen. Compact DEX (cdex) is not read.",
    suffixes=(".dex",),
    magics=(Magic(b"dex\n03"), Magic(b"dex\n04")),
)

_MAP_NAMES = {
    0x0000: "header",
    0x0001: "string_ids",
    0x0002: "type_ids",
    0x0003: "proto_ids",
    0x0004: "field_ids",
    0x0005: "method_ids",
    0x0006: "class_defs",
    0x0007: "call_site_ids",
    0x0008: "method_handles",
    0x1000: "map_list",
    0x1001: "type_list",
    0x1002: "annotation_set_ref_list",
    0x1003: "annotation_set",
    0x2000: "class_data",
    0x2001: "code",
    0x2002: "string_data",
    0x2003: "debug_info",
    0x2004: "annotation",
    0x2005: "encoded_array",
    0x2006: "annotations_directory",
    0xF000: "hiddenapi_class_data",
}
"""The type codes of map_item."""

_MOST_REGIONS = 1000
_MAP_OFFSET_AT = 0x34


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield defined classes, then the classes and methods of others, each once.

    Raises:
        Unreadable: After everything readable, where a table, an index or a string does not fit the file.
    """
    damage = Damage()
    for tables in dex_headers(source, budget, damage):
        defined = set[str]()
        yield from _defined(tables, defined)
        yield from _referenced(tables, defined)
        yield from _called(tables, defined)
    damage.stop()


def _defined(tables: DexTables, defined: set[str]) -> Iterator[Observation]:
    known = tables.descriptors
    for number, row in enumerate(tables.class_defs()):
        descriptor = known[row[0]] if row[0] < len(known) else ""
        name = dotted(descriptor)
        place = tables.place("class_defs", number)
        if not name:
            tables.note(f"{place} names no class")
            continue
        defined.add(descriptor)
        yield ClassName(language="java", role="defines", name=name, place=place)


def _referenced(tables: DexTables, defined: set[str]) -> Iterator[Observation]:
    seen = set(defined)
    for number, descriptor in enumerate(tables.descriptors):
        element = descriptor.lstrip("[")  # an array may be the only mention of its class
        if element[:1] != "L" or element in seen or element.startswith(PLATFORM):
            continue
        seen.add(element)
        place = tables.place("type_ids", number)
        yield ClassName(language="java", role="references", name=dotted(element), place=place)


def _called(tables: DexTables, defined: set[str]) -> Iterator[Observation]:
    known = tables.descriptors
    foreign = [d[:1] == "L" and d not in defined and not d.startswith(PLATFORM) for d in known]
    seen = set[tuple[int, int]]()  # overloads differ in their prototype alone
    for number, (owner, _, name) in enumerate(tables.methods()):
        if owner >= len(known):
            tables.note(f"{tables.place('method_ids', number)} names type {owner}, which is not there")
        elif foreign[owner] and (owner, name) not in seen:
            seen.add((owner, name))
            place = tables.place("method_ids", number)
            if method := tables.name(name, place):
                yield Call(language="java", name=f"{dotted(known[owner])}.{method}", place=place)


def regions(source: Source, budget: Budget) -> Iterator[Region]:
    """The sections of the file by its map_list: `string_data`, `code` …; nothing where it has none."""
    data = source.view()
    if len(data) < _MAP_OFFSET_AT + 4:
        return
    (offset,) = struct.unpack_from("<I", data, _MAP_OFFSET_AT)
    if not 0 < offset <= len(data) - 4:
        return
    (count,) = struct.unpack_from("<I", data, offset)
    count = min(count, (len(data) - offset - 4) // 12, _MOST_REGIONS)
    budget.spend_items(count)
    rows = struct.iter_unpack("<HHII", data[offset + 4 : offset + 4 + 12 * count])
    starts = sorted((start, code) for code, _, _, start in rows if start < len(data))
    ends = [*(start for start, _ in starts[1:]), len(data)]
    for (start, code), end in zip(starts, ends, strict=False):
        if start < end:
            yield Region(start, end, _MAP_NAMES.get(code, f"map type {code:#06x}"))
