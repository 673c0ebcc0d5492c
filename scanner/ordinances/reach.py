"""What a law's definition takes in of a situation: capability by capability, and by the pipeline rule.

The pipeline rule: what finds, measures or checks a face counts as far as recognition does when it ships as a stage of
something that recognises. A detector beside a matcher is part of the matcher; it counts no stronger than the matcher.
"""

import msgspec

from scanner.model.finding import Situation
from scanner.model.law import FactQuestion, Law
from scanner.model.vocabulary import RECOGNITION, Capability, Presence, Reach

_STRENGTH = {Reach.NOT_REACHED: 0, Reach.UNCLEAR: 1, Reach.REACHED: 2}


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """One capability of a situation, as a law's definition sees it."""

    capability: Capability
    presence: Presence
    reach: Reach
    why: str
    question: str | FactQuestion = ""
    as_stage: bool = False
    """Reached only as a stage of something that recognises."""


def capabilities(law: Law, situation: Situation) -> tuple[Reached, ...]:
    """The capabilities a law is asked about, in the order of the vocabulary. What is only referenced is none.

    By the pipeline rule a capability may come twice: by itself, and again as a stage.
    """
    own = tuple(
        _by_itself(law, capability, situation.capability_presence[capability])
        for capability in Capability
        if situation.capability_presence.get(capability, Presence.REFERENCED) is not Presence.REFERENCED
    )
    recognition = [r for r in own if r.capability in RECOGNITION]
    if not recognition:
        return own
    matcher = max(recognition, key=lambda r: (strength(r.reach), r.presence.rank))
    stages = (_as_stage(reached, matcher) for reached in own if _is_lifted(law, reached, matcher))
    return (*own, *stages)


def strength(reach: Reach) -> int:
    """0 for not reached, 1 for unclear, 2 for reached."""
    return _STRENGTH[reach]


def _by_itself(law: Law, capability: Capability, presence: Presence) -> Reached:
    rule = law.reach[capability]
    return Reached(capability=capability, presence=presence, reach=rule.reach, why=rule.why, question=rule.question)


def _is_lifted(law: Law, reached: Reached, matcher: Reached) -> bool:
    if reached.capability in RECOGNITION or not law.reach[reached.capability].with_recognition:
        return False
    return strength(reached.reach) < strength(matcher.reach)


def _as_stage(reached: Reached, matcher: Reached) -> Reached:
    return msgspec.structs.replace(
        reached,
        reach=matcher.reach,
        presence=min(reached.presence, matcher.presence, key=lambda p: p.rank),
        question=matcher.question,
        as_stage=True,
    )
