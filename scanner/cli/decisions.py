"""What people decided, from the files that options name, put into a report: waivers and determinations."""

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.exits import refuse

if TYPE_CHECKING:
    from scanner.model.determination import Determination
    from scanner.model.report import Report
    from scanner.model.waiver import Waiver, WaiverState

_SHOWN = 20
"""Waivers that standard error tells of, of each kind; the report tells of all."""


def read_decisions(
    waivers: Path | None, determinations: Path | None
) -> tuple[tuple["Waiver", ...], tuple["Determination", ...]]:
    """Both files, before the long run; a wrong one is told in a sentence and exits 2."""
    if waivers is None and determinations is None:
        return (), ()
    from scanner.ordinances import DeterminationError, WaiverError, read_determinations, read_waivers

    try:
        return (
            read_waivers(waivers) if waivers else (),
            read_determinations(determinations) if determinations else (),
        )
    except (WaiverError, DeterminationError) as error:
        refuse(str(error))


def with_decisions(
    report: "Report", waivers: tuple["Waiver", ...], determinations: tuple["Determination", ...]
) -> "Report":
    """The report with both, and on standard error what is wrong with the waivers."""
    if not waivers and not determinations:
        return report
    from scanner.ordinances import decided, waived

    today = report.deployment.as_of or date.fromisoformat(report.started[:10])
    marked = decided(waived(report, waivers, today), determinations)
    for line in told(marked.waivers):
        print(f"frscan: {line}", file=sys.stderr)
    return marked


def told(states: tuple["WaiverState", ...]) -> list[str]:
    """A sentence for each waiver that has no effect and should have."""
    from scanner.model.waiver import Standing

    said = {
        Standing.EXPIRED: "expired on {expires}; what it covered counts again",
        Standing.NOT_YET: "was issued for {issued}; until then what it names counts",
        Standing.UNUSED: "fits nothing that was found; drop it or correct it",
    }
    lines = []
    for standing, what in said.items():
        found = [state.waiver for state in states if state.standing is standing]
        lines += [f"{_named(w)} {what.format(expires=w.expires, issued=w.issued)}." for w in found[:_SHOWN]]
        lines += [f"and {len(found) - _SHOWN:,} more waivers of this kind."] if len(found) > _SHOWN else []
    return lines


def _named(waiver: "Waiver") -> str:
    from scanner.reports.printable import printable

    about = ", ".join(filter(None, (waiver.technology, waiver.component, waiver.fingerprint)))
    law = f" as to {waiver.ordinance}" if waiver.ordinance else ""
    return printable(f"the waiver of {about}{law}, approved by {waiver.approved_by},")
