"""The two elements that turn on what was found: does the definition reach it, and is a named act shown or stated?

A scan can show that something is held or used; it cannot show a contract, a trial or the use of results: those
count only when a person states them. What the definition reaches and what is done with it belong together: a list that
names a matcher and a detector that is there are not a matcher that is there. So both are weighed for each capability.
"""

import msgspec

from scanner.model.finding import Situation
from scanner.model.law import Deployment, Element, Law, Question
from scanner.model.vocabulary import Act, Capability, Met, Presence, Reach
from scanner.ordinances.questions import fact_or, once, plain, reading
from scanner.ordinances.reach import Reached, capabilities, strength
from scanner.ordinances.reason import Judged
from scanner.ordinances.words import ACTS, PRESENCES, capability, distinct, listed, sentence, with_verb

SHOWN_BY_A_SCAN = frozenset({Act.ACQUIRE, Act.POSSESS, Act.ACCESS, Act.USE})
"""Acts that what lies on a system is evidence of."""

_ORDER = {Met.NOT_MET: 0, Met.UNKNOWN: 1, Met.MET: 2}
_REACH = {Reach.REACHED: Met.MET, Reach.UNCLEAR: Met.UNKNOWN, Reach.NOT_REACHED: Met.NOT_MET}


class ActStand(msgspec.Struct, frozen=True):
    """How one act stands for a capability of some presence."""

    act: Act
    met: Met


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """The capabilities that decide, with both elements."""

    leading: tuple[Reached, ...]
    definition: Judged
    act: Judged
    acts: tuple[Act, ...]
    """The acts that are shown or stated and named by the law."""


class Acts(msgspec.Struct, frozen=True):
    """How the acts stand under a law for each presence; the same for every situation."""

    deployment: Deployment
    by_presence: dict[Presence, tuple[ActStand, ...]]
    best: dict[Presence, Met]


def acts_of(law: Law, deployment: Deployment) -> Acts:
    """Judge the acts of a law once, for every presence that a capability may have."""
    by_presence = {presence: _stands(law, presence, deployment) for presence in Presence}
    return Acts(deployment, by_presence, {presence: _best(stands) for presence, stands in by_presence.items()})


def weigh(law: Law, situation: Situation, acts: Acts) -> Weighed:
    """Judge definition and act on the capabilities for which the two together go furthest."""
    found = capabilities(law, situation)
    joint = [_weaker(_REACH[reached.reach], acts.best[reached.presence]) for reached in found]
    best = max(joint, key=_ORDER.__getitem__, default=Met.NOT_MET)
    tied = [reached for reached, met in zip(found, joint, strict=True) if met is best]
    furthest = max((strength(reached.reach) for reached in tied), default=0)
    leading = tuple(r for r in tied if strength(r.reach) == furthest)
    stands = tuple(dict.fromkeys(stand for reached in leading for stand in acts.by_presence[reached.presence]))
    return Weighed(
        leading=leading,
        definition=_definition(law, leading, found, tied),
        act=_act(law, leading, stands, acts.deployment),
        acts=tuple(dict.fromkeys(stand.act for stand in stands if stand.met is Met.MET)),
    )


def _weaker(one: Met, other: Met) -> Met:
    return min(one, other, key=_ORDER.__getitem__)


def _best(stands: tuple[ActStand, ...]) -> Met:
    return max((stand.met for stand in stands), key=_ORDER.__getitem__, default=Met.NOT_MET)


def _stands(law: Law, presence: Presence, deployment: Deployment) -> tuple[ActStand, ...]:
    if deployment.acts:
        return tuple(ActStand(act, _stated(law, act, presence)) for act in deployment.acts)
    shown = [act for act in Act if act in SHOWN_BY_A_SCAN and law.acts[act].reach is not Reach.NOT_REACHED]
    if shown:
        return tuple(ActStand(act, _shown(law, act, presence)) for act in shown)
    named = [act for act in Act if law.acts[act].reach is not Reach.NOT_REACHED]
    return tuple(ActStand(act, Met.UNKNOWN) for act in named)


def _stated(law: Law, act: Act, presence: Presence) -> Met:
    """A stated act: open, and never denied, while less was seen of the capability than the act needs."""
    rule = law.acts[act]
    if rule.reach is Reach.REACHED and presence.rank < rule.presence.rank:
        return Met.UNKNOWN
    return _REACH[rule.reach]


def _shown(law: Law, act: Act, presence: Presence) -> Met:
    """An act nobody stated, by what was found. What is only declared may well be installed."""
    rule = law.acts[act]
    if presence.rank >= rule.presence.rank:
        return _REACH[rule.reach]
    is_open = presence is Presence.DECLARED and rule.presence is Presence.PRESENT
    return Met.UNKNOWN if is_open else Met.NOT_MET


def _definition(law: Law, leading: tuple[Reached, ...], found: tuple[Reached, ...], tied: list[Reached]) -> Judged:
    met = _REACH[leading[0].reach] if leading else Met.NOT_MET
    parts = _by_themselves(leading)
    stages = [capability(reached.capability) for reached in leading if reached.as_stage]
    if stages:
        counts = "counts" if with_verb(stages).endswith(" is") else "count"
        parts.append(f"{listed(stages)} {counts} as part of what recognises")
    decided = {reached.capability for reached in leading}
    others = [f"{capability(r.capability)} ({_status(r)})" for r in found if _is_other(r, decided)]
    if others:
        parts.append(f"also found: {listed(others)}")
    if not any(definition.verified for definition in law.definitions):
        parts.append(f"basis of this reading: {law.reach_basis}")
    asked = once(q for r in tied for q in reading(law, r.capability, r.question)) if met is Met.UNKNOWN else ()
    reason = " ".join(sentence(part) for part in parts) or "No capability of the situation is more than referenced."
    return Judged(Element(name="definition", met=met, reason=reason), tuple(asked))


def _by_themselves(leading: tuple[Reached, ...]) -> list[str]:
    """What is there and why it counts or does not, each reason once."""
    alike: dict[tuple[Presence, str], list[str]] = {}
    for reached in leading:
        if not reached.as_stage:
            alike.setdefault((reached.presence, reached.why), []).append(capability(reached.capability))
    return [f"{with_verb(names)} {PRESENCES[presence]}. {why}" for (presence, why), names in alike.items()]


def _is_other(reached: Reached, decided: set[Capability]) -> bool:
    return reached.capability not in decided and not reached.as_stage


def _status(reached: Reached) -> str:
    return f"{reached.reach.replace('-', ' ')}, {reached.presence}"


def _act(law: Law, leading: tuple[Reached, ...], stands: tuple[ActStand, ...], deployment: Deployment) -> Judged:
    met = _best(stands)
    acts = tuple(dict.fromkeys(stand.act for stand in stands if stand.met is met))
    seen = max((reached.presence for reached in leading), key=lambda p: p.rank, default=Presence.REFERENCED)
    what_is = with_verb([capability(r.capability) for r in leading if not r.as_stage] or ["it"])
    questions: tuple[Question, ...] = ()
    if met is Met.MET:
        reason = _met(law, acts, deployment)
    elif met is Met.UNKNOWN:
        reason, questions = _open(law, acts, what_is, seen)
    else:
        reason, questions = _not_met(law, acts, what_is, seen, deployment)
    return Judged(Element(name="act", met=met, reason=reason), questions)


def _met(law: Law, acts: tuple[Act, ...], deployment: Deployment) -> str:
    how = "stated" if deployment.acts else "shown by what was found"
    parts = [f"{listed(ACTS[act] for act in acts)}: {how}, and named", *_whys(law, acts)]
    if not any(law.acts[act].verified for act in acts):
        parts.append("that the law names it was not verified in its text")
    return " ".join(sentence(part) for part in parts)


def _open(law: Law, acts: tuple[Act, ...], what_is: str, seen: Presence) -> tuple[str, tuple[Question, ...]]:
    below = [act for act in acts if seen.rank < law.acts[act].presence.rank]
    unclear = [act for act in acts if law.acts[act].reach is Reach.UNCLEAR and act not in below]
    asked = [question for act in unclear for question in reading(law, act, law.acts[act].question)]
    parts = list(_whys(law, tuple(act for act in acts if act not in below)))
    if below:
        sure = [act for act in below if law.acts[act].reach is Reach.REACHED]
        counts = f"{listed(ACTS[act] for act in sure or below)} {'would' if sure else 'might'} count"
        parts.insert(0, f"{counts}, but {what_is} {PRESENCES[seen]}")
        asked = [*plain([_presence_question(what_is, seen)]), *asked]
    if not below and not asked:
        words = tuple(map(str, acts))
        asked = [*fact_or(f"Is there any {listed((ACTS[act] for act in acts), 'or')}?", "act", words)]
    return " ".join(sentence(part) for part in parts), tuple(once(asked))


def _presence_question(what_is: str, seen: Presence) -> str:
    """`what_is`: the capabilities with their verb, `detection and liveness are`."""
    what, _, be = what_is.rpartition(" ")
    if seen is Presence.DECLARED:
        return (
            f"Is what is declared really installed or shipped? Scan the thing itself to see whether {what} {be} there."
        )
    return f"{be.capitalize()} {what} really used, by a person, by a setting or by code that was not scanned?"


def _not_met(
    law: Law, acts: tuple[Act, ...], what_is: str, seen: Presence, deployment: Deployment
) -> tuple[str, tuple[Question, ...]]:
    if deployment.acts:
        parts = (f"{listed((ACTS[act] for act in deployment.acts), 'or')} is not named", *_whys(law, acts))
        return " ".join(sentence(part) for part in parts), ()
    named = f"named: {listed((ACTS[act] for act in acts), 'or')}"
    lead = f"{what_is} {PRESENCES[seen]}: a lead to check, not yet that act"
    reason = " ".join(sentence(part) for part in (named, *_whys(law, acts), lead))
    return reason, plain([_presence_question(what_is, seen)])


def _whys(law: Law, acts: tuple[Act, ...]) -> tuple[str, ...]:
    return distinct(law.acts[act].why for act in acts)
