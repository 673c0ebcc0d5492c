"""Lists of software as plain text: what package managers print, a product a line or in columns of fixed widths."""

import re
from collections.abc import Iterator
from functools import cache

from scanner.formats.inventories.dialect import Dialect, Lines, dialects, layout_by, told_layout
from scanner.formats.inventories.rows import Broken, Cells, Grouping
from scanner.formats.inventories.text import beginning, numbered_lines
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="inventory-lines",
    version=2,
    line="Inventories as package managers print them, in the dialects under formats/inventories/dialects",
    specification="The dialects name the commands whose output they describe",
    limits="A table of fixed widths whose columns overlap is read as far as its headers tell.",
    suffixes=(".txt", ".lst", ".list", ".log", ".out"),
    is_list=True,
)
_MAX_LINE = 4096
_RULE = re.compile(r"^\s*[-=\u2500]{3}[-=\u2500 ]*$")


def wants(_name: str, head: bytes) -> bool:
    """Whether the beginning is that of a dialect, one that cannot be taken for anything else."""
    return dialect_of(head) is not None


def dialect_of(head: bytes, *, is_named: bool = False) -> Dialect | None:
    """The dialect, by the first bytes; `is_named`: the user named the file, so plain lists are believed too."""
    text = beginning(head)
    if len(head) >= 4096:
        text = text.rpartition("\n")[0] or text  # the last line may be cut
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for dialect, begins in _known():
        assert dialect.lines is not None
        section = dialect.lines
        is_possible = not section.holds or any(word in text for word in section.holds)
        if is_possible and (is_named or not section.only_named) and begins.search(text):
            return dialect
    return None


@cache
def _known() -> tuple[tuple[Dialect, re.Pattern[str]], ...]:
    return tuple((d, re.compile(d.lines.begins, re.MULTILINE)) for d in dialects() if d.lines is not None)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the products listed, then what was read in all.

    Raises:
        Unreadable: damaged, when lines were broken.
    """
    dialect = dialect_of(source.head, is_named=True)
    if dialect is None or dialect.lines is None:
        raise Unreadable(Cause.UNSUPPORTED, "No dialect of inventories is known that begins like this.")
    lines = ((number, line[:_MAX_LINE]) for number, line in numbered_lines(source, budget))
    grouping = Grouping(dialect, "line", budget)
    rows = _ruled(dialect, lines) if dialect.lines.is_ruled else _matched(dialect.lines, lines)
    yield from grouping.listings(rows)
    yield from grouping.finished("line 1")


def _matched(section: Lines, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, Cells] | Broken]:
    row, skip = re.compile(section.row), re.compile(section.skip or r"\Z")
    for number, line in lines:
        found = row.match(line)
        if found:
            told = found.groupdict("")
            ids = (told["id"],) if told.get("id") else ()
            yield number, Cells(told.get("name", ""), told.get("publisher", ""), told.get("version", ""), "", ids)
        elif line.strip() and not skip.match(line):
            yield Broken(number)


def _ruled(dialect: Dialect, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, Cells] | Broken]:
    """Rows below a line of dashes; the columns begin where the headers above it do."""
    above, starts, layout = "", [0], None
    for number, line in lines:
        if _RULE.match(line) and above:
            starts = [found.start() for found in re.finditer(r"\S+(?: \S+)*", above)]
            layout = layout_by(dialect, _slices(above, starts)) or told_layout(_slices(above, starts), {})
        elif layout is not None and line.strip():
            cells = _slices(line, starts)
            name, publisher, version = (
                cells[n] if n >= 0 else "" for n in (layout.name, layout.publisher, layout.version)
            )
            yield number, Cells(name, publisher, version, "", tuple(cells[n] for n in layout.ids))
        elif layout is None:
            above = line


def _slices(line: str, starts: list[int]) -> list[str]:
    return [line[a:b].strip() for a, b in zip(starts, [*starts[1:], len(line)], strict=True)]
