"""What changed since an earlier report, as formats show it."""

import msgspec

from scanner.model.comparison import Change, Comparison
from scanner.reports import words
from scanner.reports.printable import printable, prose


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One finding of either report, safe to show."""

    change: Change
    word: str
    technology: str
    component: str
    locator: str
    why: str


def view_changes(baseline: Comparison) -> tuple[ChangeView, ...]:
    """Every change, the new first."""
    return tuple(
        ChangeView(
            change=entry.change,
            word=words.CHANGES[entry.change],
            technology=printable(entry.technology),
            component=printable(entry.component),
            locator=printable(entry.locator),
            why=prose(entry.why),
        )
        for entry in baseline.findings
    )
