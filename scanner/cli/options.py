"""Options that several commands take, so that one word means one thing everywhere.

A command that takes `--config` takes every option of its own from `frscan.toml` and from `FRSCAN_*` too.
"""

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import completion
from scanner.cli.settings_file import NAME, SettingsError, find, settings

FOUND_SETTINGS = "frscan.settings-file"
"""Where the context of a command keeps which settings file holds."""


def obey_settings(context: typer.Context, value: Path | None) -> Path | None:
    """Make what the settings file says the default of the options that come after; the paths are known already.

    Raises `typer.BadParameter` with a sentence about the file.
    """
    paths = [Path(path) for path in context.params.get("paths") or ()]  # typer before 0.29 gives them as text here
    try:
        file = value or find(paths)
        if file is not None:
            from scanner.cli.commands import settings_keys

            context.default_map = settings(file, context.command.params, settings_keys)
            context.meta[FOUND_SETTINGS] = file
    except SettingsError as error:
        raise typer.BadParameter(str(error)) from error
    return value


Formats = Annotated[
    list[str] | None,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT[=FILE]",
        help="One of the formats below, text if left out; several at once as -f html=out.html.",
        autocompletion=completion.report_formats,
    ),
]
Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where the report goes; - is standard output.")
]
Public = Annotated[
    bool, typer.Option("--public", help="The public edition: no folders, names of people, or commands to check.")
]
BaselineFile = Annotated[
    Path | None,
    typer.Option("--baseline", metavar="REPORT", help="An earlier JSON report: say what is new; only that counts."),
]
WaiversFile = Annotated[
    Path | None,
    typer.Option(
        "--waivers", metavar="FILE", help="A waivers.toml: findings and gaps that somebody accepted for a while."
    ),
]
DeterminationsFile = Annotated[
    Path | None,
    typer.Option(
        "--determinations", metavar="FILE", help="What people decided, as `frscan determine` keeps it; reports show it."
    ),
]
ColumnsFile = Annotated[
    Path | None,
    typer.Option(
        "--columns",
        metavar="FILE",
        help="Where answers about the columns of tables are kept; otherwise columns.toml among your settings.",
    ),
]
FailOn = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-on",
        metavar="WORD",
        help="Exit 1 at this verdict or outcome, or never; may repeat.",
        autocompletion=completion.thresholds,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        is_eager=True,
        callback=obey_settings,
        help=f"Options written down; without it {NAME} in this folder, if that is no part of the target.",
    ),
]
