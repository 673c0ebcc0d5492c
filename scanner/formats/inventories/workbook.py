"""Lists of software as a workbook (XLSX): the first sheet that has the columns of a dialect."""

import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from scanner.formats.inventories.delimited import cells_of, kept_columns, told_columns, unknown_columns
from scanner.formats.inventories.dialect import Layout, layout_of, told_layout
from scanner.formats.inventories.rows import Cells, Grouping, about_people
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="inventory-workbook",
    version=4,
    line="Inventories as XLSX workbooks",
    specification="ECMA-376, SpreadsheetML; read as a stream by openpyxl",
    limits="Every sheet with the columns of a dialect is read. Formulas count as what was last computed; older "
    "XLS files, protected ones and embedded objects are not read here.",
    suffixes=(".xlsx",),
)
_PREAMBLE = 20
_MAX_COLUMNS = 1000
_RAISED = (
    AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, RuntimeError, SyntaxError, TypeError,
    ValueError, lzma.LZMAError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What zipfile and openpyxl raise on damage; ElementTree's ParseError is a SyntaxError."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the products listed in each sheet, then what was read in all; nothing for other workbooks in a folder.

    Raises:
        Unreadable: damaged, when it is no workbook; unsupported, when the user named it as a list and nobody knows
            which column names the product.
    """
    is_named = bool(source.focus)
    told = told_columns(source.focus)
    first: list[str] = []
    has_list = False
    for sheet in _sheets(source, budget):
        rows: Iterator[tuple[int, list[str]]] = enumerate((_texts(row) for row in sheet), 1)
        before: list[list[str]] = []
        layout: Layout | None = None
        headers: list[str] = []
        number = 0
        for number, headers in rows:
            layout = _layout(headers, told, source.focus)
            before.append(headers)
            if layout is not None or number >= _PREAMBLE:
                break
        first = first or max(before, key=len, default=[])
        if layout is None and is_named and not told:
            layout, headers, number, rows = _plainly(before, rows)
        if layout is None:
            continue
        has_list = True
        yield from _listed(layout, headers, number, rows, budget)
    if is_named and not has_list:
        raise unknown_columns(first, told)


def _layout(headers: list[str], told: dict[str, str], focus: frozenset[str]) -> Layout | None:
    if told:
        return told_layout(headers, told)
    known = layout_of(headers)
    kept = kept_columns(focus, headers) if known is None else {}
    return told_layout(headers, kept) if kept else known


def _plainly(
    before: list[list[str]], rows: Iterable[tuple[int, list[str]]]
) -> tuple[Layout | None, list[str], int, Iterator[tuple[int, list[str]]]]:
    """The first row that has a plain word for the product's name, and the rows after it."""
    for number, headers in enumerate(before, 1):
        layout = told_layout(headers, {})
        if layout is not None:
            held = enumerate(before[number:], number + 1)
            return layout, headers, number, (row for part in (held, rows) for row in part)
    return None, [], 0, iter(())


def _listed(
    layout: Layout, headers: list[str], number: int, rows: Iterable[tuple[int, list[str]]], budget: Budget
) -> Iterator[Observation]:
    cells = cells_of(layout)
    width = len(headers)

    def read() -> Iterator[tuple[int, Cells]]:
        for at, row in rows:
            if any(row):
                yield at, cells(row[:width] + [""] * (width - len(row)))

    grouping = Grouping(layout.dialect, "row", budget)
    yield from grouping.listings(read())
    kept = {layout.name, layout.publisher, layout.version, layout.department, *layout.ids}
    dropped = about_people(header for n, header in enumerate(headers) if n not in kept)
    yield from grouping.finished(f"row {number + 1:,}", dropped)


def _texts(row: tuple[Any, ...]) -> list[str]:
    """A row's values as text. Any: a cell may hold a number, a date, nothing."""
    return ["" if value is None else str(value) for value in row[:_MAX_COLUMNS]]


def _sheets(source: Source, budget: Budget) -> Iterator[Iterator[tuple[Any, ...]]]:
    """The rows of each sheet, as a stream."""
    try:
        with zipfile.ZipFile(source.open()) as archive:
            # The shared texts are held in memory by the library: what they and the sheets unpack to is paid for first.
            budget.spend_bytes(sum(member.file_size for member in archive.infolist()))
        import openpyxl

        book = openpyxl.load_workbook(source.open(), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            yield _rows(sheet)
    except _RAISED as error:
        raise _damaged(error) from error


def _rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """A sheet's rows; it is unpacked while it is read."""
    try:
        yield from sheet.iter_rows(values_only=True)
    except _RAISED as error:
        raise _damaged(error) from error


def _damaged(error: Exception) -> Unreadable:
    return Unreadable(Cause.DAMAGED, f"The workbook could not be read ({type(error).__name__}).")
