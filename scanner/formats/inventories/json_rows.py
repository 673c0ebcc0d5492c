"""Lists of software as JSON: an array of objects anywhere in the file, or an object a line; read as a stream."""

from collections.abc import Iterator
from typing import Any, Protocol, TextIO

import msgspec

from scanner.formats.inventories.dialect import Dialect, Marked, marked
from scanner.formats.inventories.rows import Broken, Cells, Grouping, about_people
from scanner.formats.inventories.text import beginning, encoding_of, numbered_lines, text_stream
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="inventory-json",
    version=3,
    line="Inventories and SBOMs as JSON, in the dialects under formats/inventories/dialects",
    specification="JSON: RFC 8259; JSON lines: https://jsonlines.org; the dialects name the exports they describe",
    limits="What is neither name, publisher, version, identifier nor department is not kept; of an SBOM, relationships "
    "between components are not.",
    suffixes=(".json", ".jsonl", ".ndjson", ".cdx", ".spdx", ".txt"),
    is_list=True,
)
_MAX_NESTED = 50
_MAX_VALUES = 64
_LINES = "lines"


def wants(_name: str, head: bytes) -> bool:
    """Whether the beginning holds the words of a dialect."""
    return dialect_of(head) is not None


def dialect_of(head: bytes) -> Dialect | None:
    """The dialect, by the first bytes."""
    first = head[:64].lstrip(b"\xff\xfe\xef\xbb\xbf\0 \t\r\n")[:1]
    if first not in (b"{", b"["):
        return None
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head[:64]:
        head = beginning(head).encode()
    return marked("json", head)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the products listed, then what was read in all.

    Raises:
        Unreadable: damaged, when the file breaks off or rows are no objects.
    """
    dialect = dialect_of(source.head)
    if dialect is None or dialect.json is None:
        raise Unreadable(Cause.UNSUPPORTED, "No dialect of inventories is known that begins like this.")
    budget.spend_bytes(2 * source.size)
    reading = _Reading(dialect, dialect.json, source, budget)
    grouping = Grouping(dialect, "entry", budget)
    yield from grouping.listings(reading.rows())
    yield from grouping.finished("entry 1", about_people(reading.unmapped))
    if reading.end is not None:
        raise reading.end


class _Reading:
    """One pass over the file, and a further one for rows that lie elsewhere in it."""

    def __init__(self, dialect: Dialect, section: Marked, source: Source, budget: Budget) -> None:
        self._section = section
        self._source = source
        self._budget = budget
        self._paths = {role: [column.split(".") for column in getattr(dialect.columns, role)] for role in dialect.keys}
        self._mapped = {
            column.partition(".")[0] for paths in dialect.keys for column in getattr(dialect.columns, paths)
        }
        self.unmapped: set[str] = set()
        self.end: Unreadable | None = None
        self._number = 0

    def rows(self) -> Iterator[tuple[int, Cells] | Broken]:
        for place in self._section.rows:
            before = self._number
            yield from self._from(place)
            if self._number > before or self.end is not None:
                break
        for place in self._section.also:
            if self.end is None:
                yield from self._from(place)

    def _from(self, place: str) -> Iterator[tuple[int, Cells] | Broken]:
        for row in self._objects(place):
            self._number += 1
            if not isinstance(row, dict):
                yield Broken(self._number)
                continue
            if self._number <= _MAX_VALUES:
                self.unmapped.update(key for key in row if key not in self._mapped)
            yield from self._with_nested(row)

    def _with_nested(self, row: dict[str, Any]) -> Iterator[tuple[int, Cells]]:
        waiting = [(row, 0)]
        while waiting:
            row, depth = waiting.pop()
            yield self._number, self._cells(row)
            inner = row.get(self._section.nested) if self._section.nested else None
            if not inner or depth >= _MAX_NESTED:
                continue
            self._budget.spend_items(len(inner))
            if isinstance(inner, dict):
                inner = [{"": key, **value} for key, value in inner.items() if isinstance(value, dict)]
            waiting += [(found, depth + 1) for found in reversed(inner) if isinstance(found, dict)]

    def _objects(self, place: str) -> Iterator[Any]:
        if place == _LINES:
            yield from self._lines()
            return
        import ijson

        stream = _utf8(self._source, self._budget)
        try:
            if self._section.is_keyed:
                for key, value in ijson.kvitems(stream, place, use_float=True):
                    yield {"": key, **value} if isinstance(value, dict) else value
            else:
                yield from ijson.items(stream, place, use_float=True)
        except (ijson.JSONError, UnicodeDecodeError) as error:
            reason = f"The list breaks off after entry {self._number:,}: {str(error).splitlines()[0][:120]}."
            self.end = Unreadable(Cause.DAMAGED, reason)

    def _lines(self) -> Iterator[Any]:
        for _, line in numbered_lines(self._source, self._budget):
            if line.strip():
                try:
                    yield msgspec.json.decode(line)
                except (msgspec.DecodeError, RecursionError):
                    yield None

    def _cells(self, row: dict[str, Any]) -> Cells:
        first = {role: next(_values(row, paths), "") for role, paths in self._paths.items() if role != "ids"}
        ids = tuple(_values(row, self._paths["ids"]))
        return Cells(first["name"], first["publisher"], first["version"], first["department"], ids)


def _values(row: dict[str, Any], paths: list[list[str]]) -> Iterator[str]:
    """The texts and numbers that lie under these paths, lists looked through."""
    for path in paths:
        found: list[Any] = [row]
        for key in path:
            inner = (value.get(key) for value in found if isinstance(value, dict))
            found = [v for value in inner for v in (value[:_MAX_VALUES] if isinstance(value, list) else (value,))]
        for value in found:
            if isinstance(value, (str, int, float)) and not isinstance(value, bool) and value != "":
                yield str(value)


class _Readable(Protocol):
    """All that the parser asks of a stream."""

    def read(self, size: int = -1, /) -> bytes: ...


def _utf8(source: Source, budget: Budget) -> _Readable:
    """The file as UTF-8 without a mark, which is what the parser reads."""
    if encoding_of(source.head) == "utf-8":
        return source.open()
    return _Recoded(text_stream(source, budget))


class _Recoded:
    """Text as a stream of bytes. It has no `readinto`, which the parser would take instead."""

    def __init__(self, text: TextIO) -> None:
        self._text = text

    def read(self, size: int = -1, /) -> bytes:
        return self._text.read(size).encode("utf-8", "replace")
