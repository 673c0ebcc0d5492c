"""Lists of software as `Key: value` lines: SPDX tag-value documents."""

import re
from collections.abc import Iterator
from functools import cache

from scanner.formats.inventories.dialect import Dialect, dialects, header_key
from scanner.formats.inventories.rows import Cells, Grouping
from scanner.formats.inventories.text import beginning, numbered_lines
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="inventory-records",
    version=2,
    line="SBOMs and inventories as lines of keys and values (SPDX tag-value)",
    specification="SPDX 2.3, annex on tag-value: https://spdx.github.io/spdx-spec/v2.3/",
    limits="Of each package name, version, supplier and identifiers are read.",
    suffixes=(".spdx", ".txt", ".tag"),
    is_list=True,
)
_MAX_LINE = 4096
_LINE = re.compile(r"^([A-Za-z][\w -]{0,60}?)\s*:\s*(.*)$")


def wants(_name: str, head: bytes) -> bool:
    """Whether the beginning is that of a dialect."""
    return dialect_of(head) is not None


def dialect_of(head: bytes) -> Dialect | None:
    """The dialect, by the first bytes."""
    text = beginning(head)
    return next((dialect for dialect, begins in _known() if begins.search(text)), None)


@cache
def _known() -> tuple[tuple[Dialect, re.Pattern[str]], ...]:
    return tuple((d, re.compile(d.records.begins, re.MULTILINE)) for d in dialects() if d.records is not None)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the products listed, then what was read in all."""
    dialect = dialect_of(source.head)
    if dialect is None or dialect.records is None:
        raise Unreadable(Cause.UNSUPPORTED, "No dialect of inventories is known that begins like this.")
    grouping = Grouping(dialect, "line", budget)
    yield from grouping.listings(_rows(dialect, dialect.records.starts, numbered_lines(source, budget)))
    yield from grouping.finished("line 1")


def _rows(dialect: Dialect, starts: str, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, Cells]]:
    record: list[tuple[str, str]] = []
    begun = 0
    for number, line in lines:
        found = _LINE.match(line[:_MAX_LINE])
        if not found:
            continue
        if found[1] == starts:
            if begun:
                yield begun, _cells(dialect, record)
            record, begun = [], number
        if begun and len(record) < 200:
            record.append((header_key(found[1]), found[2]))
    if begun:
        yield begun, _cells(dialect, record)


def _cells(dialect: Dialect, record: list[tuple[str, str]]) -> Cells:
    def values(role: str) -> list[str]:
        return [value for key, value in record if key in dialect.keys[role]]

    one = {role: next(iter(values(role)), "") for role in ("name", "publisher", "version")}
    # `ExternalRef: PACKAGE-MANAGER purl pkg:…`: the identifier is the last word.
    ids = tuple(value.split()[-1] for value in values("ids") if value.strip())
    return Cells(one["name"], one["publisher"].removeprefix("Organization: "), one["version"], "", ids)
