"""`frscan audit run`: check every target of a plan, keep what was found, and tell of it."""

import sys
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.audit.notices import Events, Mail, Webhook, write_notices
from scanner.cli.audit.opened import COMMAND, PlanFile, opened
from scanner.cli.exits import Exit, refuse

if TYPE_CHECKING:
    from scanner.audits import ResultRow, Told


class _Engine(StrEnum):
    LOCAL = "local"
    DASK = "dask"


_FromFacts = Annotated[
    bool, typer.Option("--from-facts", help="Read nothing: ask the signatures in use of the stored facts.")
]
_Jobs = Annotated[
    int,
    typer.Option("-j", "--jobs", min=0, help="Worker processes; 0 is what the plan says, or one a processor."),
]
_Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Only the last line.")]


def run(
    plan: PlanFile,
    jobs: _Jobs = 0,
    from_facts: _FromFacts = False,  # noqa: FBT002  (a command line flag)
    engine: Annotated[
        _Engine, typer.Option("--engine", help="Where targets are checked: here, or spread over a Dask cluster.")
    ] = _Engine.LOCAL,
    scheduler: Annotated[
        str,
        typer.Option("--scheduler", metavar="ADDRESS", help="The cluster's scheduler; otherwise workers here."),
    ] = "",
    events: Events = None,
    mail: Mail = None,
    webhook: Webhook = None,
    quiet: _Quiet = False,  # noqa: FBT002
) -> None:
    """Check every target of the plan; an interrupted audit goes on where it stopped.

    Exit status: 0 nothing found, 1 found, 2 a bad plan or an audit that runs already, 3 a target could not be read or
    checked whole and nothing was found, 130 interrupted.
    """
    from scanner.audits import Fleet, run_audit, summary_line

    if (scheduler and engine is _Engine.LOCAL) or (from_facts and engine is _Engine.DASK):
        refuse(
            "--scheduler is for `--engine dask`, and --from-facts reads nothing that could be spread.", command=COMMAND
        )
    warn = cache(_warn)  # once each: many machines may have the same trouble
    spread = Fleet(scheduler, warn) if engine is _Engine.DASK else None
    watch = _silent if quiet else _tell
    with opened(plan) as (read, store):
        try:
            audit = run_audit(read, store, jobs=jobs, from_facts=from_facts, spread=spread, watch=watch, warn=warn)
        except KeyboardInterrupt:
            print("frscan audit: interrupted; the next run goes on from here.", file=sys.stderr)
            raise typer.Exit(Exit.INTERRUPTED) from None
        results = store.results(audit)
        write_notices(store, audit, events, mail, webhook)
    print(summary_line(read.name, audit, results))
    raise typer.Exit(_status(results))


def _warn(warning: str) -> None:
    from scanner.reports import printable

    print(f"frscan audit: {printable(warning)}", file=sys.stderr)


def _silent(_told: "Told") -> None:
    pass


def _tell(told: "Told") -> None:
    from scanner.reports import printable

    said = told.result.error or told.result.verdict + ("" if told.result.is_complete else ", not all of it was read")
    print(f"{told.number}/{told.of} {printable(told.target)}: {printable(said)}", file=sys.stderr)


def _status(results: list["ResultRow"]) -> Exit:
    """Found, where a component recognises and some law is not known to stay out of it."""
    passes = {"not-applicable", "not-reached"}
    if any(result.verdict == "recognition" and result.outcome not in passes for result in results):
        return Exit.FOUND
    return Exit.NOTHING if all(result.is_complete for result in results) else Exit.INCOMPLETE
