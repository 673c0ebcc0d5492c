"""Put several reports together into one, as if their targets had been scanned at once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

import msgspec

from scanner.model.locator import below
from scanner.model.report import Coverage, Edge, Graph, Node, Report, Target
from scanner.reports.saved import BadReport

_Item = TypeVar("_Item")


def merged(reports: Sequence[Report]) -> Report:
    """One report for all targets; a single report stays as it is.

    Findings and situations are numbered anew. What lies in a folder is named with the folder's name before it, as in a
    scan of several targets. Raises `BadReport` for reports that answer different questions: other facts about the
    deployment, or another edition.
    """
    first, *others = reports
    if not others:
        return first
    for other in others:
        if other.deployment != first.deployment:
            raise BadReport("the reports rest on different facts about the deployment; scan again with the same facts.")
        if other.edition != first.edition:
            raise BadReport("a public edition cannot be put together with a full report.")
    numbered = _renumbered([_placed(report) for report in _distinct(reports)])
    return msgspec.structs.replace(
        first,
        tool=msgspec.structs.replace(
            first.tool,
            version=_joined(report.tool.version for report in reports),
            signatures=_joined(report.tool.signatures for report in reports),
            technologies=max(report.tool.technologies for report in reports),
        ),
        target=Target(locator=_joined(r.target.locator for r in reports), kind="several"),
        started=min(report.started for report in reports),
        finished=max(report.finished for report in reports),
        verdict=max((report.verdict for report in reports), key=lambda verdict: verdict.rank),
        complete=all(report.complete for report in reports),
        uncovered=_all(report.uncovered for report in reports),
        components=tuple(
            sorted(_all(r.components for r in numbered), key=lambda one: (-one.verdict.rank, one.locator, one.id))
        ),
        findings=tuple(finding for report in numbered for finding in report.findings),
        situations=tuple(situation for report in numbered for situation in report.situations),
        assessments=tuple(
            sorted((a for report in numbered for a in report.assessments), key=lambda one: one.ordinance)
        ),
        ordinances=tuple(sorted(_all(r.ordinances for r in reports), key=lambda law: law.id)),
        determinations=_all(report.determinations for report in reports),
        waivers=_all(report.waivers for report in reports),
        baseline=None,
        artifacts=_all(report.artifacts for report in numbered),
        graph=_graph(numbered),
        networks=_all(report.networks for report in numbered),
        not_counted=_all(report.not_counted for report in numbered),
        unreadable=_all(report.unreadable for report in numbered),
        oddities=_all(report.oddities for report in numbered),
        coverage=_coverage(reports),
    )


def _placed(report: Report) -> Report:
    """The report with the folder's name before every locator, if the target is a folder."""
    if report.target.kind in {"file", "several"}:
        return report
    return msgspec.convert(_below(msgspec.to_builtins(report), report.target.locator), Report)


def _below(value: object, folder: str) -> object:
    if isinstance(value, dict):
        return {
            name: below(folder, part) if name == "locator" and part != folder else _below(part, folder)
            for name, part in value.items()
        }
    return [_below(part, folder) for part in value] if isinstance(value, list | tuple) else value


def _renumbered(reports: Sequence[Report]) -> list[Report]:
    """Findings counted through as F1, F2 …, situations as S1, S2 …"""
    findings = situations = 0
    numbered = []
    for report in reports:
        names = {one.id: f"S{situations + number}" for number, one in enumerate(report.situations, 1)}
        numbered.append(
            msgspec.structs.replace(
                report,
                findings=tuple(
                    msgspec.structs.replace(one, id=f"F{findings + number}")
                    for number, one in enumerate(report.findings, 1)
                ),
                situations=tuple(msgspec.structs.replace(one, id=names[one.id]) for one in report.situations),
                assessments=tuple(
                    msgspec.structs.replace(one, situation=names.get(one.situation, one.situation))
                    for one in report.assessments
                ),
            )
        )
        findings += len(report.findings)
        situations += len(report.situations)
    return numbered


def _graph(reports: Sequence[Report]) -> Graph:
    """The graphs side by side, their nodes told apart by the number of the report."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for number, report in enumerate(reports, 1):
        nodes.extend(msgspec.structs.replace(node, id=f"{number}:{node.id}") for node in report.graph.nodes)
        edges.extend(
            msgspec.structs.replace(edge, source=f"{number}:{edge.source}", target=f"{number}:{edge.target}")
            for edge in report.graph.edges
        )
    return Graph(nodes=tuple(nodes), edges=tuple(edges))


def _coverage(reports: Sequence[Report]) -> Coverage:
    coverages = [report.coverage for report in reports]
    return Coverage(
        artifacts=sum(one.artifacts for one in coverages),
        bytes=sum(one.bytes for one in coverages),
        by_type=_summed(one.by_type for one in coverages),
        skipped=_summed(one.skipped for one in coverages),
        excluded=_all(one.excluded for one in coverages),
    )


def _summed(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))


def _distinct(items: Sequence[_Item]) -> list[_Item]:
    return [item for number, item in enumerate(items) if item not in items[:number]]


def _all(parts: Iterable[Iterable[_Item]]) -> tuple[_Item, ...]:
    """Everything once, in order; what is no key of a table is compared by its bytes."""
    found: dict[bytes, _Item] = {}
    for part in parts:
        for item in part:
            found.setdefault(msgspec.msgpack.encode(item, order="deterministic"), item)
    return tuple(found.values())


def _joined(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))
