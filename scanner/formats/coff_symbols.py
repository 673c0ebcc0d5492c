"""Symbols of Windows object files that carry evidence, and the functions that import libraries offer."""

from collections.abc import Iterator
from typing import Literal

from scanner.formats.coff_tables import ANONYMOUS, CoffObject, is_big_object, read_object, short_import
from scanner.formats.pattern_names import names_wanted
from scanner.formats.records import text
from scanner.model.observation import Observation, Symbol
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import IndicatorKind

INFO = Info(
    name="coff-symbols",
    version=1,
    line="Object files of Windows and import libraries: functions used, defined and offered",
    specification="PE Format, COFF Symbol Table: https://learn.microsoft.com/windows/win32/debug/pe-format",
    limits="Functions that an import library offers by number alone keep the name that the linker knows them by.",
    depth=True,
    deepens=("coff",),
    asks=(IndicatorKind.SYMBOL,),
)

_EXTERNAL, _WEAK = 2, 105
"""IMAGE_SYM_CLASS_EXTERNAL and _WEAK_EXTERNAL: names that other objects may know."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the symbols whose names are in `source.focus`, all of them for an empty focus; `coff` told those whose
    names are decorated.

    Raises:
        Unreadable: damaged, when the table is cut short or leads nowhere.
    """
    is_wanted = names_wanted(source.focus)
    member = short_import(source, budget)
    if member is not None:
        if is_wanted(member.symbol):
            yield Symbol(role="exports", name=text(member.symbol), place=f"import header, in {text(member.library)}")
        return
    if source.head.startswith(ANONYMOUS) and not is_big_object(source.head):
        return
    for symbol, is_plain in symbols_of(read_object(source, budget)):
        if is_plain and is_wanted(symbol.name.encode("utf-8", "backslashreplace")):
            yield symbol


def symbols_of(image: CoffObject) -> Iterator[tuple[Symbol, bool]]:
    """The symbols that other objects may know, each with whether its name stands in the file as it is given.

    Raises:
        Unreadable: damaged, when the table is cut short or leads nowhere.
    """
    for row in image.symbols():
        if row.storage in (_EXTERNAL, _WEAK) and row.name:
            image.budget.spend_bytes(len(row.name))
            role: Literal["defines", "imports"] = "defines" if row.section else "imports"
            yield Symbol(role=role, name=text(row.name), place=f"symbol {row.number}"), row.is_plain
