"""`frscan report`: a saved JSON report in another format, without the target, the signatures or the laws."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.exits import Exit

if TYPE_CHECKING:
    from scanner.model.report import Report

_File = Annotated[Path, typer.Argument(metavar="FILE", help="A report saved with -f json.", show_default=False)]
_Formats = Annotated[
    list[str] | None,
    typer.Option(
        "-f", "--format", metavar="FORMAT[=FILE]", help="text, json or html; several at once as -f html=out.html."
    ),
]
_Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where the report goes; - is standard output.")
]


def report(file: _File, formats: _Formats = None, output: _Output = None) -> None:
    """Show a saved JSON report in another format.

    Exit status: 0 done, 2 the saved report could not be read or the new one not be written.
    """
    from scanner.cli.rendering import BadOutput, planned_outputs, write_outputs
    from scanner.reports import BadReport

    try:
        outputs = planned_outputs(formats or (), output)
        write_outputs(_saved(file), outputs)
    except (BadOutput, BadReport) as error:
        typer.echo(f"frscan report: {error}", err=True)
        raise typer.Exit(Exit.USAGE) from error


def _saved(file: Path) -> "Report":
    """Raises BadReport with the file's name in the sentence."""
    from scanner.reports import MAX_REPORT_BYTES, BadReport, printable, read_report

    name = printable(str(file))
    try:
        with file.open("rb") as saved:
            data = saved.read(MAX_REPORT_BYTES + 1)
    except OSError as error:
        raise BadReport(f"{name}: the saved report could not be opened ({error.strerror}).") from error
    try:
        return read_report(data)
    except BadReport as error:
        raise BadReport(f"{name}: {error}") from error
