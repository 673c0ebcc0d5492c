"""Situations: what a law is asked about. Components with the same capabilities at the same presence are one."""

from collections import defaultdict
from collections.abc import Sequence

from scanner.evidence.confidence import VERDICT_THRESHOLD
from scanner.model.finding import Finding, Situation
from scanner.model.vocabulary import Capability, Presence


def situations_of(findings: Sequence[Finding]) -> tuple[Situation, ...]:
    """Join the findings of each component; equal joins are asked about once.

    Findings under the confidence that sets a verdict, and mere references, raise no question of law.
    """
    joined: dict[str, dict[Capability, Presence]] = defaultdict(dict)
    behind: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        if finding.confidence < VERDICT_THRESHOLD:
            continue
        facts = {c: p for c, p in finding.capability_presence.items() if p is not Presence.REFERENCED}
        if not facts:
            continue
        known = joined[finding.component.id]
        for capability, presence in facts.items():
            if capability not in known or presence.rank > known[capability].rank:
                known[capability] = presence
        behind[finding.component.id].append(finding.fingerprint)
    return _merged(joined, behind)


def _merged(joined: dict[str, dict[Capability, Presence]], behind: dict[str, list[str]]) -> tuple[Situation, ...]:
    equal: dict[tuple[tuple[Capability, Presence], ...], list[str]] = defaultdict(list)
    for component, facts in joined.items():
        equal[tuple((c, facts[c]) for c in Capability if c in facts)].append(component)
    order = sorted(equal.items(), key=lambda item: (-max(p.rank for _, p in item[0]), item[0]))
    return tuple(
        Situation(
            id=f"S{number}",
            capability_presence=dict(facts),
            components=tuple(sorted(components)),
            findings=tuple(sorted({f for c in components for f in behind[c]})),
        )
        for number, (facts, components) in enumerate(order, 1)
    )
