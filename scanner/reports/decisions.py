"""What people decided: waivers with what came of them, and determinations, as formats show them."""

import msgspec

from scanner.model.determination import Determination
from scanner.model.finding import Component
from scanner.model.report import Report
from scanner.model.waiver import Standing, WaiverState
from scanner.reports import words
from scanner.reports.findings import component_name
from scanner.reports.printable import printable, prose


class WaiverView(msgspec.Struct, frozen=True, kw_only=True):
    """One waiver, safe to show."""

    about: str
    standing: str
    is_applied: bool
    covers: int
    """How many findings and gaps fit it."""
    reason: str
    approved_by: str
    until: str


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """One determination, safe to show."""

    component: str
    law: str
    decision: str
    decided_by: str
    decided_on: str
    until: str
    reason: str
    note: str
    """That its time is over, or that it was about another version; else empty."""


def view_waivers(report: Report) -> tuple[WaiverView, ...]:
    """Every waiver that was handed in: those that no longer count first, those that do last."""
    order = tuple(words.STANDINGS)
    return tuple(_waiver(state) for state in sorted(report.waivers, key=lambda state: order.index(state.standing)))


def _waiver(state: WaiverState) -> WaiverView:
    waiver = state.waiver
    about = (waiver.technology, waiver.component, waiver.fingerprint, waiver.ordinance)
    return WaiverView(
        about=printable(", ".join(filter(None, about))),
        standing=words.STANDINGS[state.standing],
        is_applied=state.standing is Standing.APPLIED,
        covers=len(state.covers),
        reason=prose(waiver.reason),
        approved_by=printable(waiver.approved_by),
        until=waiver.expires.isoformat(),
    )


def view_decisions(report: Report) -> tuple[DecisionView, ...]:
    """Every determination, in the report's order."""
    here = {component.id: component for component in report.components}
    names = {component.id: component_name(component) for component in report.components}
    return tuple(
        DecisionView(
            component=names.get(one.component, printable(one.name or one.component)),
            law=printable(one.ordinance) or "every law asked",
            decision=words.DECISIONS[one.decision],
            decided_by=printable(one.decided_by),
            decided_on=one.decided_on.isoformat(),
            until=one.valid_until.isoformat() if one.valid_until else "no end stated",
            reason=prose(one.reason),
            note=_note(one, here.get(one.component), report),
        )
        for one in report.determinations
    )


def _note(one: Determination, component: Component | None, report: Report) -> str:
    today = report.deployment.as_of.isoformat() if report.deployment.as_of else report.finished[:10]
    over = one.valid_until is not None and one.valid_until.isoformat() < today
    other = component is not None and bool(one.version) and component.version != one.version
    said = ("Its time is over." if over else "", f"It was about version {printable(one.version)}." if other else "")
    return " ".join(filter(None, said))
