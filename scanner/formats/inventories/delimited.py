"""Lists of software as delimited text: CSV with comma, semicolon, tab or bar, as spreadsheets and exports write it."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter

from scanner.formats.inventories.dialect import ROLES, Layout, header_key, headers_key, layout_of, told_layout
from scanner.formats.inventories.rows import Broken, Cells, Grouping, about_people
from scanner.formats.inventories.text import beginning, text_stream
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="inventory-table",
    version=3,
    line="Inventories as delimited text, in the dialects under formats/inventories/dialects",
    specification="CSV: RFC 4180, and what spreadsheets make of it; the dialects name the exports they describe",
    limits="Columns that hold neither name, publisher, version, identifier nor department are not kept.",
    suffixes=(".csv", ".tsv", ".tab", ".psv", ".txt"),
    is_list=True,
)

_DELIMITERS = ",;\t|"
_PREAMBLE = 20
"""Lines that may stand before the headers: `#TYPE`, `sep=;`, a title, nothing."""
_MAX_COLUMNS = 1000
_MAX_HEADER = 200
"""Characters of a header that a person is shown, and by which it is kept."""
_NAME_AND_MORE = re.compile(
    r"(?i)(name|software|appli|produ|titl|model|app\b|program|package|anwendung|logiciel|nom|dispositi)"
)


def wants(name: str, head: bytes) -> bool:
    """Whether one of the first lines has the columns of a dialect."""
    if name.endswith(".txt") and not _may_have_headers(head):
        return False
    return found_headers(beginning(head)) is not None


def _may_have_headers(head: bytes) -> bool:
    first = head[:512].lstrip(b"\xff\xfe\xef\xbb\xbf\r\n").partition(b"\n")[0]
    return any(mark in first for mark in (b",", b";", b"\t", b"|"))


def found_headers(text: str) -> tuple[int, str, list[str], Layout] | None:
    """Number of the line of headers (from 0), delimiter, headers and layout, if a dialect knows them."""
    for number, line in enumerate(text.splitlines()[:_PREAMBLE]):
        if not _NAME_AND_MORE.search(line):
            continue
        for delimiter in _DELIMITERS:
            headers = _split(line, delimiter)
            layout = layout_of(headers) if len(headers) > 1 else None
            if layout is not None:
                return number, delimiter, headers, layout
    return None


def likely_headers(text: str) -> tuple[int, str, list[str]]:
    """The same of a table that no dialect knows: the first line with most columns. No headers: it is no table."""
    best: tuple[int, str, list[str]] = (0, ",", [])
    for number, line in enumerate(text.splitlines()[:_PREAMBLE]):
        for delimiter in _DELIMITERS:
            headers = _split(line, delimiter)
            if len(headers) > max(1, len(best[2])) and not line.startswith("#TYPE"):
                best = (number, delimiter, headers)
    return best


def _split(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])[:_MAX_COLUMNS]
    except csv.Error:
        return []


def told_columns(focus: frozenset[str]) -> dict[str, str]:
    """What the user told of the columns, role → header, from a reader's focus (`name=Title`)."""
    pairs = (word.partition("=") for word in sorted(focus))
    return {role: header for role, equals, header in pairs if equals and role in ROLES}


def kept_columns(focus: frozenset[str], headers: Sequence[str]) -> dict[str, str]:
    """What was told of a table with these headers before, role → header (`kept.words`)."""
    before = f"{headers_key(headers)}:"
    return told_columns(frozenset(word.removeprefix(before) for word in focus if word.startswith(before)))


def unknown_columns(headers: Sequence[str], told: Mapping[str, str]) -> Unreadable:
    """The exception for a table of which nobody knows which column names the product."""
    shown = ", ".join(f"“{header.strip()[:60]}”" for header in headers[:15])
    missing = ", ".join(f"“{h}”" for h in told.values() if header_key(h) not in map(header_key, headers))
    if missing:
        return Unreadable(Cause.UNSUPPORTED, f"The table has no column {missing}; it has {shown}.")
    return Unreadable(
        Cause.UNSUPPORTED,
        f"Which column names the product is not known; the table has {shown}. "
        "Say which is which: --map name=COLUMN,publisher=COLUMN,version=COLUMN.",
        columns=tuple(header.strip()[:_MAX_HEADER] for header in headers),
    )


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the products listed, then what was read in all.

    Raises:
        Unreadable: damaged, when rows were broken; unsupported, when nobody knows which column names the product.
    """
    told = told_columns(source.focus)
    text = beginning(source.head)
    known = None if told else found_headers(text)
    if known is not None:
        line, delimiter, headers, layout = known
    else:
        line, delimiter, headers = likely_headers(text)
        found = told_layout(headers, told or kept_columns(source.focus, headers))
        if found is None:
            raise unknown_columns(headers, told)
        layout = found
    stream = text_stream(source, budget)
    for _ in range(line + 1):
        stream.readline()
    grouping = Grouping(layout.dialect, "row", budget)
    table = csv.reader(stream, delimiter=delimiter)
    yield from grouping.listings(rows_of(table, line + 1, len(headers), layout))
    kept = {layout.name, layout.publisher, layout.version, layout.department, *layout.ids}
    dropped = about_people(header for n, header in enumerate(headers) if n not in kept)
    yield from grouping.finished(f"row {line + 2:,}", dropped)


def rows_of(
    table: Iterator[list[str]], before: int, width: int, layout: Layout
) -> Iterator[tuple[int, Cells] | Broken]:
    """Each row with its number as a spreadsheet counts it: headers and what stands before them are rows too."""
    cells = cells_of(layout)
    number = before
    while True:
        number += 1
        try:
            row = next(table)
            if len(row) != width:
                row, is_broken = _fitted(row, width)
                if is_broken:
                    yield Broken(number)
                if not row:
                    continue
            yield number, cells(row)
        except StopIteration:
            return
        except csv.Error:
            yield Broken(number)


def cells_of(layout: Layout) -> Callable[[list[str]], Cells]:
    """How a row of this layout becomes cells; a column that is not there gives nothing."""
    single = (layout.name, layout.publisher, layout.version, layout.department)
    present = [n for n in (*single, *layout.ids) if n >= 0]
    if len(present) < 2:
        (only,) = present
        return lambda row: Cells(row[only])
    take = itemgetter(*present)
    places = {n: place for place, n in enumerate(present)}
    name, publisher, version, department = (places.get(n, -1) for n in single)
    first_id = len(present) - len(layout.ids)

    def cells(row: list[str]) -> Cells:
        taken = (*take(row), "")
        return Cells(taken[name], taken[publisher], taken[version], taken[department], taken[first_id : len(present)])

    return cells


def _fitted(row: list[str], width: int) -> tuple[list[str], bool]:
    """A row as wide as the headers, and whether it was broken; nothing of an empty row."""
    if not any(row):
        return [], False
    if len(row) < width:
        return row + [""] * (width - len(row)), len(row) < 2
    return row[:width], any(row[width:])
