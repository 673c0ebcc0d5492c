"""Judging: facts become findings, situations and assessments. Pure: the same facts give the same report."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import NamedTuple

import msgspec

from scanner.engine.discover import MEDIA_TYPES
from scanner.engine.facts import Facts
from scanner.engine.layers import stacks_of
from scanner.engine.spoken_of import SpokenOf
from scanner.evidence.hidden_code import hidden_code
from scanner.evidence.networks import cards_of
from scanner.evidence.stacks import HIDDEN
from scanner.matching.match import Match, matches_of
from scanner.model.artifact import Unread
from scanner.model.finding import NotCounted
from scanner.model.law import Deployment
from scanner.model.observation import Digest, ListRead, Network
from scanner.model.report import ListedSoftware, Report, Target, Tool
from scanner.model.vocabulary import Verdict


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What is judged besides the facts."""

    tool: Tool
    target: Target
    deployment: Deployment
    today: date


def make_ready() -> None:
    """Load what only a target in which something matched needs, in the wait for the readers in depth."""
    import networkx  # noqa: F401  (0.1 to 0.2 s, longer than all the rest of judging a small target)

    import scanner.evidence.weigh  # noqa: F401
    from scanner.ordinances import laws

    laws()


def judge(spoken_of: SpokenOf, case: Case) -> Report:
    """The report on a target, but for its times."""
    facts = spoken_of.facts
    matched = _matched(spoken_of)
    unread = tuple(_marked(u) for u in (*facts.unread(), *hidden_code(facts)))
    report = Report(
        tool=case.tool,
        target=case.target,
        started="",
        finished="",
        verdict=Verdict.NONE,
        complete=not unread,
        deployment=case.deployment,
        not_counted=matched.not_counted,
        unreadable=unread,
        oddities=facts.oddities(),
        coverage=facts.coverage(MEDIA_TYPES),
        lists=_lists(facts),
    )
    if matched.matches:
        report = _with_findings(report, matched.matches, spoken_of, case)
    return msgspec.structs.replace(report, networks=cards_of(matched.networks, matched.weights, report.findings))


def _with_findings(report: Report, matches: Sequence[Match], spoken_of: SpokenOf, case: Case) -> Report:
    """The report with what the matches amount to, and with what the laws say of that."""
    # Imported here, because most scans find nothing and need not wait for these.
    from scanner.evidence.weigh import weigh
    from scanner.ordinances import assess, laws, uncovered

    seen = weigh(matches, spoken_of.facts, spoken_of.index, case.target.locator)
    asked = laws() if seen.situations else ()
    assessed = assess(seen.situations, case.deployment, asked, case.today)
    return msgspec.structs.replace(
        report,
        verdict=max((c.verdict for c in seen.components), key=lambda v: v.rank, default=Verdict.NONE),
        uncovered=uncovered(case.deployment, asked) if seen.situations else (),
        components=seen.components,
        findings=seen.findings,
        situations=seen.situations,
        assessments=assessed.assessments,
        ordinances=assessed.ordinances,
        questions=assessed.questions,
        graph=seen.graph,
    )


class _Matched(NamedTuple):
    """What of the facts matters to the catalogue."""

    matches: list[Match]
    not_counted: tuple[NotCounted, ...]
    """Look-alikes."""
    networks: list[tuple[str, Network]]
    """The networks of the target with their locators."""
    weights: dict[str, str]
    """Digests of weights by the locator of their network."""


def _matched(spoken_of: SpokenOf) -> _Matched:
    matches, set_aside, networks, weights = [], set(), [], {}
    stacks = stacks_of(spoken_of.facts)
    for plain in spoken_of.items():
        item = stacks.with_origin(plain)
        unseen = HIDDEN if item.artifact.locator in spoken_of.facts.hidden else ""
        for seen in item.observations:
            if isinstance(seen, Network):
                networks.append((item.artifact.locator, seen))
            elif isinstance(seen, Digest) and seen.algorithm != "sha256":
                weights[item.artifact.locator] = seen.value
        is_as_it_came = item is plain and not unseen
        for found in spoken_of.matches(item) if is_as_it_came else matches_of(item, spoken_of.index, unseen):
            if isinstance(found, Match):
                matches.append(found)
            else:
                set_aside.add(found)
    not_counted = sorted(set_aside, key=lambda n: (n.locator, n.technology, n.indicator, n.place))
    return _Matched(matches, tuple(not_counted), networks, weights)


def _lists(facts: Facts) -> tuple[ListedSoftware, ...]:
    """What was read of each list of software."""
    return tuple(
        ListedSoftware(
            locator=locator,
            dialect=read.dialect,
            place=read.place,
            rows=read.rows,
            products=read.products,
            dropped=read.dropped,
        )
        for locator in sorted(facts.listing)
        for read in facts[locator].observations
        if isinstance(read, ListRead)
    )


def _marked(unread: Unread) -> Unread:
    """Give an unread part an identity over time, so that it can be accepted as a known gap."""
    identity = f"{unread.locator}\0{unread.stage}\0{unread.cause}"
    return msgspec.structs.replace(unread, fingerprint="frscan/v1:" + sha256(identity.encode()).hexdigest())
