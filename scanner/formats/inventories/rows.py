"""Rows of lists become products: cells cleaned, equal rows grouped with their number, what is broken told.

Ten million rows pass through here, so a row that was seen before costs one look-up; cleaning is done for each
different row once.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from scanner.formats.inventories.dialect import Dialect
from scanner.formats.packages.purls import pypi_purl
from scanner.model.listing import BLOCK, MAX_ROWS_SHOWN, Row, packed
from scanner.model.observation import ListRead, Observation
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

HELD = 100_000
"""Different rows held while equal ones are looked for; of more, a product may be told twice, each time with its own."""
_ROWS_AN_ITEM = 8
"""A row is smaller than what the budget counts: eight make an item, and so do eight products."""
_MAX_CELL = 512
_MAX_IDS = 8
_SHOWN = 10
_PEOPLE = re.compile(
    r"(user|owner|e?-?mail|upn|person|employee|full.?name|first.?name|last.?name|surname|phone|login|logon|account"
    r"|benutzer|utilisateur|usuario|correo|courriel)",
    re.IGNORECASE,
)
_SPACE = re.compile(r"\s+")


class Cells(NamedTuple):
    """A row's cells as they stand in the list; `ids` are all that may be identifiers."""

    name: str
    publisher: str = ""
    version: str = ""
    department: str = ""
    ids: tuple[str, ...] = ()


class Broken(NamedTuple):
    """A row that is not as the others; what can be read of it comes before as a row."""

    number: int


def about_people(headers: Iterable[str]) -> tuple[str, ...]:
    """Columns that seem to hold data about people, as they are headed, cut and sorted."""
    return tuple(sorted({header[:80] for header in headers if _PEOPLE.search(header)}))[:20]


class Grouping:
    """Equal rows, found among at most `HELD` different ones at a time."""

    def __init__(self, dialect: Dialect, unit: str, budget: Budget) -> None:
        self._dialect = dialect
        self._unit = unit
        self._budget = budget
        self._held: dict[Cells, list[int]] = {}
        self._rows = 0
        self._products = 0
        self._broken: list[int] = []
        self._broken_count = 0

    def listings(self, rows: Iterable[tuple[int, Cells] | Broken]) -> Iterator[Observation]:
        """Take in every row and give out listings."""
        held = self._held
        for row in rows:
            if isinstance(row, Broken):
                self._note_broken(row.number)
                continue
            number, cells = row
            self._rows += 1
            if not self._rows % _ROWS_AN_ITEM:
                self._budget.spend_items()
            known = held.get(cells)
            if known is None:
                held[cells] = [1, number]
                if len(held) >= HELD:
                    yield from self._given_out()
            else:
                known[0] += 1
                if len(known) <= MAX_ROWS_SHOWN:
                    known.append(number)
        yield from self._given_out()

    def finished(self, place: str, dropped: Sequence[str] = ()) -> Iterator[Observation]:
        """What was read, in all. Raises `Unreadable` if rows were broken or there was none."""
        yield ListRead(
            dialect=self._dialect.line,
            rows=self._rows,
            products=self._products,
            dropped=tuple(dropped),
            place=place,
        )
        if self._broken_count:
            numbers = ", ".join(f"{number:,}" for number in self._broken)
            more = f" and {self._broken_count - _SHOWN:,} more" if self._broken_count > _SHOWN else ""
            what = f"{self._unit} {numbers}" if self._broken_count == 1 else f"{self._unit}s {numbers}{more}"
            raise Unreadable(
                Cause.DAMAGED, f"Broken {what}: not as the others, and read as far as possible. The rest was read."
            )

    def _note_broken(self, number: int) -> None:
        self._broken_count += 1
        if len(self._broken) < _SHOWN:
            self._broken.append(number)

    def _given_out(self) -> Iterator[Observation]:
        block: list[Row] = []
        for cells, (times, *numbers) in self._held.items():
            row = _cleaned(self._dialect, cells, times, tuple(numbers))
            if row is not None:
                block.append(row)
            if len(block) == BLOCK:
                yield self._packed(block)
                block = []
        self._held.clear()
        if block:
            yield self._packed(block)

    def _packed(self, block: list[Row]) -> Observation:
        self._products += len(block)
        self._budget.spend_items(-(-len(block) // _ROWS_AN_ITEM))
        return packed(block, self._unit)


def _cleaned(dialect: Dialect, cells: Cells, times: int, numbers: tuple[int, ...]) -> Row | None:
    name, version = _clean(cells.name), _clean(cells.version)
    ids = [found for found in map(_clean, cells.ids) if found]
    if name and dialect.purl:
        ids += _as_packages(dialect, name)
    for place, found in enumerate(ids):
        if found[:4].lower() == "pkg:":
            ids[place], packaged = _without_version(found)
            version = version or packaged
    if not name and not ids:
        return None
    return Row(
        name=name or ids[0],
        publisher=_clean(cells.publisher),
        version=version,
        ids=tuple(dict.fromkeys(ids[:_MAX_IDS])),
        department=_clean(cells.department),
        times=times,
        rows=numbers,
    )


def _clean(cell: str) -> str:
    """A cell's text: one space between words, no bytes that are no text, cut to a sensible length."""
    if len(cell) > _MAX_CELL:
        cell = cell[:_MAX_CELL]
    if not cell.isascii():
        cell = cell.encode("utf-8", "replace").decode("utf-8")
    return _SPACE.sub(" ", cell.replace("\0", " ")).strip()


def _as_packages(dialect: Dialect, name: str) -> list[str]:
    """The package that the row's name means, and what that packages by the rules of its distribution."""
    found = [dialect.purl.replace("{name}", pypi_name(name) if "/pypi/" in dialect.purl else name)]
    for prefix, purl in dialect.derived.items():
        if name.startswith(prefix):
            rest = name.removeprefix(prefix)
            found.append(purl.replace("{name}", pypi_name(rest) if "/pypi/" in purl else rest))
    return found


def pypi_name(name: str) -> str:
    """A Python distribution's name as package URLs spell it."""
    return (pypi_purl(name) or f"pkg:pypi/{name}").removeprefix("pkg:pypi/")


def _without_version(purl: str) -> tuple[str, str]:
    """A package URL as other readers write it, without qualifiers and version; and the version."""
    from packageurl import PackageURL

    try:
        url = PackageURL.from_string(purl)
        name = pypi_name(url.name) if url.type == "pypi" else url.name
        return PackageURL(url.type, url.namespace, name).to_string(), url.version or ""
    except ValueError:
        return purl.partition("#")[0].partition("?")[0], ""
