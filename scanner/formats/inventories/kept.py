"""What people told of tables whose columns no dialect knows, kept in a file so that nobody is asked twice:

[[table]]
headers = ["Bezug", "Wer"]     # the table's first row, which it is known again by
name = "Bezug"                 # which of them names the product; further publisher, version, ids, department
publisher = "Wer"
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from scanner.formats.inventories.dialect import ROLES, BadColumns, header_key, headers_key

_MOST_BYTES = 1 << 20


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table's headers, and which of them holds what."""

    headers: tuple[str, ...]
    name: str
    publisher: str = ""
    version: str = ""
    ids: str = ""
    department: str = ""

    def told(self) -> Iterator[tuple[str, str]]:
        """Role and header, for each role that was told."""
        return ((role, getattr(self, role)) for role in ROLES if getattr(self, role))


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    table: tuple[Table, ...] = ()


def read_kept(path: Path) -> tuple[Table, ...]:
    """The tables in a file. Raises `BadColumns` with a sentence about it, `FileNotFoundError` if there is none."""
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        if len(data) > _MOST_BYTES:
            raise BadColumns(f"{path}: it is larger than a file of columns can be (1 MiB).")
        tables = msgspec.toml.decode(data, type=_File).table
    except FileNotFoundError:
        raise
    except OSError as error:
        raise BadColumns(f"{path}: the file of columns cannot be read ({error.strerror}).") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadColumns(f"{path}: {error}") from error
    for table in tables:
        known = set(map(header_key, table.headers))
        for role, header in table.told():
            if header_key(header) not in known:
                raise BadColumns(f"{path}: {role} is {header!a}, which is none of its table's headers.")
    return tables


def words(tables: Iterable[Table]) -> tuple[str, ...]:
    """What a reader is told of them, sorted: each word holds for tables with just these headers."""
    return tuple(
        sorted(f"{headers_key(table.headers)}:{role}={header}" for table in tables for role, header in table.told())
    )


def written(tables: Iterable[Table]) -> str:
    """The content of a file that keeps them."""
    return "\n".join(_written(table) for table in tables)


def _written(table: Table) -> str:
    # TOML 1.0: a basic string escapes like JSON's, and DEL besides.
    lines = [f"{role} = {_text(header)}\n" for role, header in table.told()]
    return f"[[table]]\nheaders = [{', '.join(map(_text, table.headers))}]\n{''.join(lines)}"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
