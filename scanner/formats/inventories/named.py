"""What list of software a file is that the user named: there a guess may be bolder than inside a folder."""

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from scanner.formats.inventories.text import beginning

if TYPE_CHECKING:
    from scanner.formats.inventories.dialect import Dialect

TABLES = (".csv", ".tsv", ".tab", ".psv")
"""A file so named is a table, and if it is named as a target, one of software: the user is asked about its columns."""

_WORKBOOK = ".xlsx"
_START_BYTES = 64
"""No list has a zero so near its beginning, and nearly every program and archive has."""


class NamedList(NamedTuple):
    """A list of software, and who reads it."""

    kind: Literal["inventory", "sbom"]
    reader: str


def named_list(name: str, head: bytes) -> NamedList | None:
    """Which list a file of this base name (lower case) and these first bytes is, if it is one."""
    if name.endswith(_WORKBOOK):
        from scanner.formats.inventories import workbook

        return NamedList("inventory", workbook.INFO.name) if head.startswith(b"PK") else None
    return None if "\0" in beginning(head[:_START_BYTES]) else _of_text(name, head)


@lru_cache(maxsize=1)  # every kind of list asks about the same file
def _of_text(name: str, head: bytes) -> NamedList | None:
    # Imported here, because most targets are no text and their scan need not wait for these.
    from scanner.formats.inventories import delimited, json_rows, lines, records, xml_rows

    found: tuple[tuple[Dialect | None, str], ...] = (
        (json_rows.dialect_of(head), json_rows.INFO.name),
        (xml_rows.dialect_of(head), xml_rows.INFO.name),
        (records.dialect_of(head), records.INFO.name),
        (_table(name, head), delimited.INFO.name),
        (lines.dialect_of(head, is_named=True), lines.INFO.name),
    )
    known = next(((dialect, reader) for dialect, reader in found if dialect is not None), None)
    if known is not None and known[0] is not None:
        return NamedList(known[0].kind, known[1])
    text = beginning(head)
    if name.endswith(TABLES) and "\0" not in text and delimited.likely_headers(text)[2]:
        return NamedList("inventory", delimited.INFO.name)
    return None


def _table(name: str, head: bytes) -> "Dialect | None":
    from scanner.formats.inventories import delimited

    if not delimited.wants(name, head):
        return None
    known = delimited.found_headers(beginning(head))
    return known[3].dialect if known else None
