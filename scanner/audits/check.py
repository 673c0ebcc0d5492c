"""Checking one target of an audit, and keeping what was found. One that breaks gives a result that says so."""

from collections.abc import Iterable, Iterator

import msgspec

from scanner.audits.plan import Item
from scanner.audits.remote import at_hand
from scanner.audits.store import FindingRow, ResultRow, Store, packed_report
from scanner.engine.again import Asked, answered_again
from scanner.engine.crew import Crew
from scanner.engine.facts import Facts
from scanner.engine.scan import scan
from scanner.model.report import Report, Target
from scanner.model.vocabulary import Cause, Outcome
from scanner.targets import MissingTarget

_GRAVEST = (
    Outcome.POSSIBLE_VIOLATION,
    Outcome.DUTY_APPLIES,
    Outcome.EXCEPTION_MAY_APPLY,
    Outcome.DEPENDS,
    Outcome.NOT_REACHED,
    Outcome.NOT_APPLICABLE,
)


def checked(audit: int, plan: str, item: Item, store: Store, jobs: int, crew: Crew) -> ResultRow:
    """Scan a target and keep what was found. Raises `KeyboardInterrupt` if interrupted: then nothing of it is kept."""
    held: list[tuple[Facts, Target]] = []

    def keep(facts: Facts, target: Target) -> None:
        held.append((facts, target))

    try:
        with at_hand(item.place) as (path, is_copy, lacks):
            settings = msgspec.structs.replace(item.settings, jobs=jobs, is_copy=is_copy)
            report = scan([path], settings, keep=keep, crew=crew, lacks=lacks)
    except MissingTarget as missing:
        return failed(audit, plan, item, store, str(missing).removeprefix(f"{item.place}: "))
    except Exception as error:  # a fault of ours on one target must not cost the others
        reason = f"Checking it failed ({type(error).__name__}: {error}); please report this to the project."
        return failed(audit, plan, item, store, reason)
    if any(unread.cause is Cause.INTERRUPTED for unread in report.unreadable):
        raise KeyboardInterrupt
    # The facts of an endpoint need not fit in memory: they go from their database to the store in pieces.
    return _kept(audit, plan, item, store, report, (piece for facts, target in held for piece in facts.pieces(target)))


def asked_again(audit: int, plan: str, item: Item, store: Store, asked: Asked, earlier: bytes) -> ResultRow:
    """Ask the signatures in use of what was read of a target, and keep the answer; `earlier` are the byte patterns that
    its reading asked for."""
    pieces = store.facts(plan, item.target)
    report = answered_again(pieces, item.settings.deployment, asked, earlier)
    if report is None:
        return failed(audit, plan, item, store, "No facts of it are stored: it has to be read first.")
    return _kept(audit, plan, item, store, report, None)


def failed(audit: int, plan: str, item: Item, store: Store, why: str) -> ResultRow:
    """Keep why a target could not be checked, as a sentence."""
    result = ResultRow(
        audit=audit,
        target=item.target,
        department=item.department,
        verdict="",
        is_complete=False,
        error=why,
        outcome="",
    )
    store.put(plan, result, (), None)
    return result


def _kept(audit: int, plan: str, item: Item, store: Store, report: Report, facts: Iterable[bytes] | None) -> ResultRow:
    result = ResultRow(
        audit=audit,
        target=item.target,
        department=item.department,
        verdict=report.verdict,
        is_complete=report.complete,
        error="",
        outcome=gravest(assessment.outcome for assessment in report.assessments),
        report=packed_report(report),
    )
    store.put(plan, result, list(_rows(audit, item, report)), facts)
    return result


def _rows(audit: int, item: Item, report: Report) -> Iterator[FindingRow]:
    outcomes = {
        fingerprint: [a.outcome for a in report.assessments if a.situation == situation.id]
        for situation in report.situations
        for fingerprint in situation.findings
    }
    for finding in report.findings:
        component = finding.component
        yield FindingRow(
            audit=audit,
            target=item.target,
            fingerprint=finding.fingerprint,
            component_id=component.id,
            department=item.department,
            technology=finding.technology.name,
            vendor=finding.technology.vendor,
            component=f"{component.name} {component.version}".strip(),
            locator=component.locator,
            verdict=finding.verdict,
            presence=finding.presence,
            outcome=gravest(outcomes.get(finding.fingerprint, ())),
        )


def gravest(outcomes: Iterable[str]) -> str:
    """The gravest of some outcomes; empty if there is none."""
    present = set(outcomes)
    return next((str(outcome) for outcome in _GRAVEST if outcome in present), "")
