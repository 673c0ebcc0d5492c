"""`frscan explain`: one finding from the bytes to the outcome, each step with what it rests on."""

from typing import Annotated

import typer

from scanner.cli.exits import Exit
from scanner.cli.given_report import Given

_Finding = Annotated[
    str,
    typer.Argument(
        metavar="FINDING", help="A finding's id (F1), its fingerprint, or a technology's id.", show_default=False
    ),
]


def explain(finding: _Finding, given: Given) -> None:
    """Explain a finding: what was seen, what it adds up to, how the target leads there, what the laws say.

    Exit status: 0 done, 2 there is no such report, target or finding.
    """
    from scanner.cli.given_report import report_of
    from scanner.cli.rendering import options_for, write_text
    from scanner.reports.explanation import NoSuchFinding, find
    from scanner.reports.explanation import explain as explained

    report = report_of(given)
    try:
        found = find(report, finding)
    except NoSuchFinding as error:
        typer.echo(f"frscan explain: {error}", err=True)
        raise typer.Exit(Exit.USAGE) from error
    write_text("\n".join(explained(report, one, options_for(to_terminal=True)) for one in found), None)
