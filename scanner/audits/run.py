"""Running an audit: each target of the plan is scanned, and kept as soon as it is done.

A target that breaks never stops the rest. An audit that was interrupted goes on where it stopped, under the same plan;
what was kept before is not done again.
"""

from collections.abc import Callable, Iterator

import msgspec

from scanner.audits.check import asked_again, checked
from scanner.audits.plan import Item, Plan
from scanner.audits.store import AuditRow, ResultRow, Store
from scanner.engine.again import Asked, asked_now
from scanner.engine.crew import Crew
from scanner.engine.scan import now, stamp
from scanner.model.report import Tool


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did with a target, for whoever watches."""

    target: str
    department: str
    number: int
    of: int
    result: ResultRow


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """Targets of an audit that are still to be checked."""

    audit: int
    plan: str
    store: str
    """The store's URL."""
    items: tuple[Item, ...]
    jobs: int
    shared_facts: str
    """The URL of what machines share; empty: nothing."""
    tool: Tool
    """What the audit is made with; whoever does a part of it must have the same."""


Spread = Callable[[Work], Iterator[ResultRow]]
"""How work is done elsewhere: every target's result, in any order, each kept in the store before it is told."""


def run_audit(
    plan: Plan,
    store: Store,
    *,
    jobs: int = 0,
    from_facts: bool = False,
    spread: Spread | None = None,
    watch: Callable[[Told], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
) -> int:
    """Carry out the plan and return the audit's number.

    With `from_facts` nothing is read: the signatures in use are asked of the facts of the last reading, and what only
    bytes could answer is told as not asked. Otherwise the targets are checked here, one after another, or as `spread`
    does it. `warn` is told, as a sentence, what is not as it should be and makes no difference to the results.

    Raises `BadStore` if the plan is being carried out already, and `KeyboardInterrupt` when interrupted: what is done
    is kept, and the next run goes on from there.
    """
    with store.locked(plan.name), Crew(plan.shared_facts) as crew:
        asked = asked_now()
        audit, done = _begun(plan, store, asked, again=from_facts)
        left = tuple(item for item in plan.items if item.target not in done)
        if from_facts:
            earlier = _patterns_of_last_reading(plan, store)
            results: Iterator[ResultRow] = (asked_again(audit, plan.name, item, store, asked, earlier) for item in left)
        elif spread is None:
            results = (checked(audit, plan.name, item, store, jobs or plan.jobs, crew) for item in left)
        else:
            results = spread(_work(plan, audit, left, jobs, asked.tool))
        for number, result in enumerate(results, len(plan.items) - len(left) + 1):
            told = Told(
                target=result.target, department=result.department, number=number, of=len(plan.items), result=result
            )
            watch(told)
        store.finish(audit, stamp(now()), plan.keep)
        crew.shared.forget_unused()
        if crew.shared.fault:
            warn(crew.shared.fault)
        return audit


def _work(plan: Plan, audit: int, items: tuple[Item, ...], jobs: int, tool: Tool) -> Work:
    return Work(
        audit=audit,
        plan=plan.name,
        store=plan.store,
        items=items,
        jobs=jobs or plan.jobs,
        shared_facts=plan.shared_facts,
        tool=tool,
    )


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
