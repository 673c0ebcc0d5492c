"""`frscan extract`: the bytes of one artifact of a target, to be looked at with any other program."""

import sys
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from scanner.cli.exits import Exit, refuse
from scanner.cli.key_files import KeyFiles, keys_in

_Locator = Annotated[
    str,
    typer.Argument(
        metavar="LOCATOR", help="A place as reports name it, such as app.apk!/classes.dex.", show_default=False
    ),
]
_To = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write there instead of standard output.")
]


def extract(locator: _Locator, output: _To = None, key_file: KeyFiles = None) -> None:
    """Write what lies at a place that a report names, in whatever archives and images. Nothing of it is run.

    Exit status: 0 done, 2 there is no such place, 3 it could not be read to its end.
    """
    if output is None and sys.stdout.isatty():
        refuse("this would fill your terminal with bytes: give a file with -o, or send them into another program.")
    keys = keys_in(key_file)
    try:
        if output is None:
            _write(locator, sys.stdout.buffer, keys)
            sys.stdout.buffer.flush()
        else:
            with output.open("wb") as file:
                _write(locator, file, keys)
    except BrokenPipeError:  # whoever reads has seen enough
        from scanner.cli.rendering import leave_output

        leave_output()
    except OSError as error:
        refuse(f"{output or 'standard output'}: it could not be written ({error.strerror}).")


def _write(locator: str, to: BinaryIO, keys: tuple[bytes, ...]) -> None:
    from scanner.catalogue.load import CatalogueError
    from scanner.engine.extract import extract
    from scanner.model.source import Unreadable
    from scanner.model.vocabulary import Cause
    from scanner.reports import printable

    try:
        extract(locator, to.write, keys)
    except Unreadable as why:
        print(f"frscan: {printable(locator)}: {printable(why.reason)}", file=sys.stderr)
        raise typer.Exit(Exit.USAGE if why.cause is Cause.VANISHED else Exit.INCOMPLETE) from why
    except CatalogueError as error:
        refuse(str(error))
