"""What people decided: a filled determination table taken back, kept in a file, and shown in reports."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from io import StringIO
from pathlib import Path

import msgspec

from scanner.model.determination import ANSWER_COLUMNS, Decision, Determination
from scanner.model.law import Law
from scanner.model.report import Report
from scanner.ordinances.load import laws
from scanner.ordinances.stated_file import text_of

_MOST_BYTES = 32 << 20
_REQUIRED = ("component", *ANSWER_COLUMNS)


class DeterminationError(Exception):
    """A table or a file of determinations that cannot be taken; a sentence with the file, the row and what is wrong."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    determinations: tuple[Determination, ...] = ()


def read_table(path: Path) -> tuple[Determination, ...]:
    """The decisions of a filled table; rows without any answer say nothing. Raises `DeterminationError`.

    Tables of spreadsheets are taken as they are saved: with a byte order mark, with semicolons or tabs.
    """
    text = text_of(path, _MOST_BYTES, DeterminationError)
    rows = csv.DictReader(StringIO(text, newline=""), delimiter=_delimiter(text))
    missing = [column for column in _REQUIRED if column not in (rows.fieldnames or ())]
    if missing:
        raise DeterminationError(f"{path}: the table has no column {missing[0]}; `frscan report -f csv` makes one.")
    known = {law.id: law for law in laws()}
    found = []
    try:
        for row in rows:
            cells = {column: _plain(row.get(column)) for column in (*_REQUIRED, "name", "version")}
            if any(cells[column] for column in ANSWER_COLUMNS):
                found.append(_decision(cells, known, f"{path}: line {rows.line_num}"))
    except csv.Error as error:
        raise DeterminationError(f"{path}: line {rows.line_num} cannot be read: {error}.") from error
    return tuple(found)


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return max(",;\t", key=header.count)


def _plain(cell: object) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    text = cell.strip() if isinstance(cell, str) else ""
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@") else text


def _decision(cells: Mapping[str, str], known: Mapping[str, Law], where: str) -> Determination:
    for column in ("component", "decision", "decided_by", "decided_on", "reason"):
        if not cells[column]:
            raise DeterminationError(f"{where} says something and leaves `{column}` empty.")
    decision = cells["decision"].lower().replace(" ", "-").replace("_", "-")
    if decision not in set(Decision):
        raise DeterminationError(f"{where}: `decision` is one of {', '.join(Decision)}, not {cells['decision']!a}.")
    law = known.get(cells["ordinance"])
    if cells["ordinance"] and law is None:
        raise DeterminationError(f"{where}: no ordinance has the id {cells['ordinance']!a}.")
    exceptions = {entry.id for one in ([law] if law else known.values()) for entry in one.exceptions}
    if cells["exception"] and cells["exception"] not in exceptions:
        raise DeterminationError(f"{where}: no exception has the id {cells['exception']!a}.")
    decided_on, valid_until = (_day(cells[column], column, where) for column in ("decided_on", "valid_until"))
    if valid_until and decided_on and valid_until < decided_on:
        raise DeterminationError(f"{where}: it ends on {valid_until}, before it was decided on {decided_on}.")
    return Determination(
        component=cells["component"],
        decision=Decision(decision),
        decided_by=cells["decided_by"],
        decided_on=decided_on or date.min,
        reason=cells["reason"],
        valid_until=valid_until,
        ordinance=cells["ordinance"],
        exception=cells["exception"],
        name=cells["name"],
        version=cells["version"],
    )


def _day(cell: str, column: str, where: str) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError as error:
        raise DeterminationError(f"{where}: `{column}` is written as 2026-01-31, not {cell!a}.") from error


def read_determinations(path: Path) -> tuple[Determination, ...]:
    """The decisions that a file of `frscan determine` keeps. Raises `DeterminationError`."""
    try:
        return msgspec.json.decode(text_of(path, _MOST_BYTES, DeterminationError), type=_File).determinations
    except msgspec.DecodeError as error:
        raise DeterminationError(f"{path}: is no file of determinations: {error}.") from error


def kept(path: Path, new: Iterable[Determination]) -> tuple[Determination, ...]:
    """Add decisions to a file, which may not be there yet; earlier ones stay. Returns all of them, in order.

    Raises `DeterminationError`, also if the file cannot be written.
    """
    earlier = read_determinations(path) if path.exists() else ()
    together = _in_order((*earlier, *new))
    content = msgspec.json.format(msgspec.json.encode(_File(together), order="deterministic"), indent=2)
    try:
        path.write_bytes(content + b"\n")
    except OSError as error:
        raise DeterminationError(f"{path}: cannot be written: {error.strerror or 'unknown reason'}.") from error
    return together


def _in_order(determinations: Iterable[Determination]) -> tuple[Determination, ...]:
    distinct = {msgspec.json.encode(one, order="deterministic"): one for one in determinations}
    ranked = sorted((one.component, one.ordinance, one.decided_on, key) for key, one in distinct.items())
    return tuple(distinct[key] for *_, key in ranked)


def decided(report: Report, determinations: Sequence[Determination]) -> Report:
    """The report with the decisions about its components."""
    here = {component.id for component in report.components}
    about = [one for one in determinations if one.component in here]
    return msgspec.structs.replace(report, determinations=_in_order((*report.determinations, *about)))
