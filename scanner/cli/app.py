"""The commands, put together. Each command's module is imported when the command runs, so that --help is quick."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from scanner.cli import ordinances, report, scan, signatures
from scanner.cli.exits import Exit

app = typer.Typer(
    name="frscan",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Every day: `frscan app.apk` · `frscan scan FOLDER -f html=report.html` · `frscan signatures list`",
)


def _version(asked: bool | None) -> None:  # noqa: FBT001  (typer calls it with the flag)
    if asked:
        from importlib.metadata import version

        print(f"frscan {version('frscan')}")
        raise typer.Exit


_Version = Annotated[
    bool | None, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
]


@app.callback()
def frscan(
    version: _Version = None,
) -> None:
    """Find face-recognition technology in software, and the ordinances it may touch.

    frscan only reads: it runs nothing of what it scans and opens no network connection.
    """


app.command("scan")(scan.scan_command)
app.command("report")(report.report)
app.add_typer(signatures.app, name="signatures")
app.add_typer(ordinances.app, name="ordinances")

_COMMANDS = ("scan", "report", "signatures", "ordinances")
_OWN_OPTIONS = ("-h", "--help", "--version", "--install-completion", "--show-completion")


def run(arguments: Sequence[str]) -> None:
    """Run the command line. `frscan PATH…` is `frscan scan PATH…`; a command's name wins over a path."""
    first = arguments[0] if arguments else ""
    if arguments and first not in _COMMANDS and first not in _OWN_OPTIONS:
        arguments = ["scan", *arguments]
    try:
        app(args=list(arguments), prog_name="frscan")
    except SystemExit as stop:
        sys.exit(Exit.INTERRUPTED if stop.code == Exit.INTERRUPTED else stop.code)
