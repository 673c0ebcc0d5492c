"""`frscan audit`: the same check over many targets, kept, repeated and compared."""

import csv
import io
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.exits import Exit, refuse
from scanner.cli.options import Public

if TYPE_CHECKING:
    from scanner.audits import AuditRow, Difference, Plan, ResultRow, Store, Told

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Check many targets by a plan, keep what was found, repeat it and see what changed.",
)
_Table = list[dict[str, object]]
_Plan = Annotated[Path, typer.Argument(metavar="PLAN.TOML", help="The plan of the audit.", show_default=False)]
_Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Only the last line.")]
_FromFacts = Annotated[
    bool, typer.Option("--from-facts", help="Read nothing: ask the signatures in use of the stored facts.")
]
_Number = Annotated[int | None, typer.Option(metavar="NUMBER", help="An audit by its number; the latest otherwise.")]


class _Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class _ReportFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    HTML = "html"


class _System(StrEnum):
    SYSTEMD = "systemd"
    WINDOWS = "windows"
    LAUNCHD = "launchd"
    CRON = "cron"


class _By(StrEnum):
    COMPONENT = "component"
    VENDOR = "vendor"
    DEPARTMENT = "department"
    TARGET = "target"


_FormatOption = Annotated[_Format, typer.Option("-f", "--format", help="How it is written.")]


@app.command("run", short_help="Check every target of the plan.")
def run(
    plan: _Plan,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=0, help="Worker processes; 0 is one a processor.")] = 0,
    from_facts: _FromFacts = False,  # noqa: FBT002  (a command line flag)
    events: Annotated[
        Path | None, typer.Option("--events", metavar="FILE", help="Add what happened to a file of JSON lines.")
    ] = None,
    mail: Annotated[
        Path | None, typer.Option("--mail", metavar="FILE", help="Write the text of a mail about it to a file.")
    ] = None,
    quiet: _Quiet = False,  # noqa: FBT002
) -> None:
    """Check every target of the plan; an interrupted audit goes on where it stopped.

    Exit status: 0 nothing found, 1 found, 2 a bad plan or an audit that runs already, 3 a target could not be read or
    checked whole and nothing was found, 130 interrupted.
    """
    from scanner.audits import run_audit, summary_line

    with _opened(plan) as (read, store):
        try:
            audit = run_audit(read, store, jobs=jobs, from_facts=from_facts, watch=_silent if quiet else _tell)
        except KeyboardInterrupt:
            print("frscan audit: interrupted; the next run goes on from here.", file=sys.stderr)
            raise typer.Exit(Exit.INTERRUPTED) from None
        results = store.results(audit)
        if events is not None or mail is not None:
            _notify(store, audit, events, mail)
    print(summary_line(read.name, audit, results))
    raise typer.Exit(_status(results))


@app.command("history", short_help="List the audits so far.")
def history(plan: _Plan, format_: _FormatOption = _Format.TEXT) -> None:
    """List the audits of the plan, the latest first."""
    with _opened(plan) as (read, store):
        rows = [(audit, store.results(audit.id)) for audit in store.audits(read.name)]
    table: _Table = [
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
    _write(table, format_)


@app.command("diff", short_help="Say what is new, gone, or was not looked at.")
def diff(
    plan: _Plan,
    before: _Number = None,
    after: _Number = None,
    by: Annotated[_By | None, typer.Option("--by", help="Count by this instead of listing.")] = None,
    format_: _FormatOption = _Format.TEXT,
) -> None:
    """Say what is new, unchanged, gone, or was not looked at, between the last two audits or the two named.

    Exit status: 1 if something is new, otherwise 0.
    """
    from scanner.audits import differences
    from scanner.model.comparison import Change

    with _opened(plan) as (read, store):
        finished = [audit.id for audit in store.audits(read.name) if audit.finished]
        after = after if after is not None else next(iter(finished), None)
        before = before if before is not None else next((n for n in finished if after is not None and n < after), None)
        if after is None or before is None or not {before, after} <= set(finished):
            reason = "there are no two finished audits to compare; `frscan audit history` lists them."
            refuse(reason, command="frscan audit")
        found = differences(store, before, after)
    _write(_counted(found, by) if by else [_row(entry) for entry in found], format_)
    raise typer.Exit(Exit.FOUND if any(entry.change is Change.NEW for entry in found) else Exit.NOTHING)


@app.command("report", short_help="Show or write what an audit says.")
def report(
    plan: _Plan,
    audit: _Number = None,
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
        refuse("a site needs `-f html -o FOLDER`, and --public is for a site.", command="frscan audit")
    with _opened(plan) as (read, store):
        known = [row.id for row in store.audits(read.name)]
        chosen = audit if audit is not None else next(iter(known), None)
        if chosen is None or chosen not in known:
            refuse("there is no such audit; `frscan audit history` lists them.", command="frscan audit")
        if target is not None:
            _whole(store, chosen, target)
            return
        if output is not None:
            _site(read, store, next(row for row in store.audits(read.name) if row.id == chosen), output, public=public)
            return
        table: _Table = [
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
    _write(table, _Format(format_))


@app.command("schedule", short_help="Show what repeats it every week.")
def schedule(
    plan: _Plan,
    system: Annotated[_System, typer.Option("--system", help="What is to repeat it.")] = _System.SYSTEMD,
    folder: Annotated[
        Path | None, typer.Option("--write", metavar="FOLDER", help="Write the files there; otherwise they are shown.")
    ] = None,
) -> None:
    """Show, or write, what a weekly repetition needs, and the command that installs it. Nothing is installed."""
    from scanner.audits import BadPlan, Repeat, read_plan, schedules

    try:
        name = read_plan(plan).name
    except BadPlan as error:
        refuse(str(error), command="frscan audit")
    repeat = Repeat(plan=plan.resolve(), name=name, program=(sys.executable, "-m", "scanner"))
    files = dict(schedules(repeat)[system])
    install = files.pop("install")
    for file, content in files.items():
        if folder is not None:
            encoding = "utf-16" if system is _System.WINDOWS else "utf-8"
            (folder / file).write_text(content, encoding=encoding)
        print(f"# {file}\n{content}")
    print(f"# To install it: {install}")


@contextmanager
def _opened(path: Path) -> Iterator[tuple["Plan", "Store"]]:
    from scanner.audits import BadPlan, BadStore, Store, read_plan
    from scanner.catalogue.load import CatalogueError

    try:
        plan = read_plan(path)
        with Store(plan.store) as store:
            yield plan, store
    except (BadPlan, BadStore, CatalogueError) as error:
        refuse(str(error), command="frscan audit")


def _notify(store: "Store", audit: int, events: Path | None, mail: Path | None) -> None:
    """Write what the site's own programs send on."""
    from scanner.audits import append_events, mail_body, notice_of

    notice = notice_of(store, audit)
    try:
        if events is not None:
            append_events(notice, events)
        if mail is not None:
            mail.write_text(mail_body(notice), encoding="utf-8")
    except OSError as error:
        refuse(f"{error.filename}: cannot be written: {error.strerror}.", command="frscan audit")


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


def _row(entry: "Difference") -> dict[str, object]:
    return {name: str(getattr(entry, name)) for name in entry.__struct_fields__}


def _counted(found: tuple["Difference", ...], by: _By) -> _Table:
    numbers = Counter((str(getattr(entry, by)), str(entry.change)) for entry in found)
    names = sorted({name for name, _ in numbers})
    changes = ("new", "unchanged", "gone", "not-looked-at")
    return [{str(by): name, **{change: numbers[name, change] for change in changes}} for name in names]


def _whole(store: "Store", audit: int, target: str) -> None:
    from scanner.reports import RenderOptions, formats

    whole = store.report(audit, target)
    if whole is None:
        refuse(f"audit {audit} has no report on {target!a}.", command="frscan audit")
    print(formats()["json"].render(whole, RenderOptions()), end="")


def _site(plan: "Plan", store: "Store", audit: "AuditRow", folder: Path, *, public: bool) -> None:
    from scanner.audits import write_site
    from scanner.engine.scan import now
    from scanner.ordinances import DeterminationError, read_determinations

    try:
        known = read_determinations(plan.determinations) if plan.determinations else ()
        pages = write_site(store, audit, folder, determinations=known, as_of=now().date(), public=public)
    except DeterminationError as error:
        refuse(str(error), command="frscan audit")
    except OSError as error:
        refuse(f"{folder}: cannot be written: {error.strerror}.", command="frscan audit")
    print(f"{folder / 'index.html'}: the site of audit {audit.id}, with {pages:,} reports.", file=sys.stderr)


def _write(table: _Table, format_: _Format) -> None:
    """A table for a person, a program or a spreadsheet."""
    from scanner.reports import printable
    from scanner.reports.csv import safe_cell

    if format_ is _Format.JSON:
        import msgspec

        print(msgspec.json.format(msgspec.json.encode(table), indent=2).decode())
        return
    if format_ is _Format.CSV:
        out = io.StringIO()
        if table:
            writer = csv.writer(out)
            writer.writerow(table[0])
            writer.writerows([safe_cell(str(value)) for value in row.values()] for row in table)
        print(out.getvalue(), end="")
        return
    for row in table:
        print("  ".join(f"{name}={printable(str(value))}" for name, value in row.items() if value != ""))
    if not table:
        print("There is nothing to show yet.")
