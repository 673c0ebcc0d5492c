"""Judging: facts become findings, situations and assessments. Pure: the same facts give the same report."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

import msgspec

from scanner.catalogue.index import Index
from scanner.engine.discover import MEDIA_TYPES
from scanner.engine.facts import Facts
from scanner.evidence.components import Owner, owners_of
from scanner.evidence.findings import findings_of, groups_of
from scanner.evidence.graph import as_document, build_graph
from scanner.evidence.networks import cards_of
from scanner.evidence.situations import situations_of
from scanner.matching.match import Match, matches_of
from scanner.model.artifact import Unread
from scanner.model.finding import Component, Finding, NotCounted
from scanner.model.law import Deployment
from scanner.model.observation import Network
from scanner.model.report import Graph, Report, Target, Tool
from scanner.model.vocabulary import Verdict
from scanner.ordinances import assess, laws, uncovered


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What is judged besides the facts."""

    tool: Tool
    target: Target
    deployment: Deployment
    today: date


def judge(facts: Facts, index: Index, case: Case) -> Report:
    """The report on a target, but for its times."""
    matches, not_counted, networks = _matched(facts, index)
    findings: tuple[Finding, ...] = ()
    graph = Graph()
    owners = owners_of((m.artifact for m in matches), facts)
    groups = groups_of(matches, index, owners)
    if groups:
        by_technology = {g.technology.id: [] for g in groups}  # type: dict[str, list[Match]]
        for group in groups:
            by_technology[group.technology.id] += [m for _, m in group.matches]
        drawn: Any = build_graph(case.target.locator, by_technology, owners)
        findings, graph = findings_of(groups, drawn), as_document(drawn)
    situations = situations_of(findings)
    asked = laws() if situations else ()
    assessed = assess(situations, case.deployment, asked, case.today)
    unread = tuple(_marked(u) for u in facts.unread())
    components = _components(findings, {owner.id: owner for owner in owners.values()})
    return Report(
        tool=case.tool,
        target=case.target,
        started="",
        finished="",
        verdict=max((c.verdict for c in components), key=lambda v: v.rank, default=Verdict.NONE),
        complete=not unread,
        deployment=case.deployment,
        uncovered=uncovered(case.deployment, asked) if situations else (),
        components=components,
        findings=findings,
        situations=situations,
        assessments=assessed.assessments,
        ordinances=assessed.ordinances,
        questions=assessed.questions,
        graph=graph,
        networks=cards_of(networks, findings),
        not_counted=not_counted,
        unreadable=unread,
        oddities=facts.oddities(),
        coverage=facts.coverage(MEDIA_TYPES),
    )


def _matched(facts: Facts, index: Index) -> tuple[list[Match], tuple[NotCounted, ...], list[tuple[str, Network]]]:
    """Matches, look-alikes, and the networks of the target with their locators."""
    matches, set_aside, networks = [], set(), []
    for locator in facts:
        networks += [(locator, seen) for seen in facts[locator].observations if isinstance(seen, Network)]
        for found in matches_of(facts[locator], index):
            if isinstance(found, Match):
                matches.append(found)
            else:
                set_aside.add(found)
    return matches, tuple(sorted(set_aside, key=lambda n: (n.locator, n.technology, n.indicator, n.place))), networks


def _components(findings: Sequence[Finding], owners: dict[str, Owner]) -> tuple[Component, ...]:
    """Each component with the strongest verdict of its findings."""
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
            verdict=verdicts[owner.id],
        )
        for owner in owners.values()
        if owner.id in verdicts
    ]
    return tuple(sorted(components, key=lambda c: (-c.verdict.rank, c.locator)))


def _marked(unread: Unread) -> Unread:
    """Give an unread part an identity over time, so that it can be accepted as a known gap."""
    identity = f"{unread.locator}\0{unread.stage}\0{unread.cause}"
    return msgspec.structs.replace(unread, fingerprint="frscan/v1:" + sha256(identity.encode()).hexdigest())
