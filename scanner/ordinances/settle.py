"""What people answered, put into the law: a stated fact or a stated reading closes what the text leaves open.

Only what is unclear can be settled so. What the law plainly says is not for a deployment to change; that is what
waivers and determinations are for.
"""

from typing import TypeVar

import msgspec

from scanner.model.law import ActRule, CapabilityReach, Deployment, FactQuestion, Law
from scanner.model.vocabulary import Reach

_Rule = TypeVar("_Rule", ActRule, CapabilityReach)


def settle(law: Law, deployment: Deployment) -> Law:
    """The law as the answers of this deployment leave it; the law itself where nobody answered anything."""
    if not deployment.facts and not deployment.readings:
        return law
    readings = {entry.subject: entry.reach for entry in deployment.readings if entry.ordinance == law.id}
    return msgspec.structs.replace(
        law,
        reach={word: _settled(rule, readings.get(word), deployment) for word, rule in law.reach.items()},
        acts={word: _settled(rule, readings.get(word), deployment) for word, rule in law.acts.items()},
    )


def _settled(rule: _Rule, read: Reach | None, deployment: Deployment) -> _Rule:
    if rule.reach is not Reach.UNCLEAR:
        return rule
    if read is not None:
        why = f"{rule.why} {_by('Read as', deployment)} {read.replace('-', ' ')}."
        return msgspec.structs.replace(rule, reach=read, why=why, question="")
    question = rule.question
    if not isinstance(question, FactQuestion) or question.fact not in deployment.facts:
        return rule
    reach = fact_reach(question, deployment)
    why = f"{rule.why} {answered(question, deployment)}"
    return msgspec.structs.replace(rule, reach=reach, why=why, question=_still(question, reach))


def fact_reach(question: str | FactQuestion, deployment: Deployment) -> Reach:
    """What the answer to a question makes of it; unclear where nobody answered."""
    if not isinstance(question, FactQuestion) or question.fact not in deployment.facts:
        return Reach.UNCLEAR
    return question.yes if deployment.facts[question.fact] else question.no


def _still(question: FactQuestion, reach: Reach) -> str:
    return f"How is the law to be read, now that this is answered: {question.ask}" if reach is Reach.UNCLEAR else ""


def answered(question: FactQuestion, deployment: Deployment) -> str:
    """The answer as a sentence: `Answered yes by J. Doe on 2026-01-31: …?`"""
    word = "yes" if deployment.facts[question.fact] else "no"
    return f"{_by(f'Answered {word}', deployment)}: {question.ask}"


def _by(what: str, deployment: Deployment) -> str:
    who = f" by {deployment.answered_by}" if deployment.answered_by else ""
    when = f" on {deployment.answered_on}" if deployment.answered_on else ""
    return f"{what}{who}{when}"


def unclear(law: Law) -> tuple[str, ...]:
    """What a reading may settle: the capabilities and acts of which the text leaves it open."""
    open_reach = (str(word) for word, rule in law.reach.items() if rule.reach is Reach.UNCLEAR)
    open_acts = (str(word) for word, rule in law.acts.items() if rule.reach is Reach.UNCLEAR)
    return (*open_reach, *open_acts)
