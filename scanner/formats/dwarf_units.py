"""Compile units of DWARF debug information: which file of source code each was made from, and by which compiler.

pyelftools reads it, for DWARF has five versions and some sixty forms. It is handed sections, never a file: so it
neither follows links to other files nor unpacks or allocates by claims of the file, and each of its reads spends from
the budget. It takes 40 ms to import and up to a millisecond a unit, so it is for files with evidence alone.

Specification: DWARF 5, chapters 3.1 and 7.5: https://dwarfstd.org
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from scanner.formats.records import damaged, text
from scanner.model.source import Budget

if TYPE_CHECKING:
    from elftools.dwarf.die import DIE
    from elftools.dwarf.dwarfinfo import DWARFInfo

SECTIONS = ("info", "abbrev", "str", "line_str", "str_offsets", "addr")
"""What units are read from, as named behind `.debug_`."""
_UNUSED = ("aranges", "frame", "loc", "ranges", "line", "pubtypes", "pubnames", "loclists", "rnglists", "sup", "types")
_MOST_UNITS = 300


class CompileUnit(NamedTuple):
    """A unit's source and compiler, each empty where it does not say."""

    offset: int
    """In `.debug_info`."""
    source: str
    compiler: str


class _Counted(BytesIO):
    """Bytes of which each read spends from the budget."""

    def __init__(self, content: bytes, budget: Budget) -> None:
        super().__init__(content)
        self._budget = budget

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes. Raises `Unreadable` (limit)."""
        self._budget.spend_items()
        return super().read(size)


def compile_units(
    sections: Mapping[str, bytes], *, is_little: bool, address_bytes: int, budget: Budget
) -> Iterator[CompileUnit]:
    """Yield the first 300 units, by the content of the sections in `SECTIONS`.

    Raises:
        Unreadable: damaged, when the tables contradict the specification.
    """
    from elftools.common.exceptions import DWARFError, ELFError
    from elftools.construct import ConstructError

    try:
        units = _information(sections, is_little=is_little, address_bytes=address_bytes, budget=budget).iter_CUs()
        for _number, unit in zip(range(_MOST_UNITS), units, strict=False):
            budget.spend_items()
            top = unit.get_top_DIE()
            yield CompileUnit(unit.cu_offset, _said(top, "DW_AT_name"), _said(top, "DW_AT_producer"))
    except (DWARFError, ELFError, ConstructError, ArithmeticError, AssertionError) as error:
        raise damaged("The debug information is damaged; it was not all read.") from error
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        # What pyelftools runs into where tables lead nowhere.
        raise damaged("The debug information leads nowhere; it was not all read.") from error


def _information(sections: Mapping[str, bytes], *, is_little: bool, address_bytes: int, budget: Budget) -> "DWARFInfo":
    from elftools.dwarf.dwarfinfo import DebugSectionDescriptor, DwarfConfig, DWARFInfo

    given = {
        f"debug_{name}_sec": DebugSectionDescriptor(_Counted(content, budget), name, 0, len(content), 0)
        for name, content in sections.items()
    }
    none = dict.fromkeys((f"debug_{name}_sec" for name in (*SECTIONS, *_UNUSED)), None)
    config = DwarfConfig(little_endian=is_little, machine_arch="", default_address_size=address_bytes)
    return DWARFInfo(config=config, eh_frame_sec=None, gnu_debugaltlink_sec=None, **(none | given))


def _said(top: "DIE", attribute: str) -> str:
    found = top.attributes.get(attribute)
    return text(found.value) if found is not None and isinstance(found.value, bytes) else ""
