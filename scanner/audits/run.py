"""Running an audit: each target of the plan is scanned, and kept as soon as it is done.

A target that breaks never stops the rest. An audit that was interrupted goes on where it stopped, under the same plan;
what was kept before is not done again.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from scanner.audits.plan import Item, Plan
from scanner.audits.store import AuditRow, FindingRow, ResultRow, Store, packed_report
from scanner.engine.again import Asked, answered_again, asked_now
from scanner.engine.facts import Facts
from scanner.engine.scan import Settings, now, scan, stamp
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


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did with a target, for whoever watches."""

    target: str
    department: str
    number: int
    of: int
    result: ResultRow


def run_audit(
    plan: Plan,
    store: Store,
    *,
    jobs: int = 0,
    from_facts: bool = False,
    watch: Callable[[Told], None] = lambda _: None,
) -> int:
    """Carry out the plan and return the audit's number.

    With `from_facts` nothing is read: the signatures in use are asked of the facts of the last reading, and what only
    bytes could answer is told as not asked. Raises `BadStore` if the plan is being carried out already, and
    `KeyboardInterrupt` when interrupted: what is done is kept, and the next run goes on from there.
    """
    with store.locked(plan.name):
        asked = asked_now()
        audit, done = _begun(plan, store, asked, again=from_facts)
        earlier = _patterns_of_last_reading(plan, store) if from_facts else b""
        left = [(number, item) for number, item in enumerate(plan.items, 1) if item.target not in done]
        for number, item in left:
            if from_facts:
                result = _again(audit, plan, item, store, asked, earlier)
            else:
                result = _checked(audit, plan, item, store, jobs)
            watch(
                Told(target=item.target, department=item.department, number=number, of=len(plan.items), result=result)
            )
        store.finish(audit, stamp(now()), plan.keep)
        return audit


def _begun(plan: Plan, store: Store, asked: Asked, *, again: bool) -> tuple[int, set[str]]:
    """The audit to go on with, or a new one; and the targets that are done."""
    last = next(iter(store.audits(plan.name)), None)
    going_on = last is not None and not last.finished and last.digest == plan.digest and last.is_again == again
    if last is not None and going_on and last.signatures == asked.tool.signatures:
        return last.id, {result.target for result in store.results(last.id)}
    begun = AuditRow(
        plan=plan.name,
        digest=plan.digest,
        started=stamp(now()),
        signatures=asked.tool.signatures,
        tool=f"{asked.tool.name} {asked.tool.version}",
        asked=b"" if again else asked.kept(),
        is_again=again,
    )
    return store.begin(begun), set()


def _patterns_of_last_reading(plan: Plan, store: Store) -> bytes:
    return next((audit.asked for audit in store.audits(plan.name) if not audit.is_again and audit.finished), b"")


def _checked(audit: int, plan: Plan, item: Item, store: Store, jobs: int) -> ResultRow:
    settings = Settings(
        deployment=item.deployment,
        jobs=jobs,
        exclude=item.exclude,
        told=item.columns,
    )
    held: list[tuple[Facts, Target]] = []

    def keep(facts: Facts, target: Target) -> None:
        held.append((facts, target))

    try:
        report = scan([item.path], settings, keep=keep)
    except MissingTarget as missing:
        return _failed(audit, plan, item, store, str(missing).removeprefix(f"{item.path}: "))
    except Exception as error:  # a fault of ours on one target must not cost the others
        reason = f"Checking it failed ({type(error).__name__}: {error}); please report this to the project."
        return _failed(audit, plan, item, store, reason)
    if any(unread.cause is Cause.INTERRUPTED for unread in report.unreadable):
        raise KeyboardInterrupt
    # The facts of an endpoint need not fit in memory: they go from their database to the store in pieces.
    return _kept(audit, plan, item, store, report, (piece for facts, target in held for piece in facts.pieces(target)))


def _again(audit: int, plan: Plan, item: Item, store: Store, asked: Asked, earlier: bytes) -> ResultRow:
    pieces = store.facts(plan.name, item.target)
    report = answered_again(pieces, item.deployment, asked, earlier)
    if report is None:
        return _failed(audit, plan, item, store, "No facts of it are stored: it has to be read first.")
    return _kept(audit, plan, item, store, report, None)


def _failed(audit: int, plan: Plan, item: Item, store: Store, why: str) -> ResultRow:
    result = ResultRow(
        audit=audit,
        target=item.target,
        department=item.department,
        verdict="",
        is_complete=False,
        error=why,
        outcome="",
    )
    store.put(plan.name, result, (), None)
    return result


def _kept(audit: int, plan: Plan, item: Item, store: Store, report: Report, facts: Iterable[bytes] | None) -> ResultRow:
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
    store.put(plan.name, result, list(_rows(audit, item, report)), facts)
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
