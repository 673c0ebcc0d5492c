"""The elements of a law, each met, not met or unknown, with the reason in plain words and what would settle it."""

from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from scanner.model.law import Deployment, Element, Law, Verified
from scanner.model.vocabulary import OPERATOR_PARENTS, Met, Operator
from scanner.ordinances.words import distinct, kind, listed, sentence


class Judged(msgspec.Struct, frozen=True):
    """An element, and the questions whose answers would settle it or, if it is not met, keep a lead alive."""

    element: Element
    questions: tuple[str, ...] = ()


def in_force(law: Law, as_of: date) -> Judged:
    """Whether the law is in force on a day. A date that was not verified counts, and the reason says so."""
    met, reason = _in_force(law, as_of)
    question = f"Is {law.citation} in force on {as_of}?" if met is Met.UNKNOWN else ""
    return Judged(Element(name="in-force", met=met, reason=reason), distinct([question]))


def _in_force(law: Law, as_of: date) -> tuple[Met, str]:
    adopted, effective, expires = law.adopted.day, law.effective.day, law.expires.day
    if adopted and as_of < adopted:
        return Met.NOT_MET, f"It was adopted on {adopted}, after {as_of}."
    if effective and as_of < effective:
        if law.effective.verified:
            return Met.NOT_MET, f"It takes effect on {effective}, after {as_of}."
        return Met.UNKNOWN, f"It seems to take effect on {effective}, after {as_of}; that date was not verified."
    if expires and as_of >= expires:
        if law.expires.verified:
            return Met.NOT_MET, f"It ended on {expires}."
        return Met.UNKNOWN, f"It seems to have ended on {expires}; that date was not verified."
    return Met.MET, f"It counts as in force on {as_of}. {_since(law.adopted, law.effective)}"


def _since(adopted: Verified, effective: Verified) -> str:
    if effective.day and effective.verified:
        return f"It took effect on {effective.day}."
    if effective.day:
        return f"The date on which it took effect, {effective.day}, was not verified."
    known = f"It was adopted on {adopted.day}; the" if adopted.day else "The"
    return f"{known} date on which it took effect was not verified."


def jurisdiction(law: Law, deployment: Deployment) -> Judged:
    """Whether the law's territory takes in a place of the deployment."""
    stated = deployment.jurisdictions
    if not stated:
        question = f"Is it held or run in {law.jurisdiction}?"
        return _judged("jurisdiction", Met.UNKNOWN, "No jurisdiction was stated.", question)
    covered = [place for place in stated if law.jurisdiction in ancestry(place)]
    if covered:
        return _judged("jurisdiction", Met.MET, f"{listed(covered)} lies in {law.jurisdiction}.")
    wider = [place for place in stated if place in ancestry(law.jurisdiction)]
    if wider:
        reason = f"{listed(wider)} is wider than {law.jurisdiction}: it may or may not be held or run there."
        return _judged("jurisdiction", Met.UNKNOWN, reason, f"Is it held or run in {law.jurisdiction}?")
    return _judged("jurisdiction", Met.NOT_MET, f"{listed(stated)} does not lie in {law.jurisdiction}.")


def ancestry(place: str) -> tuple[str, ...]:
    """A jurisdiction and all that it lies in: `us-ma-boston` gives itself, `us-ma` and `us`."""
    parts = place.split("-", 2)  # the place itself may hold hyphens: us-ca-san-francisco
    return tuple("-".join(parts[:length]) for length in range(len(parts), 0, -1))


def operator(law: Law, deployment: Deployment) -> Judged:
    """Whether the law governs who runs it. A child satisfies its parent; a parent may or may not be that child."""
    governed = listed((kind(word) for word in law.operators), "or")
    stated = deployment.operator
    if stated is None:
        return _judged("operator", Met.UNKNOWN, "No operator was stated.", f"Is whoever holds or runs it {governed}?")
    doubt = law.operator_doubts.get(stated)
    if doubt:
        return _judged("operator", Met.UNKNOWN, f"The operator is {kind(stated)}. {doubt.why}", doubt.question)
    if set(law.operators) & set(_kinship(stated)):
        return _judged("operator", Met.MET, f"It governs {kind(stated)}. {_governs(law)}")
    below = [word for word in Operator if stated in _kinship(word) and set(law.operators) & set(_kinship(word))]
    if below:
        which = listed((kind(word) for word in below), "or")
        reason = f"{kind(stated)} may or may not be {which}, which it governs."
        return _judged("operator", Met.UNKNOWN, reason, f"Is the operator {which} of {law.jurisdiction}?")
    return _judged("operator", Met.NOT_MET, f"It does not govern {kind(stated)}. {_governs(law)}")


def _kinship(word: Operator) -> tuple[Operator, ...]:
    return (word, *(ancestor for parent in OPERATOR_PARENTS.get(word, ()) for ancestor in _kinship(parent)))


def _governs(law: Law) -> str:
    return sentence(f"governed: {'; '.join(law.governs)}")


def place(law: Law, deployment: Deployment) -> Judged:
    """Whether it is run where the law looks."""
    if not law.places:
        return _judged("place", Met.MET, "It asks for no particular kind of place.")
    question = law.place_question or f"Is it run in {listed((kind(word) for word in law.places), 'or')}?"
    stated = deployment.place
    if stated is None:
        return _judged("place", Met.UNKNOWN, f"No place was stated. {law.place_why}", question)
    doubt = law.place_doubts.get(stated)
    if doubt:
        return _judged("place", Met.UNKNOWN, f"The place is {kind(stated)}. {doubt.why}", doubt.question)
    if stated in law.places:
        return _judged("place", Met.MET, f"The place is {kind(stated)}. {law.place_why}")
    return _judged("place", Met.NOT_MET, f"The place is {kind(stated)}. {law.place_why}")


def _judged(name: str, met: Met, reason: str, question: str = "") -> Judged:
    element = msgspec.convert({"name": name, "met": met, "reason": sentence(reason.strip())}, Element)
    return Judged(element, distinct([question]))


def questions(judged: Sequence[Judged], met: Met) -> Iterator[str]:
    """The questions of the elements that have this value."""
    return (question for one in judged if one.element.met is met for question in one.questions)
