"""`frscan audit history` and `frscan audit diff`: the audits so far, and what changed between two of them."""

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.audit.opened import COMMAND, Number, PlanFile, opened
from scanner.cli.audit.table import Format, FormatOption, Table, write
from scanner.cli.exits import Exit, refuse

if TYPE_CHECKING:
    from scanner.audits import Difference


class _By(StrEnum):
    COMPONENT = "component"
    VENDOR = "vendor"
    DEPARTMENT = "department"
    TARGET = "target"


def history(plan: PlanFile, format_: FormatOption = Format.TEXT) -> None:
    """List the audits of the plan, the latest first."""
    with opened(plan) as (read, store):
        rows = [(audit, store.results(audit.id)) for audit in store.audits(read.name)]
    table: Table = [
        {
            "audit": audit.id,
            "started": audit.started,
            "finished": audit.finished,
            "targets": len(results),
            "recognition": sum(result.verdict == "recognition" for result in results),
            "incomplete": sum(not result.is_complete for result in results),
            "read": "from facts" if audit.is_again else "yes",
            "signatures": audit.signatures,
        }
        for audit, results in rows
    ]
    write(table, format_)


def diff(
    plan: PlanFile,
    before: Number = None,
    after: Number = None,
    by: Annotated[_By | None, typer.Option("--by", help="Count by this instead of listing.")] = None,
    format_: FormatOption = Format.TEXT,
) -> None:
    """Say what is new, unchanged, gone, or was not looked at, between the last two audits or the two named.

    Exit status: 1 if something is new, otherwise 0.
    """
    from scanner.audits import differences
    from scanner.model.comparison import Change

    with opened(plan) as (read, store):
        finished = [audit.id for audit in store.audits(read.name) if audit.finished]
        after = after if after is not None else next(iter(finished), None)
        before = before if before is not None else next((n for n in finished if after is not None and n < after), None)
        if after is None or before is None or not {before, after} <= set(finished):
            reason = "there are no two finished audits to compare; `frscan audit history` lists them."
            refuse(reason, command=COMMAND)
        found = differences(store, before, after)
    write(_counted(found, by) if by else [_row(entry) for entry in found], format_)
    raise typer.Exit(Exit.FOUND if any(entry.change is Change.NEW for entry in found) else Exit.NOTHING)


def _row(entry: "Difference") -> dict[str, object]:
    return {name: str(getattr(entry, name)) for name in entry.__struct_fields__}


def _counted(found: tuple["Difference", ...], by: _By) -> Table:
    numbers = Counter((str(getattr(entry, by)), str(entry.change)) for entry in found)
    names = sorted({name for name, _ in numbers})
    changes = ("new", "unchanged", "gone", "not-looked-at")
    return [{str(by): name, **{change: numbers[name, change] for change in changes}} for name in names]
