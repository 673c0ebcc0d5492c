"""SQLite databases: names of tables and their columns, from the schema; not one row is read.

The first page holds the schema's table, a B-tree with a record for each table. Its texts are found by what they begin
with and end where the record does; pages behind the first are followed only as far as the schema goes.

Specification: https://www.sqlite.org/fileformat.html
"""

import re
from collections.abc import Iterator

from scanner.formats.buffers import matches_in
from scanner.formats.networks.blueprint import text_of
from scanner.model.observation import Config, Observation
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="sqlite",
    version=1,
    line="SQLite databases: names of tables and columns",
    specification="https://www.sqlite.org/fileformat.html",
    limits="Rows are not read. Of a schema longer than the database's first 256 KiB, the rest is not seen.",
    magics=(Magic(b"SQLite format 3\0"),),
    proves_type=True,
)
_SCHEMA_BYTES = 256 << 10
_MOST_TABLES = 500
_TABLE = re.compile(
    rb"CREATE\s+(?:VIRTUAL\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?[\"'`\[]?([A-Za-z_][\w$]{0,80})[\"'`\]]?[^(\0]{0,40}"
    rb"\((?=([^\0]{0,4000}))",
    re.IGNORECASE,
)
"""The columns are looked at without being taken: the next record may follow at once."""
_COLUMN = re.compile(rb"(?:^|,)\s*[\"'`\[]?([A-Za-z_][\w$]{0,80})")
_NO_COLUMNS = frozenset({"primary", "foreign", "unique", "constraint", "check"})


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield a setting `table:NAME` for each table, and its columns as the value."""
    found = matches_in(_TABLE, source.view(0, _SCHEMA_BYTES))
    for number, table in enumerate(found):
        budget.spend_items()
        if number >= _MOST_TABLES:
            return
        columns = [text_of(name).lower() for name in _COLUMN.findall(_balanced(table.group(2)))]
        kept = [name for name in columns if name not in _NO_COLUMNS]
        name = text_of(table.group(1)).lower()
        yield Config(name=f"table:{name}", value=",".join(kept), place=f"schema, table {name}")


def _balanced(text: bytes) -> bytes:
    """What stands between the opening parenthesis and the one that closes it, inner ones left out."""
    depth = 0
    kept = bytearray()
    for byte in text:
        if byte == 0x28:
            depth += 1
        elif byte == 0x29:
            depth -= 1
            if depth < 0:
                break
        elif depth == 0:
            kept.append(byte)
    return bytes(kept)
