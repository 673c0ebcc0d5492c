"""`frscan report`: saved JSON reports in another format, put together, compared, or held against the files again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.decisions import read_decisions, with_decisions
from scanner.cli.exits import Exit
from scanner.cli.options import BaselineFile, Config, DeterminationsFile, FailOn, Formats, Output, Public, WaiversFile

if TYPE_CHECKING:
    from scanner.model.report import Report

_Files = Annotated[
    list[Path],
    typer.Argument(metavar="FILE…", help="Reports saved with -f json; several are put together.", show_default=False),
]
_Verify = Annotated[
    Path | None,
    typer.Option(
        "--verify",
        metavar="PATH",
        help="Hash the files that the findings name, in this file or folder, and say whether they are still the same.",
    ),
]


def report(
    files: _Files,
    format_: Formats = None,
    output: Output = None,
    verify: _Verify = None,
    baseline: BaselineFile = None,
    waivers: WaiversFile = None,
    determinations: DeterminationsFile = None,
    public: Public = False,  # noqa: FBT002  (a command line flag)
    fail_on: FailOn = None,
    config: Config = None,  # noqa: ARG001  (obeyed before the others are read)
) -> None:
    """Show saved JSON reports in another format: one, or several put together.

    Exit status: 0 done, 2 a saved report could not be read or a new one not be written; with --verify 1 if a file is
    no longer the same; with --baseline or --fail-on as after a scan.
    """
    from scanner.cli.exits import exit_status, refuse, thresholds
    from scanner.cli.rendering import BadOutput, edition, planned_outputs, write_outputs
    from scanner.cli.saved import earlier, saved_report, with_earlier
    from scanner.reports import BadReport, merged

    words = thresholds(fail_on or ())
    accepted, decisions = read_decisions(waivers, determinations)
    try:
        outputs = planned_outputs(format_ or (), output)
        decided = with_decisions(merged([saved_report(file) for file in files]), accepted, decisions)
        document = with_earlier(decided, earlier(baseline))
        if verify is not None:
            raise typer.Exit(_verified(document, verify))
        write_outputs(edition(document, public=public), outputs)
    except (BadOutput, BadReport) as error:
        refuse(str(error), command="frscan report")
    if words or baseline is not None:
        raise typer.Exit(exit_status(document, words))


def _verified(document: "Report", path: Path) -> Exit:
    """Print a line for each file that the findings name; FOUND if one is not the same."""
    from scanner.reports import printable
    from scanner.reports.verify import Same, verified

    told = {
        Same.SAME: "the same",
        Same.CHANGED: "CHANGED since the report was made",
        Same.MISSING: "not there",
        Same.UNREADABLE: "could not be read",
    }
    checked = verified(document, path)
    for locator, state in checked:
        print(f"{printable(locator)}: {told[state]}")
    same = sum(state is Same.SAME for _, state in checked)
    print(f"{same:,} of {len(checked):,} files are the same as when the report was made.")
    return Exit.NOTHING if checked and same == len(checked) else Exit.FOUND
