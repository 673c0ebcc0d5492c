"""An ordinance, a situation and assumed facts give an outcome, with a reason for every element.

The outcome is decided in this order: not-applicable (who, where or when is known to fail), not-reached (definition or
act is known to fail), depends (anything is unknown), exception-may-apply (a stated purpose fits an exception), and last
possible-violation, or duty-applies where the law asks for something.
"""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from scanner.model.finding import Situation
from scanner.model.law import (
    Assessment,
    Deployment,
    Element,
    ExceptionState,
    ExceptionText,
    Law,
    OrdinanceText,
    Question,
    Quote,
)
from scanner.model.vocabulary import Claim, LawKind, Met, Operator, Outcome, Presence
from scanner.ordinances.act import Weighed, acts_of, weigh
from scanner.ordinances.exceptions import states
from scanner.ordinances.questions import once, plain
from scanner.ordinances.reason import Judged, in_force, jurisdiction, operator, place, purpose, questions, standing
from scanner.ordinances.settle import settle
from scanner.ordinances.words import kind


class Assessed(msgspec.Struct, frozen=True):
    """The answers, the laws asked, and what is still to be answered."""

    assessments: tuple[Assessment, ...] = ()
    ordinances: tuple[OrdinanceText, ...] = ()
    questions: tuple[Question, ...] = ()
    """Each question of the assessments once, with the key that takes its answer."""


def assess(situations: Sequence[Situation], deployment: Deployment, laws: Sequence[Law], today: date) -> Assessed:
    """Ask every law that may cover the deployment about every situation.

    With no operator stated a law is asked once per kind it governs, with no jurisdiction as if in the law's own; each
    answer says what it assumes. Place and act are never assumed. `today` counts where no day was stated. The order is
    by law, situation, operator; the same facts give the same answers.
    """
    asked = [s for s in situations if any(p is not Presence.REFERENCED for p in s.capability_presence.values())]
    asked.sort(key=lambda situation: (len(situation.id), situation.id))
    if not asked:
        return Assessed()
    as_of = deployment.as_of or today
    considered = sorted((law for law in laws if may_cover(law, deployment)), key=lambda law: law.id)
    open_questions: dict[str, Question] = {}
    answers = [
        answer
        for law in considered
        for answer in _answers(settle(law, deployment), asked, deployment, as_of, open_questions)
    ]
    texts = tuple(ordinance_text(law, as_of) for law in considered)
    return Assessed(tuple(answers), texts, tuple(open_questions.values()))


def _answers(
    law: Law, asked: Sequence[Situation], deployment: Deployment, as_of: date, open_questions: dict[str, Question]
) -> Iterator[Assessment]:
    """What one law says. Who, where and when are judged once for all situations, what was found once for all operators.

    `open_questions` takes in what is asked, by its text.
    """
    framed = [(_frame(law, facts, assuming, as_of), assuming) for facts, assuming in _assumptions(law, deployment)]
    acts = acts_of(law, deployment)
    for situation in asked:
        weighed = weigh(law, situation, acts)
        exceptions = states(law, weighed, deployment)
        for frame, assuming in framed:
            outcome = decide(law, frame, (weighed.definition, weighed.act), exceptions)
            questions = _questions(law, outcome, frame, weighed)
            for question in questions:
                open_questions.setdefault(question.text, question)
            yield Assessment(
                ordinance=law.id,
                situation=situation.id,
                assuming=assuming,
                outcome=outcome,
                elements=tuple(judged.element for judged in (*frame, weighed.definition, weighed.act)),
                exceptions=exceptions if _is_open(outcome) else (),
                questions=tuple(question.text for question in questions),
            )


def uncovered(deployment: Deployment, laws: Sequence[Law]) -> tuple[str, ...]:
    """The stated jurisdictions of which none of these laws says anything, in the order they were stated."""
    return tuple(
        stated
        for stated in dict.fromkeys(deployment.jurisdictions)
        if not any(may_cover(law, Deployment(jurisdictions=(stated,))) for law in laws)
    )


def may_cover(law: Law, deployment: Deployment) -> bool:
    """Whether the law may hold where the deployment is; any law may where nobody said."""
    return jurisdiction(law, deployment).element.met is not Met.NOT_MET


def _assumptions(law: Law, deployment: Deployment) -> Iterator[tuple[Deployment, dict[str, str]]]:
    """The deployment with what nobody stated filled in, and what that was."""
    where = deployment.jurisdictions or (law.jurisdiction,)
    assumed_place = {} if deployment.jurisdictions else {"jurisdiction": law.jurisdiction}
    operators = (deployment.operator,) if deployment.operator else tuple(o for o in Operator if o in law.operators)
    for who in operators:
        assumed_operator = {} if deployment.operator else {"operator": str(who)}
        facts = msgspec.structs.replace(deployment, jurisdictions=where, operator=who)
        yield facts, {**assumed_operator, **assumed_place}


def _frame(law: Law, facts: Deployment, assuming: dict[str, str], as_of: date) -> tuple[Judged, ...]:
    """Who, where, when and, for a law that asks, what for."""
    return (
        in_force(law, as_of),
        *(_assumed(judged, assuming) for judged in (jurisdiction(law, facts), operator(law, facts))),
        place(law, facts),
        *purpose(law, facts),
    )


def _assumed(judged: Judged, assuming: dict[str, str]) -> Judged:
    name = judged.element.name
    if name not in assuming:
        return judged
    value = kind(Operator(assuming[name])) if name == "operator" else assuming[name]
    reason = f"Assumed, for nobody stated it: {value}."
    return msgspec.structs.replace(judged, element=Element(name=name, met=judged.element.met, reason=reason))


def decide(law: Law, frame: Sequence[Judged], found: Sequence[Judged], exceptions: Sequence[ExceptionState]) -> Outcome:
    """The outcome, from who/where/when (`frame`), definition and act (`found`), and the exceptions."""
    if _any(frame, Met.NOT_MET):
        return Outcome.NOT_APPLICABLE
    if _any(found, Met.NOT_MET):
        return Outcome.NOT_REACHED
    if _any((*frame, *found), Met.UNKNOWN):
        return Outcome.DEPENDS
    if any(exception.state is Claim.CLAIMED for exception in exceptions):
        return Outcome.EXCEPTION_MAY_APPLY
    return Outcome.DUTY_APPLIES if law.kind is LawKind.DUTY else Outcome.POSSIBLE_VIOLATION


def _any(judged: Sequence[Judged], met: Met) -> bool:
    return any(one.element.met is met for one in judged)


def _is_open(outcome: Outcome) -> bool:
    return outcome not in (Outcome.NOT_APPLICABLE, Outcome.NOT_REACHED)


def _questions(law: Law, outcome: Outcome, frame: Sequence[Judged], weighed: Weighed) -> tuple[Question, ...]:
    if outcome is Outcome.NOT_APPLICABLE:
        return ()
    if outcome is Outcome.NOT_REACHED:
        return tuple(once(questions((weighed.act,), Met.NOT_MET)))
    return tuple(once((*questions((*frame, weighed.definition, weighed.act), Met.UNKNOWN), *plain(law.also_ask))))


def ordinance_text(law: Law, as_of: date) -> OrdinanceText:
    """What a report says once of a law: its quotes, exceptions and sources, and how well its text was seen."""
    return OrdinanceText(
        id=law.id,
        title=law.title,
        citation=law.citation,
        jurisdiction=law.jurisdiction,
        quotes=tuple(
            Quote(words=d.words, source=d.source, verified=d.verified, term=d.term) for d in law.definitions if d.words
        ),
        sources=law.sources,
        verified=f"Confidence {law.confidence}: {law.reach_basis}.",
        status=law.status,
        force=standing(law, as_of)[0],
        kind=law.kind,
        confidence=law.confidence,
        exceptions=tuple(
            ExceptionText(
                id=e.id,
                text=e.text,
                purposes=e.purposes,
                facts_to_confirm=e.facts_to_confirm,
                does_not_excuse=e.does_not_excuse,
                source=e.source,
                verified=e.verified,
            )
            for e in law.exceptions
        ),
        duties=law.duties,
        remedies=law.remedies,
        enforcement=law.enforcement,
        unverified=law.unverified,
    )
