"""`waivers.toml`: what somebody accepted, held against a report, where it stays, marked, and no longer counts.

    [[waiver]]
    technology = "acme-faces"           # and/or: fingerprint = "frscan/v1:…", component = "Lobby check-in"
    ordinance = "us-ma-boston"          # leave it out for every law
    reason = "Exempt under 16-62 (b)(2), memo of 2026-01-15."
    approved_by = "J. Doe, City Attorney"
    issued = 2026-01-31
    expires = 2026-12-31                # at most a year after it was issued

A part that could not be read is accepted by its fingerprint.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from scanner.model.artifact import Unread
from scanner.model.finding import Component, Finding
from scanner.model.report import Report
from scanner.model.vocabulary import Verdict
from scanner.model.waiver import Standing, Waiver, WaiverState
from scanner.ordinances.stated_file import toml_of

_Marked = TypeVar("_Marked", Finding, Unread)
_MOST_BYTES = 4 << 20
_MOST_DAYS = 366
"""A year, a leap year's too."""


class WaiverError(Exception):
    """A waiver file that cannot be obeyed; a sentence with the file, the entry and what is wrong."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    waiver: tuple[Waiver, ...] = ()


def read_waivers(path: Path) -> tuple[Waiver, ...]:
    """The entries of a waiver file, in its order. Raises `WaiverError`; one wrong entry spoils the file."""
    stated = toml_of(path, _MOST_BYTES, WaiverError)
    try:
        waivers = msgspec.convert(stated, _File).waiver
    except msgspec.ValidationError as error:
        raise WaiverError(f"{path}: {error}; an entry is written under [[waiver]].") from error
    for number, waiver in enumerate(waivers, 1):
        wrong = _wrong_with(waiver)
        if wrong:
            raise WaiverError(f"{path}: waiver {number} {wrong}.")
    return waivers


def _wrong_with(waiver: Waiver) -> str:
    from scanner.ordinances.load import laws

    if not (waiver.fingerprint or waiver.technology or waiver.component):
        return "names nothing that it is about: give a fingerprint, a technology or a component"
    for name in ("reason", "approved_by"):
        if not getattr(waiver, name).strip():
            return f"has an empty `{name}`"
    if waiver.expires < waiver.issued:
        return f"expires on {waiver.expires}, before it was issued on {waiver.issued}"
    if (waiver.expires - waiver.issued).days > _MOST_DAYS:
        return f"expires on {waiver.expires}, more than a year after it was issued on {waiver.issued}"
    if waiver.ordinance and waiver.ordinance not in {law.id for law in laws()}:
        return f"is about the ordinance '{waiver.ordinance}', which is not known; see `frscan ordinances list`"
    return ""


def waived(report: Report, waivers: Sequence[Waiver], today: date) -> Report:
    """The report with what each waiver covers marked, and what came of each waiver."""
    states = tuple(_state(waiver, report, today) for waiver in waivers)
    marks: dict[str, list[str]] = defaultdict(list)
    for state in states:
        for fingerprint in state.covers if state.standing is Standing.APPLIED else ():
            marks[fingerprint].append(_mark(state.waiver))
    return msgspec.structs.replace(
        report,
        waivers=(*(state for state in report.waivers if state.waiver not in waivers), *states),
        findings=tuple(_marked(finding, marks) for finding in report.findings),
        unreadable=tuple(_marked(unread, marks) for unread in report.unreadable),
    )


def _state(waiver: Waiver, report: Report, today: date) -> WaiverState:
    covers = (
        *(finding.fingerprint for finding in report.findings if _fits(waiver, finding)),
        *(unread.fingerprint for unread in report.unreadable if _accepts(waiver, unread)),
    )
    asked = {law.id for law in report.ordinances}
    if waiver.ordinance and asked and waiver.ordinance not in asked:
        standing = Standing.OUT_OF_SCOPE
    elif not covers:
        standing = Standing.UNUSED
    elif today > waiver.expires:
        standing = Standing.EXPIRED
    else:
        standing = Standing.NOT_YET if today < waiver.issued else Standing.APPLIED
    return WaiverState(waiver=waiver, standing=standing, covers=tuple(dict.fromkeys(covers)))


def _fits(waiver: Waiver, finding: Finding) -> bool:
    component = finding.component
    named = {component.id, component.name, component.locator, component.purl, component.purl.partition("@")[0]}
    return (
        waiver.fingerprint in ("", finding.fingerprint)
        and waiver.technology in ("", finding.technology.id)
        and (not waiver.component or waiver.component in named)
    )


def _accepts(waiver: Waiver, unread: Unread) -> bool:
    only_by_fingerprint = not (waiver.technology or waiver.component)
    return only_by_fingerprint and bool(unread.fingerprint) and waiver.fingerprint == unread.fingerprint


def _mark(waiver: Waiver) -> str:
    about = f", as to {waiver.ordinance}" if waiver.ordinance else ""
    return f"Accepted by {waiver.approved_by} until {waiver.expires}{about}: {waiver.reason.strip()}"


def _marked(entry: _Marked, marks: dict[str, list[str]]) -> _Marked:
    said = marks.get(entry.fingerprint)
    return msgspec.structs.replace(entry, waiver=" ".join(said)) if said else entry


def counting(report: Report) -> Report:
    """What of a report counts for a threshold: the report without what waivers cover.

    A waiver for every law takes the finding out; one for a single law takes out what that law says of a situation whose
    strongest findings it covers.
    """
    covered: dict[str, set[str]] = defaultdict(set)
    for state in report.waivers:
        if state.standing is Standing.APPLIED:
            covered[state.waiver.ordinance].update(state.covers)
    if not covered:
        return report
    findings = tuple(finding for finding in report.findings if finding.fingerprint not in covered[""])
    strongest = _strongest(report)
    return msgspec.structs.replace(
        report,
        findings=findings,
        components=tuple(_lowered(component, findings, covered[""], strongest) for component in report.components),
        assessments=tuple(
            assessment
            for assessment in report.assessments
            if not strongest.get(assessment.situation, {""}) <= covered[""] | covered[assessment.ordinance]
        ),
    )


def _strongest(report: Report) -> dict[str, set[str]]:
    """The fingerprints of the findings with the strongest verdict, by situation and by component."""
    verdicts = {finding.fingerprint: finding.verdict.rank for finding in report.findings}
    members = {situation.id: list(situation.findings) for situation in report.situations}
    for finding in report.findings:
        members.setdefault(finding.component.id, []).append(finding.fingerprint)
    return {name: _best([f for f in prints if f in verdicts], verdicts) for name, prints in members.items()}


def _best(fingerprints: Sequence[str], verdicts: dict[str, int]) -> set[str]:
    most = max((verdicts[fingerprint] for fingerprint in fingerprints), default=0)
    return {fingerprint for fingerprint in fingerprints if verdicts[fingerprint] == most} or {""}


def _lowered(
    component: Component, findings: Sequence[Finding], covered: set[str], strongest: dict[str, set[str]]
) -> Component:
    """A component whose strongest findings are all waived amounts to what is left."""
    if not strongest.get(component.id, {""}) <= covered:
        return component
    left = [finding.verdict for finding in findings if finding.component.id == component.id]
    return msgspec.structs.replace(component, verdict=max(left, key=lambda v: v.rank, default=Verdict.NONE))
