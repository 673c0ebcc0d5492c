"""`frscan determine`: take a filled determination table back and keep what people decided."""

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.exits import refuse

_Table = Annotated[
    Path,
    typer.Argument(metavar="FILE.csv", help="The table of `-f csv`, its last columns filled in.", show_default=False),
]
_Kept = Annotated[
    Path,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Where decisions are kept; those that are there already stay there."
    ),
]


def determine(table: _Table, output: _Kept = Path("determinations.json")) -> None:
    """Keep who decided what of a component, when, and until when, so that reports show it.

    Hand the file to `frscan scan` or `frscan report` with --determinations.
    Exit status: 0 done, 2 the table is wrong or the file could not be written.
    """
    from scanner.ordinances import DeterminationError, kept, read_table

    try:
        decisions = read_table(table)
        together = kept(output, decisions)
    except DeterminationError as error:
        refuse(str(error), command="frscan determine")
    taken = f"{len(decisions):,} {'decision' if len(decisions) == 1 else 'decisions'}"
    print(f"{taken} taken from {table.name}; {output} now holds {len(together):,}.")
