"""Matters: the components of an audit that somebody has to decide about, and how far that has come.

A matter is a component of a target which some law may touch, or which recognises faces and no law was asked about. It
is `recorded` when decisions that still count cover every law that may touch it, `overdue` when the time of such a
decision is over, and otherwise `open`.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from scanner.audits.check import gravest
from scanner.audits.store import FindingRow
from scanner.model.determination import Decision, Determination
from scanner.model.report import Report
from scanner.model.vocabulary import Outcome, Verdict
from scanner.reports.csv import outcomes_of_components

PASSES = frozenset({Outcome.NOT_APPLICABLE, Outcome.NOT_REACHED})
"""Outcomes that leave nothing to decide."""


class Stage(StrEnum):
    """How far the decision about a matter has come."""

    OPEN = "open"
    OVERDUE = "overdue"
    RECORDED = "recorded"


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """A component of a target that is to be decided about."""

    target: str
    department: str
    component_id: str
    component: str
    technologies: tuple[str, ...]
    outcome: str
    """The gravest of any law; empty if none was asked."""
    stage: Stage


def counts(row: FindingRow) -> bool:
    """Whether a finding leaves something to decide."""
    return row.outcome not in PASSES if row.outcome else row.verdict == Verdict.RECOGNITION


def matters_of(
    rows: Sequence[FindingRow], report: Report, decisions: Iterable[Determination], today: date
) -> tuple[Matter, ...]:
    """The matters of one target, from its findings in the store and its report, sorted by component."""
    laws = outcomes_of_components(report)
    known = list(decisions)
    found = []
    for identity in sorted({row.component_id for row in rows if counts(row)}):
        mine = [row for row in rows if row.component_id == identity and counts(row)]
        touched = {law for law, outcome in laws.get(identity, {}).items() if outcome not in PASSES}
        found.append(
            Matter(
                target=mine[0].target,
                department=mine[0].department,
                component_id=identity,
                component=mine[0].component,
                technologies=tuple(sorted({row.technology for row in mine})),
                outcome=gravest(row.outcome for row in mine),
                stage=_stage(touched, [one for one in known if one.component == identity], today),
            )
        )
    return tuple(found)


def _stage(touched: set[str], decisions: Sequence[Determination], today: date) -> Stage:
    decided = [one for one in decisions if one.decision is not Decision.OPEN]
    lasting = {one.ordinance for one in decided if one.valid_until is None or one.valid_until >= today}
    if "" in lasting or (touched and touched <= lasting):
        return Stage.RECORDED
    over = {one.ordinance for one in decided} - lasting
    return Stage.OVERDUE if "" in over or over & touched else Stage.OPEN
