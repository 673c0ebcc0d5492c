"""The worked cases of `worked_cases/`, one file a law, and which outcomes a law can have at all."""

import datetime
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import msgspec

from scanner.model.law import Assessment, Deployment, Law
from scanner.model.vocabulary import Act, Capability, LawKind, Operator, Outcome, Presence
from scanner.ordinances import assess, deployment_of, laws
from scanner.ordinances.answers import fact_questions
from scanner.ordinances.settle import unclear
from tests.ordinances.cases import TODAY, law, situation

FOLDER = Path(__file__).parent / "worked_cases"
_FAR = datetime.date(1990, 1, 1)


class WorkedCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one law says of one situation."""

    found: str
    outcome: Outcome
    given: dict[str, Any] = {}
    """Keys of `deployment.toml`; jurisdiction and operator are the law's where the case states none."""
    says: str = ""
    """Words that a reason or a question of the answer must hold."""


def worked_cases(law_id: str) -> list[WorkedCase]:
    from ruamel.yaml import YAML

    content = YAML(typ="safe", pure=True).load((FOLDER / f"{law_id}.yaml").read_text(encoding="utf-8"))
    return msgspec.convert(content, list[WorkedCase])


def all_cases() -> list[tuple[str, WorkedCase]]:
    return [(path.stem, case) for path in sorted(FOLDER.glob("*.yaml")) for case in worked_cases(path.stem)]


def answer(law_id: str, case: WorkedCase) -> Assessment:
    one = law(law_id)
    stated = {"jurisdiction": one.jurisdiction, "operator": str(one.operators[0]), **case.given}
    (only,) = assess([situation(case.found)], deployment_of(stated), [one], TODAY).assessments
    return only


def possible_outcomes(one: Law) -> set[Outcome]:
    """Every outcome that some deployment reaches, by asking about each capability at each presence."""
    asked = [
        situation(f"{capability} {presence}", f"S{number}")
        for number, (capability, presence) in enumerate(
            product(Capability, (Presence.DECLARED, Presence.PRESENT, Presence.USED))
        )
    ]
    return {
        found.outcome
        for deployment in _deployments(one)
        for found in assess(asked, deployment, [one], TODAY).assessments
    }


def impossible_outcomes(one: Law) -> dict[Outcome, str]:
    """The outcomes that a law cannot have, each with the reason that lies in the law's own structure."""
    reasons = {
        Outcome.POSSIBLE_VIOLATION: "it asks for something and forbids nothing" if one.kind is LawKind.DUTY else "",
        Outcome.DUTY_APPLIES: "" if one.kind is LawKind.DUTY else "it forbids and asks for nothing first",
        Outcome.EXCEPTION_MAY_APPLY: "" if one.exceptions else "no exception is known",
    }
    return {outcome: reason for outcome, reason in reasons.items() if reason}


def outcome_table() -> str:
    """Each law by each outcome: how many worked cases there are, or a hyphen where the outcome cannot be."""
    head = "| law | " + " | ".join(Outcome) + " | what cannot be, and why |"
    rows = [head, "|" + " --- |" * (len(Outcome) + 2)]
    for one in laws():
        impossible = impossible_outcomes(one)
        outcomes = [case.outcome for case in worked_cases(one.id)]
        counts = ["-" if outcome in impossible else str(outcomes.count(outcome)) for outcome in Outcome]
        why = "; ".join(f"{outcome}: {reason}" for outcome, reason in impossible.items())
        rows.append(f"| {one.id} | {' | '.join(counts)} | {why} |")
    return "\n".join(rows) + "\n"


def _deployments(one: Law) -> Iterator[Deployment]:
    """The facts that can make a difference: each act, purpose, answer, reading and day, most of them by themselves."""
    known: dict[str, object] = {"jurisdiction": one.jurisdiction, "operator": str(one.operators[0])}
    known |= {"purpose": list(one.purposes)} | ({"place": str(one.places[0])} if one.places else {})
    facts = {question.fact for question in fact_questions(one)}
    answers: list[dict[str, object]] = [{"facts": dict.fromkeys(facts, word)} for word in (True, False)]
    purposes = [entry.purposes[0] for entry in one.exceptions]
    acts = [{}, *({"act": str(act)} for act in (Act.USE, Act.POSSESS, Act.USE_DERIVED_INFORMATION))]
    for answered, act in product(({}, *answers), acts):
        yield deployment_of(known | answered | act)
        for word in purposes:
            yield deployment_of(known | answered | act | {"purpose": [word, *one.purposes]})
    for reading, word in product(("not-reached", "reached"), ("", *purposes)):
        read: dict[str, object] = {"readings": {one.id: dict.fromkeys(unclear(one), reading)}}
        yield deployment_of(known | read | ({"purpose": [word, *one.purposes]} if word else {}))
    yield deployment_of({"jurisdiction": one.jurisdiction})
    for operator in Operator:
        yield deployment_of(known | {"operator": str(operator)})
    for day in (_FAR, one.adopted.day, one.effective.day):
        yield deployment_of(known | ({"as-of": day} if day else {}))
