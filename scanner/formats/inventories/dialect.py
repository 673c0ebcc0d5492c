"""Dialects of lists, and which one a file is written in.

A dialect's TOML file:

    line = "osquery: programs, apps and packages"      what it is, in words
    kind = "inventory"                                 or "sbom"
    specification = "https://…"
    purl = "pkg:deb/debian/{name}"                     if a row's name is a package's name
    [columns]                                          the first that is there counts; of ids, all
    name = ["DisplayName0", "AppName"]
    publisher = […]    version = […]    ids = […]    department = […]
    [delimited]                                        one section for each syntax it is found in
    headers = [["DisplayName0", "Version0"]]           one of these sets of columns shows that it is this dialect
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from hashlib import sha256
from importlib import resources
from typing import Literal, NamedTuple

import msgspec

from scanner.formats.json_tree import quoted_in

ROLES = ("name", "publisher", "version", "ids", "department")
"""What a column may hold; those a person may be asked about."""
PLAIN = "table"
"""The dialect of plain words, which tables that people make are headed with."""
_NOT_IN_HEADERS = re.compile(r"[\W_]+")
_KEY = re.compile(rb'"([^"\\]{1,60})"\s*:')
_LOCALISED = re.compile(r"(_loc|(?<=[a-z])0)$", re.IGNORECASE)
"""Intune's translated columns, and the zero that Configuration Manager's views end their columns in."""


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which columns (or keys, or dotted paths of keys) hold what."""

    name: tuple[str, ...] = ()
    publisher: tuple[str, ...] = ()
    version: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    department: tuple[str, ...] = ()


class Delimited(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table with a row of headers: delimited text, or a sheet of a workbook."""

    headers: tuple[tuple[str, ...], ...]


class Marked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """JSON or XML: the beginning holds all the words of one of the sets, and fits the pattern if there is one."""

    words: tuple[tuple[str, ...], ...]
    pattern: str = ""
    rows: tuple[str, ...]
    """JSON: where rows lie (`value.item`); XML: names of elements. The first that holds any counts."""
    also: tuple[str, ...] = ()
    """JSON: rows that lie elsewhere in the same file."""
    nested: str = ""
    """JSON: the key under which a row holds further rows."""
    is_keyed: bool = False
    """JSON: rows are the values of an object whose keys are their names."""


class Lines(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Text with a product a line."""

    begins: str
    """What the beginning of the file must match."""
    holds: tuple[str, ...] = ()
    """Texts of which the beginning holds one, if it is so: asked first, for it is quick. Empty: nothing is asked."""
    row: str = ""
    """A product's line, with the groups `name`, `publisher`, `version` and `id`; empty for `is_ruled`."""
    skip: str = ""
    """Lines that are no product, besides empty ones."""
    only_named: bool = False
    """So plain that it is only believed of a file that the user named."""
    is_ruled: bool = False
    """A table of fixed widths: its columns begin where their headers do, above a line of dashes."""


class Records(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Text of `Key: value` lines; a product begins with the key `starts`."""

    begins: str
    starts: str


class Dialect(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, dict=True):
    """One way in which lists of software are written."""

    name: str = ""
    """The file's name."""
    line: str
    kind: Literal["inventory", "sbom"]
    specification: str
    columns: Columns = Columns()
    purl: str = ""
    derived: Mapping[str, str] = {}
    """Prefix of a package's name → package URL of what it packages: `python3-` → `pkg:pypi/{name}`."""
    delimited: Delimited | None = None
    json: Marked | None = None
    xml: Marked | None = None
    lines: Lines | None = None
    records: Records | None = None

    @cached_property
    def keys(self) -> dict[str, dict[str, int]]:
        """Role → normalised header → how far to the front it stands among the role's columns."""
        return {
            role: {header_key(column): number for number, column in enumerate(getattr(self.columns, role))}
            for role in ROLES
        }


class BadColumns(Exception):
    """What somebody told of a table's columns cannot be meant so; the message is a sentence."""


def told_columns(text: str) -> tuple[str, ...]:
    """`name=Title,publisher=Maker` as pairs; a comma in a column's name is doubled. Raises `BadColumns`."""
    pairs = [pair.replace("\0", ",").strip() for pair in text.replace(",,", "\0").split(",") if pair.strip()]
    for pair in pairs:
        role, equals, column = pair.partition("=")
        if role not in ROLES or not equals or not column:
            raise BadColumns(f"columns are told as ROLE=COLUMN with a role of {', '.join(ROLES)}; {pair!a} is not so.")
    if pairs and not any(pair.startswith("name=") for pair in pairs):
        raise BadColumns("it has to be told which column names the product: name=COLUMN.")
    return tuple(pairs)


def header_key(header: str) -> str:
    """A header as it is compared: people re-case and re-space them, programs add marks at the end."""
    return _NOT_IN_HEADERS.sub("", _LOCALISED.sub("", header.strip().lstrip("\ufeff"))).casefold()


@cache
def dialects() -> tuple[Dialect, ...]:
    """Every dialect, by name."""
    found = []
    for file in resources.files(__package__).joinpath("dialects").iterdir():
        if file.name.endswith(".toml"):
            dialect = msgspec.toml.decode(file.read_bytes(), type=Dialect)
            found.append(msgspec.structs.replace(dialect, name=file.name.removesuffix(".toml")))
    return tuple(sorted(found, key=lambda dialect: dialect.name))


def marked(syntax: Literal["json", "xml"], head: bytes) -> Dialect | None:
    """The dialect of a JSON or XML file, by its first bytes: the one of which the most words stand there."""
    if syntax == "json":
        # Every JSON file of a target comes by here, and hardly any gets as far as to have its keys told.
        quoted = quoted_in(head)
        possible = [mark for mark in _marks("json") if mark.words <= quoted and mark.fits(head)]
        keys = frozenset(_KEY.findall(head)) if possible else frozenset()
        standing = [mark for mark in possible if mark.words <= keys]
    else:
        standing = [mark for mark in _marks("xml") if all(word in head for word in mark.words) and mark.fits(head)]
    # Of equals the first counts.
    return max(standing, key=lambda mark: len(mark.words)).dialect if standing else None


class _Mark(NamedTuple):
    """One set of words."""

    words: frozenset[bytes]
    dialect: Dialect
    pattern: re.Pattern[bytes] | None

    def fits(self, head: bytes) -> bool:
        """Whether the pattern, if there is one, is found."""
        return self.pattern is None or self.pattern.search(head) is not None


@cache
def _marks(syntax: Literal["json", "xml"]) -> tuple[_Mark, ...]:
    sections = ((dialect, getattr(dialect, syntax)) for dialect in dialects())
    return tuple(
        _Mark(
            frozenset(word.encode() for word in words),
            dialect,
            re.compile(section.pattern.encode()) if section.pattern else None,
        )
        for dialect, section in sections
        if section is not None
        for words in section.words
    )


class Layout(msgspec.Struct, frozen=True):
    """Where a table's columns are, by number; -1 where there is none."""

    dialect: Dialect
    name: int
    publisher: int
    version: int
    department: int
    ids: tuple[int, ...]


def layout_of(headers: Sequence[str]) -> Layout | None:
    """The dialect that has one of its sets of columns among the headers: the largest set, and of equals an export's
    own rather than plain words."""
    present = {header_key(header) for header in headers}
    sets = [
        (len(wanted), dialect.name != PLAIN, dialect)
        for wanted, dialect in _sets_of_headers()
        if present.issuperset(wanted)
    ]
    return _layout(max(sets, key=lambda item: item[:2])[2], headers) if sets else None


@cache
def _sets_of_headers() -> tuple[tuple[tuple[str, ...], Dialect], ...]:
    """As they are compared, each with its dialect."""
    return tuple(
        (tuple(map(header_key, wanted)), dialect)
        for dialect in dialects()
        if dialect.delimited is not None
        for wanted in dialect.delimited.headers
    )


def layout_by(dialect: Dialect, headers: Sequence[str]) -> Layout | None:
    """Where the dialect's columns are, if the one that names the product is among them."""
    layout = _layout(dialect, headers)
    return layout if layout.name >= 0 else None


def headers_key(headers: Sequence[str]) -> str:
    """A table's headers in short, by which they are known again; empty ones at the end are none."""
    keys = "\n".join(map(header_key, headers)).rstrip("\n")
    return sha256(keys.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def told_layout(headers: Sequence[str], told: Mapping[str, str]) -> Layout | None:
    """The layout a person told (role → header), or the one that the plain words for the roles give."""
    plain = next(dialect for dialect in dialects() if dialect.name == PLAIN)
    if told:
        columns = Columns(**{role: (header,) for role, header in told.items()})
        plain = msgspec.structs.replace(plain, columns=columns)
    return layout_by(plain, headers)


def _layout(dialect: Dialect, headers: Sequence[str]) -> Layout:
    keys = [header_key(header) for header in headers]

    def columns(role: str) -> list[int]:
        order = dialect.keys[role]
        return sorted((n for n, key in enumerate(keys) if key in order), key=lambda n: order[keys[n]])

    first = {role: next(iter(columns(role)), -1) for role in ROLES}
    return Layout(
        dialect, first["name"], first["publisher"], first["version"], first["department"], tuple(columns("ids"))
    )
