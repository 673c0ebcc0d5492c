"""Short forms for the tests of ordinances."""

from datetime import date

from scanner.model.finding import Situation
from scanner.model.law import Assessment, Deployment, Law
from scanner.model.vocabulary import Capability, Presence
from scanner.ordinances import assess, laws

TODAY = date(2026, 1, 31)


def law(law_id: str) -> Law:
    return next(one for one in laws() if one.id == law_id)


def situation(text: str, situation_id: str = "S1") -> Situation:
    """`identification used, detection present`; words apart from each other by commas."""
    pairs = [pair.split() for pair in text.split(",") if pair.strip()]
    return Situation(
        id=situation_id,
        capability_presence={Capability(c): Presence(p) for c, p in pairs},
        components=("app",),
        findings=("frscan/v1:0",),
    )


def ask(law_id: str, found: str, **facts: object) -> tuple[Assessment, ...]:
    deployment = Deployment(**facts)  # type: ignore[arg-type]  # each test states its own facts
    return assess([situation(found)], deployment, [law(law_id)], TODAY).assessments


def ask_once(law_id: str, found: str, **facts: object) -> Assessment:
    """The one answer; the jurisdiction and the operator are stated as the law's unless a test says otherwise."""
    one = law(law_id)
    stated = {"jurisdictions": (one.jurisdiction,), "operator": one.operators[0], **facts}
    (answer,) = ask(law_id, found, **stated)
    return answer
