"""Situations: what a law is asked about. What works as one is one, and what comes to the same is asked about once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from scanner.evidence.confidence import VERDICT_THRESHOLD
from scanner.evidence.pipelines import Pipelines
from scanner.model.finding import Finding, Situation
from scanner.model.vocabulary import Capability, Presence


def situations_of(findings: Sequence[Finding], pipelines: Pipelines) -> tuple[Situation, ...]:
    """Join the findings of each pipeline; equal joins are asked about once.

    A component that works within another's pipeline is asked about there, and not once more alone. Findings under the
    confidence that sets a verdict, and mere references, raise no question of law.
    """
    telling: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.confidence >= VERDICT_THRESHOLD and _facts(finding):
            telling[finding.component.id].append(finding)
    joins = {frozenset(pipelines.get(component, {component}) & telling.keys()) for component in telling}
    outermost = [join for join in joins if not any(join < other for other in joins)]
    return _merged({join: [f for component in join for f in telling[component]] for join in outermost})


def _facts(finding: Finding) -> dict[Capability, Presence]:
    return {c: p for c, p in finding.capability_presence.items() if p is not Presence.REFERENCED}


def _strongest(findings: Iterable[Finding]) -> tuple[tuple[Capability, Presence], ...]:
    strongest: dict[Capability, Presence] = {}
    for finding in findings:
        for capability, presence in _facts(finding).items():
            if capability not in strongest or presence.rank > strongest[capability].rank:
                strongest[capability] = presence
    return tuple((c, strongest[c]) for c in Capability if c in strongest)


def _merged(joined: Mapping[frozenset[str], Sequence[Finding]]) -> tuple[Situation, ...]:
    equal: dict[tuple[tuple[Capability, Presence], ...], list[Finding]] = defaultdict(list)
    for findings in joined.values():
        equal[_strongest(findings)] += findings
    order = sorted(equal.items(), key=lambda item: (-max(p.rank for _, p in item[0]), item[0]))
    return tuple(
        Situation(
            id=f"S{number}",
            capability_presence=dict(facts),
            components=tuple(sorted({f.component.id for f in behind})),
            findings=tuple(sorted({f.fingerprint for f in behind})),
        )
        for number, (facts, behind) in enumerate(order, 1)
    )
