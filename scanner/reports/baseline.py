"""Hold a report against an earlier one: what is new, unchanged, gone, and what was not looked at this time.

Findings are the same if their fingerprints are: one technology in one component, whatever its version.
"""

from collections.abc import Iterator

import msgspec

from scanner.model.comparison import Change, Compared, Comparison
from scanner.model.exclusion import is_excluded
from scanner.model.finding import Finding
from scanner.model.report import Report

_ORDER = tuple(Change)


def with_baseline(report: Report, baseline: Report) -> Report:
    """The report with what changed since the baseline."""
    before = {finding.fingerprint: finding for finding in baseline.findings}
    now = {finding.fingerprint: finding for finding in report.findings}
    compared = [
        *(_still_there(finding, before.get(finding.fingerprint)) for finding in now.values()),
        *(_no_longer(finding, report) for mark, finding in before.items() if mark not in now),
    ]
    comparison = Comparison(
        target=baseline.target.locator,
        finished=baseline.finished,
        signatures=baseline.tool.signatures,
        findings=tuple(sorted(compared, key=lambda one: (_ORDER.index(one.change), one.locator, one.fingerprint))),
    )
    return msgspec.structs.replace(report, baseline=comparison)


def _still_there(finding: Finding, earlier: Finding | None) -> Compared:
    if earlier is None:
        return _compared(finding, Change.NEW)
    if finding.verdict.rank > earlier.verdict.rank:
        return _compared(finding, Change.NEW, f"Its verdict was {earlier.verdict} and is {finding.verdict} now.")
    grown = [
        f"{capability} ({presence})"
        for capability, presence in sorted(finding.capability_presence.items())
        if capability not in earlier.capability_presence or presence.rank > earlier.capability_presence[capability].rank
    ]
    if grown:
        return _compared(finding, Change.NEW, f"It was there with less: {', '.join(grown)} is new.")
    return _compared(finding, Change.UNCHANGED)


def _no_longer(finding: Finding, report: Report) -> Compared:
    why = next(_unseen(finding.component.locator, report), "")
    return _compared(finding, Change.NOT_LOOKED_AT if why else Change.GONE, why)


def _unseen(locator: str, report: Report) -> Iterator[str]:
    """Why the place of a finding of the baseline was not read this time; nothing if it was, or is no longer there."""
    for unread in report.unreadable:
        if unread.locator in {".", ""} or _overlap(locator, unread.locator):
            yield f"{unread.locator} could not be read ({unread.cause})."
    for pattern in report.coverage.excluded:
        if is_excluded(locator.partition("!/")[0], (pattern,)):
            yield f"It was left out by --exclude {pattern}."


def _overlap(one: str, other: str) -> bool:
    """Whether one of two locators is the other, or lies in it."""
    return one == other or one.startswith((f"{other}!/", f"{other}/")) or other.startswith(f"{one}!/")


def _compared(finding: Finding, change: Change, why: str = "") -> Compared:
    return Compared(
        fingerprint=finding.fingerprint,
        change=change,
        technology=finding.technology.name or finding.technology.id,
        component=f"{finding.component.name} {finding.component.version}".strip(),
        locator=finding.component.locator,
        why=why,
    )
