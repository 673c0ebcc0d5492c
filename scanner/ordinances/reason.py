"""The elements of a law, each met, not met or unknown, with the reason in plain words and what would settle it."""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from scanner.model.law import Deployment, Doubt, Element, FactQuestion, Law, Question, Verified
from scanner.model.vocabulary import OPERATOR_PARENTS, Force, Met, Operator, Reach
from scanner.ordinances.place_names import place_name
from scanner.ordinances.questions import OPERATORS, PLACES, fact_or
from scanner.ordinances.settle import answered, fact_reach
from scanner.ordinances.territory import ancestry
from scanner.ordinances.words import kind, listed, sentence

_FORCE = {Force.IN_FORCE: Met.MET, Force.PENDING: Met.NOT_MET, Force.ENDED: Met.NOT_MET, Force.UNSURE: Met.UNKNOWN}
_REACH = {Reach.REACHED: Met.MET, Reach.UNCLEAR: Met.UNKNOWN, Reach.NOT_REACHED: Met.NOT_MET}


class Judged(msgspec.Struct, frozen=True):
    """An element, and the questions whose answers would settle it or, if it is not met, keep a lead alive."""

    element: Element
    questions: tuple[Question, ...] = ()


def standing(law: Law, as_of: date) -> tuple[Force, str]:
    """Whether the law is in force on a day, and why. A date that was not verified counts, and the reason says so."""
    later = [(known, what) for known, what in _beginnings(law) if known.day and as_of < known.day]
    if later:
        return _not_yet(*max(later, key=lambda pair: pair[0].verified), as_of)
    expires = law.expires.day
    if expires and as_of >= expires:
        if law.expires.verified:
            return Force.ENDED, f"It ended on {expires}. {law.expires.note}"
        return Force.UNSURE, f"It seems to have ended on {expires}; that was not verified. {law.expires.note}"
    return Force.IN_FORCE, f"It counts as in force on {as_of}. {_since(law.adopted, law.effective)}"


def _beginnings(law: Law) -> tuple[tuple[Verified, str], ...]:
    return ((law.adopted, "adopted"), (law.effective, "effect"))


def _not_yet(known: Verified, what: str, as_of: date) -> tuple[Force, str]:
    done, to_do = ("was adopted", "have been adopted") if what == "adopted" else ("takes effect", "take effect")
    if known.verified:
        return Force.PENDING, f"It {done} on {known.day}, after {as_of}."
    return Force.UNSURE, f"It seems to {to_do} on {known.day}, after {as_of}; that date was not verified."


def _since(adopted: Verified, effective: Verified) -> str:
    if effective.day and effective.verified:
        return f"It took effect on {effective.day}."
    if effective.day:
        return f"The date on which it took effect, {effective.day}, was not verified."
    known = f"It was adopted on {adopted.day}; the" if adopted.day and adopted.verified else "The"
    return f"{known} date on which it took effect was not verified."


def in_force(law: Law, as_of: date) -> Judged:
    """Whether the law is in force on a day."""
    state, reason = standing(law, as_of)
    question = f"Is {law.citation} in force on {as_of}?" if state is Force.UNSURE else ""
    return _judged("in-force", _FORCE[state], reason, fact_or(question, "", ()))


def jurisdiction(law: Law, deployment: Deployment) -> Judged:
    """Whether the law's territory takes in a place of the deployment."""
    stated = deployment.jurisdictions
    here = place_name(law.jurisdiction)
    question = fact_or(f"Is it held or run in {here}?", "jurisdiction", (law.jurisdiction,))
    if not stated:
        return _judged("jurisdiction", Met.UNKNOWN, "No jurisdiction was stated.", question)
    covered = [place for place in stated if law.jurisdiction in ancestry(place)]
    if covered:
        return _judged("jurisdiction", Met.MET, _within(covered, law.jurisdiction))
    wider = [place for place in stated if place in ancestry(law.jurisdiction)]
    if wider:
        reason = f"{_named(wider)} is wider than {here}: it may or may not be held or run there."
        return _judged("jurisdiction", Met.UNKNOWN, reason, question)
    return _judged("jurisdiction", Met.NOT_MET, f"{_named(stated)} does not lie in {here}.")


def _within(stated: Sequence[str], wider: str) -> str:
    if set(stated) == {wider}:
        return f"It is held or run in {place_name(wider)}."
    return f"{_named(stated)} lies in {place_name(wider)}."


def _named(places: Sequence[str]) -> str:
    return listed(map(place_name, places))


def operator(law: Law, deployment: Deployment) -> Judged:
    """Whether the law governs who runs it. A child satisfies its parent; a parent may or may not be that child."""
    governed = listed((kind(word) for word in law.operators), "or")
    stated = deployment.operator
    if stated is None:
        question = fact_or(f"Is whoever holds or runs it {governed}?", "operator", OPERATORS)
        return _judged("operator", Met.UNKNOWN, "No operator was stated.", question)
    doubt = law.operator_doubts.get(stated)
    if doubt:
        return _doubted("operator", f"The operator is {kind(stated)}.", doubt, deployment)
    if set(law.operators) & set(kinship(stated)):
        return _judged("operator", Met.MET, f"It governs {kind(stated)}. {_governs(law)}")
    below = [word for word in Operator if stated in kinship(word) and set(law.operators) & set(kinship(word))]
    if below:
        which = listed((kind(word) for word in below), "or")
        reason = f"{kind(stated)} may or may not be {which}, which it governs."
        question = fact_or(
            f"Is the operator {which}, in {place_name(law.jurisdiction)}?", "operator", tuple(map(str, below))
        )
        return _judged("operator", Met.UNKNOWN, reason, question)
    return _judged("operator", Met.NOT_MET, f"It does not govern {kind(stated)}. {_governs(law)}")


def kinship(word: Operator) -> tuple[Operator, ...]:
    """A kind of operator and all that it satisfies."""
    return (word, *(ancestor for parent in OPERATOR_PARENTS.get(word, ()) for ancestor in kinship(parent)))


def _governs(law: Law) -> str:
    return sentence(f"governed: {'; '.join(law.governs)}")


def place(law: Law, deployment: Deployment) -> Judged:
    """Whether it is run where the law looks."""
    if not law.places:
        return _judged("place", Met.MET, "It asks for no particular kind of place.")
    stated = deployment.place
    if stated is None:
        asked = law.place_question or f"Is it run in {listed((kind(word) for word in law.places), 'or')}?"
        return _judged("place", Met.UNKNOWN, f"No place was stated. {law.place_why}", fact_or(asked, "place", PLACES))
    doubt = law.place_doubts.get(stated)
    if doubt:
        return _doubted("place", f"The place is {kind(stated)}.", doubt, deployment)
    met = Met.MET if stated in law.places else Met.NOT_MET
    return _judged("place", met, f"The place is {kind(stated)}. {law.place_why}")


def _doubted(name: str, what: str, doubt: Doubt, deployment: Deployment) -> Judged:
    question, reason = doubt.question, f"{what} {doubt.why}"
    if isinstance(question, FactQuestion) and question.fact in deployment.facts:
        met = _REACH[fact_reach(question, deployment)]
        return _judged(name, met, f"{reason} {answered(question, deployment)}")
    words = {"operator": OPERATORS, "place": PLACES}[name]
    return _judged(name, Met.UNKNOWN, reason, fact_or(question, name, words))


def purpose(law: Law, deployment: Deployment) -> tuple[Judged, ...]:
    """Whether it is done for what the law is about; nothing for a law that asks for no purpose."""
    if not law.purposes:
        return ()
    stated = [word for word in law.purposes if word in deployment.purposes]
    if stated:
        return (_judged("purpose", Met.MET, f"Stated: {listed(stated)}. {law.purpose_why}"),)
    if set(law.purposes) <= set(deployment.denied_purposes):
        return (_judged("purpose", Met.NOT_MET, f"Denied: {listed(law.purposes)}. {law.purpose_why}"),)
    asked = fact_or(law.purpose_question, "purpose", law.purposes)
    return (_judged("purpose", Met.UNKNOWN, f"The purpose was not stated. {law.purpose_why}", asked),)


def _judged(name: str, met: Met, reason: str, questions: tuple[Question, ...] = ()) -> Judged:
    element = msgspec.convert({"name": name, "met": met, "reason": sentence(reason.strip())}, Element)
    return Judged(element, questions)


def questions(judged: Sequence[Judged], met: Met) -> Iterator[Question]:
    """The questions of the elements that have this value."""
    return (question for one in judged if one.element.met is met for question in one.questions)
