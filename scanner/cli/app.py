"""The command line as a whole: what stands before and around the commands, and what is said of wrong usage."""

import re
import sys
import textwrap
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from scanner import __version__
from scanner.cli.commands import Commands, is_command, loaded
from scanner.cli.exits import Exit

app = typer.Typer(
    name="frscan",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
)


def _version(asked: bool | None) -> None:  # noqa: FBT001  (typer calls it with the flag)
    if asked:
        print(f"frscan {__version__}")
        raise typer.Exit


_Version = Annotated[
    bool | None, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
]


@app.callback()
def frscan(
    version: _Version = None,
) -> None:
    """Find face-recognition technology in software, and the laws it may touch.

    Every day:

    \b
      frscan app.apk                               What is in this app?
      frscan FOLDER -f html=report.html            A page to read and hand on.
      frscan app.apk -f vendor-letter=letter.md    What to ask the vendor.

    frscan only reads: it runs nothing of what it scans and opens no network
    connection. `frscan PATH` is short for `frscan scan PATH`.
    """


_WRITTEN_DOWN = (
    'Every option can also stand in frscan.toml (fail-on = ["never"]) or in the environment (FRSCAN_FAIL_ON=never);'
    " `frscan config` shows what holds."
)
_HELP = {"-h", "--help"}
_RANGE = re.compile(r"a valid (?:int|integer|int range|float)$")
"""What the library of the command line calls a number."""
_OWN_OPTIONS = {*_HELP, "--version", "--install-completion", "--show-completion"}


def run(arguments: Sequence[str]) -> None:
    """Run the command line. `frscan PATH…` is `frscan scan PATH…`; a command's name wins over a path.

    Wrong usage is told in one sentence and exits 2.
    """
    if "" in arguments:
        print("frscan: an argument is empty. To look into the current folder, write a dot: `frscan .`", file=sys.stderr)
        sys.exit(Exit.USAGE)
    first = arguments[0] if arguments else ""
    if arguments and not is_command(first) and first not in _OWN_OPTIONS:
        arguments = ["scan", *arguments]
    if _HELP & set(arguments) and is_command(arguments[0]):
        _name_the_formats(loaded(arguments[0]))
    command: Any = typer.main.get_command(app)
    try:
        status = command.main(args=list(arguments), prog_name="frscan", standalone_mode=False)
    except _WRONG_USAGE as error:
        _refuse(error)
    except typer.Abort:
        print("frscan: interrupted.", file=sys.stderr)
        sys.exit(Exit.INTERRUPTED)
    sys.exit(status)


_WRONG_USAGE: Any = typer.BadParameter.__mro__[2]  # ClickException, which typer does not export


def _refuse(error: Any) -> None:
    """Say in one line what is wrong with the call, and exit 2; without any argument, show the help instead."""
    from scanner.reports.printable import printable

    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message(), file=sys.stderr)
        sys.exit(Exit.USAGE)
    path = context.command_path if context else "frscan"
    message = printable(" ".join(error.format_message().split())).rstrip(".")
    message = _RANGE.sub("a number that can stand here", message)
    print(f"{path}: {message}. `{path} --help` shows what can be written.", file=sys.stderr)
    sys.exit(Exit.USAGE)


def _name_the_formats(command: Any) -> None:
    """Put the formats, found by their place, under the help of a command that writes reports."""
    from scanner.reports import formats

    if any("--format" in parameter.opts and parameter.multiple for parameter in command.params):
        lines = "\n".join("\n".join([name, *_told(module.FORMAT.line)]) for name, module in formats().items())
        command.epilog = f"{_WRITTEN_DOWN}\n\nFormats:\n\n\b\n{lines}"


def _told(line: str) -> list[str]:
    return textwrap.wrap(line, 72, initial_indent="    ", subsequent_indent="    ")
