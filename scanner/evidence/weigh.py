"""Weighing: from matches to findings, components, situations and the graph, in the order in which they build up."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from scanner.catalogue.index import Index
from scanner.evidence.build import build_facts
from scanner.evidence.components import Register
from scanner.evidence.findings import findings_of, groups_of, nodes_of
from scanner.evidence.graph import as_document, build_graph
from scanner.evidence.models import with_models
from scanner.evidence.owner import Owner
from scanner.evidence.pipelines import Pipelines, pipelines_of
from scanner.evidence.privacy import privacy_facts
from scanner.evidence.reach import Reach, edges_leading_to
from scanner.evidence.situations import situations_of
from scanner.evidence.use import with_use
from scanner.matching.match import Match
from scanner.model.artifact import ArtifactFacts
from scanner.model.finding import BuildFact, Component, Finding, PrivacyFact, Situation
from scanner.model.report import Graph
from scanner.model.vocabulary import Verdict


class Weighed(msgspec.Struct, frozen=True, kw_only=True):
    """What the matches amount to."""

    findings: tuple[Finding, ...] = ()
    components: tuple[Component, ...] = ()
    situations: tuple[Situation, ...] = ()
    graph: Graph = Graph()


class _Told(NamedTuple):
    """What components tell of themselves besides what makes findings, by the components' ids."""

    privacy: Mapping[str, tuple[PrivacyFact, ...]]
    build: Mapping[str, tuple[BuildFact, ...]]


def weigh(matches: Sequence[Match], facts: Mapping[str, ArtifactFacts], index: Index, target: str) -> Weighed:
    """Weigh the matches of one scan; `target` is what the graph calls the target. Without matches it costs nothing."""
    if not matches:
        return Weighed()
    register = Register(facts)
    owners = register.owners_of(m.artifact for m in matches)
    register.learn_rows(matches)
    groups = groups_of(matches, index, owners, register.of_row)
    if not groups:
        return Weighed()
    reach = edges_leading_to(set().union(*map(nodes_of, groups)), facts)
    # Of what is known of both together; what the groups were made by stays.
    owners = register.owners_of({*owners, *_artifacts(reach, facts)}) | owners
    groups = with_models(with_use(groups, reach.edges, owners), reach.edges, owners, facts)
    by_technology: dict[str, list[Match]] = {}
    for group in groups:
        by_technology.setdefault(group.technology.id, []).extend(match for _, match in group.matches)
    graph = build_graph(target, by_technology, owners, reach)
    findings = findings_of(groups, graph, owners)
    components = {f.component.id for f in findings}
    pipelines = pipelines_of(components, reach.edges, owners)
    told = _Told(privacy_facts(facts, register, components), build_facts(groups, facts))
    return Weighed(
        findings=findings,
        components=_components(findings, [*owners.values(), *(group.owner for group in groups)], pipelines, told),
        situations=situations_of(findings, pipelines),
        graph=as_document(graph),
    )


def _artifacts(reach: Reach, facts: Mapping[str, ArtifactFacts]) -> set[str]:
    return {node for edge in reach.edges for node in (edge.source, edge.target) if node in facts}


def _components(
    findings: Sequence[Finding],
    owners: Iterable[Owner],
    pipelines: Pipelines,
    told: _Told,
) -> tuple[Component, ...]:
    """Each component with a finding, with the strongest verdict of all it works with."""
    verdicts: dict[str, Verdict] = {}
    for finding in findings:
        known = verdicts.get(finding.component.id, Verdict.NONE)
        verdicts[finding.component.id] = max(known, finding.verdict, key=lambda v: v.rank)
    components = [
        Component(
            id=owner.id,
            name=owner.name,
            version=owner.version,
            purl=owner.purl,
            locator=owner.locator,
            publisher=owner.publisher,
            installed_on=owner.installed_on,
            installed_for=owner.installed_for,
            privacy=told.privacy.get(owner.id, ()),
            build=told.build.get(owner.id, ()),
            verdict=max((verdicts[id_] for id_ in pipelines[owner.id]), key=lambda v: v.rank),
        )
        for owner in {owner.id: owner for owner in owners}.values()
        if owner.id in verdicts
    ]
    return tuple(sorted(components, key=lambda c: (-c.verdict.rank, c.locator)))
