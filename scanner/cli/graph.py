"""`frscan graph`: how a target leads to the technologies found in it, as a picture or for a graph program."""

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import completion
from scanner.cli.exits import Exit
from scanner.cli.given_report import Given

_Format = Annotated[
    str,
    typer.Option(
        "-f",
        "--format",
        metavar="FORMAT",
        help="dot, graphml, html or mermaid.",
        autocompletion=completion.graph_formats,
    ),
]
_Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where it goes; - is standard output.")
]
_Finding = Annotated[
    str | None, typer.Option("--finding", metavar="ID", help="Only what leads to this finding's technology, as F1.")
]


def graph(given: Given, format_: _Format = "mermaid", output: _Output = None, finding: _Finding = None) -> None:
    """Show what leads to what: files, packages, libraries, and the technologies found.

    Exit status: 0 done, 2 there is no such report, target, format or finding.
    """
    from scanner.cli.given_report import report_of
    from scanner.cli.rendering import BadOutput, check_writable, write_text
    from scanner.reports.explanation import NoSuchFinding, find
    from scanner.reports.graphs import graph_formats, view_graph

    try:
        if format_ not in graph_formats():
            raise BadOutput(f"there is no graph format {format_!a}; there are {', '.join(graph_formats())}.")
        file = None if output is None or str(output) == "-" else output
        if file is not None:
            check_writable(file)
        report = report_of(given)
        technologies = {one.technology.id for one in find(report, finding)} if finding else set()
        write_text(graph_formats()[format_].render(view_graph(report, technologies)), file)
    except (BadOutput, NoSuchFinding) as error:
        typer.echo(f"frscan graph: {error}", err=True)
        raise typer.Exit(Exit.USAGE) from error
