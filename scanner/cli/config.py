"""`frscan config`: which options hold for a scan, and where each value comes from."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from scanner.cli.commands import loaded
from scanner.cli.options import FOUND_SETTINGS
from scanner.cli.settings_file import is_passed_over, variable, written_down

_Arguments = Annotated[
    list[str] | None,
    typer.Argument(metavar="[OPTIONS AND PATHS OF A SCAN]…", help="As after `frscan scan`.", show_default=False),
]
_NOWHERE = "a-target-of-any-name"
"""Stands for the paths if none are given; a settings file in the current folder then holds."""


def config(
    context: typer.Context,
    arguments: _Arguments = None,
) -> None:
    """Show which options would hold for a scan, and where each comes from.

    The command line goes before the environment (FRSCAN_FORMAT for --format), the environment before the settings
    file, the settings file before the default.
    """
    scan = loaded("scan")
    given = [*(arguments or ()), *context.args]
    asked: Any = scan.make_context("scan", [*given] if _names_a_path(scan, given) else [*given, _NOWHERE])
    file = asked.meta.get(FOUND_SETTINGS)
    print(f"Settings file: {file or 'none'}")
    if is_passed_over([Path(path) for path in asked.params["paths"]]):
        print("frscan.toml in this folder is part of the target and is not obeyed; --config names it.", file=sys.stderr)
    for line in _lines(asked, str(file)):
        print(line)


def _names_a_path(scan: Any, given: list[str]) -> bool:
    tried = scan.make_context("scan", list(given), resilient_parsing=True)
    return bool(tried.params.get("paths"))


def _lines(asked: Any, file: str) -> Iterator[str]:
    """One line an option: `--jobs: 4 (environment, FRSCAN_JOBS)`."""
    for name, parameter in sorted(written_down(asked.command.params).items()):
        source = asked.get_parameter_source(parameter.name)
        told = {
            "COMMANDLINE": "command line",
            "ENVIRONMENT": f"environment, {variable(name)}",
            "DEFAULT_MAP": f"settings file, {file}",
        }.get(source.name, "default")
        yield f"--{name}: {_shown(asked.params[parameter.name])} ({told})"


def _shown(value: object) -> str:
    from scanner.reports.printable import printable

    if value is None or value == [] or value == ():
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return printable(", ".join(map(str, value)))
    return printable(str(value))
