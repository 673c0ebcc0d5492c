"""The report that a command is about: a saved one, or that of a target which is scanned for it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.exits import refuse

if TYPE_CHECKING:
    from scanner.model.report import Report

Given = Annotated[
    Path,
    typer.Argument(metavar="REPORT|PATH", help="A report saved with -f json, or a target to scan.", show_default=False),
]
_HEAD_BYTES = 200


def report_of(path: Path) -> "Report":
    """Read the saved JSON report at `path`, or scan what is there. Exits 2 if neither can be done."""
    from scanner.catalogue.load import CatalogueError
    from scanner.cli.saved import saved_report
    from scanner.engine.scan import Settings, scan
    from scanner.reports import BadReport, printable
    from scanner.targets import MissingTarget

    try:
        if _is_report(path):
            return saved_report(path)
        if path.suffix == ".json" and path.is_file():
            print(f"frscan: {printable(str(path))} is no saved report; it is scanned as a target.", file=sys.stderr)
        return scan([path], Settings())
    except (BadReport, MissingTarget, CatalogueError) as error:
        refuse(str(error))


def _is_report(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False  # the scan will say what is wrong with it
    return head.lstrip().startswith(b"{") and b'"schema_version"' in head
