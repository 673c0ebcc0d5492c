"""`frscan audit report`: what an audit says, as a table, a whole report on one target, or a site."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.audit.opened import COMMAND, Number, PlanFile, opened
from scanner.cli.audit.table import Format, Table, write
from scanner.cli.exits import refuse
from scanner.cli.options import Public

if TYPE_CHECKING:
    from scanner.audits import AuditRow, Plan, Store


class _ReportFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


def report(
    plan: PlanFile,
    audit: Number = None,
    target: Annotated[str | None, typer.Option("--target", help="The whole report on this target, as JSON.")] = None,
    format_: Annotated[_ReportFormat, typer.Option("-f", "--format", help="How it is written.")] = _ReportFormat.TEXT,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FOLDER", help="Where the site goes that html writes.")
    ] = None,
    public: Public = False,  # noqa: FBT002
) -> None:
    """Show what an audit says of each target, export the whole report on one, or write a site about all (html).

    The site is a folder to open in a browser or to publish: index.html, a report a target, and the table of
    determinations. The plan may name the file in which determinations are kept.
    """
    if (format_ is _ReportFormat.HTML) != (output is not None) or (public and output is None):
        refuse("a site needs `-f html -o FOLDER`, and --public is for a site.", command=COMMAND)
    with opened(plan) as (read, store):
        known = [row.id for row in store.audits(read.name)]
        chosen = audit if audit is not None else next(iter(known), None)
        if chosen is None or chosen not in known:
            refuse("there is no such audit; `frscan audit history` lists them.", command=COMMAND)
        if target is not None:
            _whole(store, chosen, target)
            return
        if output is not None:
            _site(read, store, next(row for row in store.audits(read.name) if row.id == chosen), output, public=public)
            return
        table: Table = [
            {
                "target": result.target,
                "department": result.department,
                "verdict": result.verdict or "not checked",
                "outcome": result.outcome,
                "complete": "yes" if result.is_complete else "no",
                "why": result.error,
            }
            for result in store.results(chosen)
        ]
    write(table, Format(format_))


def _whole(store: "Store", audit: int, target: str) -> None:
    from scanner.reports import RenderOptions, formats

    whole = store.report(audit, target)
    if whole is None:
        refuse(f"audit {audit} has no report on {target!a}.", command=COMMAND)
    print(formats()["json"].render(whole, RenderOptions()), end="")


def _site(plan: "Plan", store: "Store", audit: "AuditRow", folder: Path, *, public: bool) -> None:
    from scanner.audits import write_site
    from scanner.engine.scan import now
    from scanner.ordinances import DeterminationError, read_determinations

    try:
        known = read_determinations(plan.determinations) if plan.determinations else ()
        pages = write_site(store, audit, folder, determinations=known, as_of=now().date(), public=public)
    except DeterminationError as error:
        refuse(str(error), command=COMMAND)
    except OSError as error:
        refuse(f"{folder}: cannot be written: {error.strerror}.", command=COMMAND)
    print(f"{folder / 'index.html'}: the site of audit {audit.id}, with {pages:,} reports.", file=sys.stderr)
