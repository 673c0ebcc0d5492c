"""Verdicts: what the matches of one technology in one component amount to (design: "Verdict").

recognition      a capability to verify or identify is used, or present in something made for it, or declared by
                 something that has no other purpose, unless code is seen to call it for another one
capable-dormant  a general component really carries a recognition feature, and nothing seen uses it
face-analysis    faces are found, measured, described or hidden, and nobody is recognised
none             device unlock alone, mere references, or too little confidence
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from scanner.catalogue.index import Entry
from scanner.evidence.confidence import VERDICT_THRESHOLD, confidence, weight_of
from scanner.matching.match import Match
from scanner.model.observation import ByteHit
from scanner.model.technology import Technology
from scanner.model.vocabulary import RECOGNITION, Capability, IndicatorKind, Presence, Verdict, Weight

Sight = tuple[Entry, Match]
_HEFT = tuple(reversed(Weight))


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """A technology in a component, graded."""

    verdict: Verdict
    capabilities: tuple[Capability, ...]
    capability_presence: dict[Capability, Presence]
    presence: Presence


def grade(technology: Technology, sights: Sequence[Sight]) -> Grade:
    """Grade the matches of one technology in one component."""
    by_capability: dict[Capability, Presence] = {}
    for entry, match in sights:
        for capability in granted(entry, technology):
            known = by_capability.get(capability)
            if known is None or match.presence.rank > known.rank:
                by_capability[capability] = match.presence
    ordered = {c: by_capability[c] for c in Capability if c in by_capability}
    return Grade(
        verdict=_verdict(technology, sights),
        capabilities=tuple(ordered),
        capability_presence=ordered,
        presence=max((match.presence for _, match in sights), key=lambda p: p.rank),
    )


def granted(entry: Entry, technology: Technology) -> tuple[Capability, ...]:
    """What an indicator proves: its own grants, else what the technology's presence grants."""
    return entry.indicator.grants or (technology.capabilities if entry.indicator.verified else ())


def _verdict(technology: Technology, sights: Sequence[Sight]) -> Verdict:
    def recognises(sight: Sight) -> bool:
        return bool(RECOGNITION.intersection(granted(sight[0], technology)))

    is_called = any(map(_is_call, sights))

    def active(sight: Sight) -> bool:
        return _is_active(sight, technology, is_called=is_called)

    def there(sight: Sight) -> bool:
        return sight[1].presence.rank >= Presence.PRESENT.rank

    def analyses(sight: Sight) -> bool:
        return bool(set(granted(sight[0], technology)) - {Capability.DEVICE_UNLOCK}) and (there(sight) or active(sight))

    if _sure(sights, lambda s: recognises(s) and active(s)):
        return Verdict.RECOGNITION
    if _sure(sights, lambda s: recognises(s) and there(s)):
        return Verdict.CAPABLE_DORMANT
    if _sure(sights, analyses):
        return Verdict.FACE_ANALYSIS
    return Verdict.NONE


def _is_active(sight: Sight, technology: Technology, *, is_called: bool) -> bool:
    """Whether it is used, or there or declared for nothing else; what code calls it for says more than that."""
    entry, match = sight
    if match.presence in (Presence.USED, Presence.REFERENCED):
        return match.presence is Presence.USED
    is_told_by_calls = is_called and match.presence is Presence.DECLARED
    return bool(match.model) or not (is_told_by_calls or is_general(entry, technology))


def _is_call(sight: Sight) -> bool:
    """Whether code calls the technology."""
    entry, match = sight
    return entry.indicator.kind is IndicatorKind.CALL and match.presence is Presence.USED


def is_general(entry: Entry, technology: Technology) -> bool:
    """Whether what an indicator shows has other everyday uses than the technology."""
    own = entry.indicator.general_purpose
    return bool(entry.indicator.needs) or (technology.general_purpose if own is None else own)


def _sure(sights: Iterable[Sight], counts: Callable[[Sight], bool]) -> bool:
    """Whether the sights that count are enough for a verdict: the others may support, and cannot decide."""
    counted = witnesses(sight for sight in sights if counts(sight))
    return bool(counted) and confidence(counted) >= VERDICT_THRESHOLD


def witnesses(sights: Iterable[Sight]) -> tuple[Weight, ...]:
    """The weights to add up: one for each indicator, and of indicators that saw the same thing only the heaviest.

    Two patterns that overlap are not two witnesses.
    """
    heaviest: dict[str, Entry] = {}
    for entry, match in sights:
        hit = match.observation
        seen = f"{match.artifact} {hit.offset}" if isinstance(hit, ByteHit) else match.seen
        known = heaviest.get(seen)
        if known is None or _HEFT.index(weight_of(entry.indicator)) > _HEFT.index(weight_of(known.indicator)):
            heaviest[seen] = entry
    distinct = {entry.key: entry for entry in heaviest.values()}
    return tuple(weight_of(entry.indicator) for entry in distinct.values())
