"""`frscan audit`: the same check over many targets, kept, repeated and compared. One file a command."""

import typer

from scanner.cli.audit.history import diff, history
from scanner.cli.audit.report import report
from scanner.cli.audit.run import run
from scanner.cli.audit.schedule import schedule

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Check many targets by a plan, keep what was found, repeat it and see what changed.",
)
app.command("run", short_help="Check every target of the plan.")(run)
app.command("history", short_help="List the audits so far.")(history)
app.command("diff", short_help="Say what is new, gone, or was not looked at.")(diff)
app.command("report", short_help="Show or write what an audit says.")(report)
app.command("schedule", short_help="Show what repeats it every week.")(schedule)
