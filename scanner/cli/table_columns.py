"""Asking once what the columns of a table hold that no dialect knows, and keeping the answer."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import refuse

if TYPE_CHECKING:
    from scanner.formats.inventories.kept import Table
    from scanner.model.report import Report

_NAME = "columns.toml"
_QUESTIONS = {
    "name": "the product's name",
    "publisher": "its publisher",
    "version": "its version",
    "ids": "an identifier of it (package, bundle, CPE)",
    "department": "the department it belongs to",
}


def columns_file(named: Path | None) -> Path:
    """Where answers are kept: in the file the user named, otherwise among this user's settings."""
    from platformdirs import user_config_path

    return named if named is not None else user_config_path("frscan", appauthor=False) / _NAME


def told_before(named: Path | None) -> tuple["Table", ...]:
    """The tables that were told of before. A file that is no such file, or a named one that is not there although
    nobody can be asked, ends the program with a sentence."""
    file = columns_file(named)
    if named is None and not file.exists():
        return ()
    from scanner.formats.inventories.dialect import BadColumns
    from scanner.formats.inventories.kept import read_kept

    try:
        return read_kept(file)
    except BadColumns as error:
        refuse(str(error))
    except FileNotFoundError:
        if named is not None and not _can_ask():
            refuse(f"{named}: there is no such file of columns, and no terminal on which to ask for them.")
        return ()


def asked(report: "Report", kept: tuple["Table", ...], named: Path | None) -> tuple["Table", ...]:
    """All tables that are told of now, and kept, if somebody at a terminal told of a new one; otherwise none."""
    from scanner.formats.inventories.kept import written

    tables = {unread.columns: unread.locator for unread in report.unreadable if unread.columns}
    if not tables or not _can_ask():
        return ()
    found = tuple(_answers(tables))
    if not found:
        return ()
    file = columns_file(named)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written((*kept, *found)), encoding="utf-8")
        print(f"Kept in {file}: tables with these columns are read so from now on.", file=sys.stderr)
    except OSError as error:
        print(f"{file}: the answers could not be kept ({error.strerror}); they hold for this scan.", file=sys.stderr)
    return (*kept, *found)


def _can_ask() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def _answers(tables: dict[tuple[str, ...], str]) -> Iterator["Table"]:
    from scanner.formats.inventories.kept import Table
    from scanner.reports import printable

    for headers, locator in tables.items():
        print(f"\n{printable(locator)}: which column holds what? The table has", file=sys.stderr)
        for number, header in enumerate(headers, 1):
            print(f"  {number:>3}  {printable(header)}", file=sys.stderr)
        name = _answer("name", headers, "leave the table unread")
        if name:
            rest = {role: _answer(role, headers, "none") for role in _QUESTIONS if role != "name"}
            yield Table(headers=headers, name=name, **rest)


def _answer(role: str, headers: tuple[str, ...], nothing: str) -> str:
    """A header by its number; empty for none."""
    while True:
        # Not by typer's prompt, which writes a space to standard output, where the report belongs.
        print(f"Number of the column with {_QUESTIONS[role]} (empty: {nothing}): ", end="", file=sys.stderr, flush=True)
        said = sys.stdin.readline().strip()
        if not said:
            return ""
        if said.isascii() and said.isdigit() and 0 < int(said) <= len(headers) and headers[int(said) - 1]:
            return headers[int(said) - 1]
        print(f"One of the numbers 1 to {len(headers)}, please.", file=sys.stderr)
