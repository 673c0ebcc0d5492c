"""One finding from the bytes to the outcome, step by step: what was seen, what that amounts to, what laws say of it."""

from collections.abc import Iterator

import msgspec

from scanner.model.finding import Finding, Situation
from scanner.model.report import Edge, Graph, Report
from scanner.model.vocabulary import EdgeKind, Met
from scanner.reports import words
from scanner.reports.findings import EvidenceView, view_capabilities, view_evidence, view_finding
from scanner.reports.format import RenderOptions
from scanner.reports.laws import view_laws
from scanner.reports.page import Page
from scanner.reports.printable import printable, prose

_EDGES: dict[EdgeKind, str] = {
    EdgeKind.CONTAINS: "holds the file",
    EdgeKind.HOLDS: "shows a sign of",
    EdgeKind.DECLARES: "asks for",
    EdgeKind.DEPENDS_ON: "depends on",
    EdgeKind.REFERENCES: "refers to",
    EdgeKind.IMPORTS: "imports",
    EdgeKind.LOADS: "loads",
    EdgeKind.LINKS: "is linked to",
    EdgeKind.CALLS: "calls",
}
"""How one thing leads to the next, between the names of the two."""
_MOST_EDGES = 40
_MOST_FACTS = 20


class NoSuchFinding(Exception):
    """Nothing in the report answers to the name; the message is a whole sentence."""


def find(report: Report, asked: str) -> tuple[Finding, ...]:
    """The findings of an id (`F3`), a fingerprint or its beginning, or a technology's id.

    Raises NoSuchFinding if there is none.
    """
    bare = asked.removeprefix("frscan/v1:")
    found = tuple(
        finding
        for finding in report.findings
        if asked in {finding.id, finding.technology.id}
        or (len(bare) >= 8 and finding.fingerprint.removeprefix("frscan/v1:").startswith(bare))
    )
    if not found:
        ids = words.listed([f.id for f in report.findings]) if report.findings else "none at all"
        raise NoSuchFinding(f"the report has no finding {printable(asked)!a}; it has {ids}.")
    return found


def explain(report: Report, finding: Finding, options: RenderOptions) -> str:
    """The steps as lines of text."""
    page = Page(options)
    view = view_finding(finding)
    page.line(f"{view.id} {view.technology}, in {view.component}", indent=0, style="bold")
    page.line(view.summary, indent=0)
    _seen(page, finding)
    _made(page, report, finding)
    _sum(page, finding)
    _way(page, report.graph, finding)
    situations = [s for s in report.situations if finding.fingerprint in s.findings]
    _situations(page, report, finding, situations)
    _outcomes(page, report, {situation.id for situation in situations})
    return page.text()


def _seen(page: Page, finding: Finding) -> None:
    page.heading(f"1. What was seen ({words.count(len(finding.evidence), 'sign')})")
    for raw, entry in zip(finding.evidence, _views(finding), strict=True):
        page.line(f"{entry.sight}: {entry.value}", lead="- ")
        page.line(f"{entry.place} of {entry.locator}", lead="where: ", indent=4)
        page.line(f"{printable(raw.indicator)} ({', '.join(entry.remarks)})", lead="known by: ", indent=4)
        granted = _all([words.plain(one) for one in raw.grants]) or "nothing"
        page.line(f"{raw.presence} ({words.PRESENCES[raw.presence]}): {granted}", lead="shows: ", indent=4)
        if entry.check and entry.check_is_exact:
            page.line("check by hand:", indent=4)
            page.command(entry.check, indent=6)


def _made(page: Page, report: Report, finding: Finding) -> None:
    """How the files in which it was seen were made, as far as they tell."""
    seen_in = {entry.locator for entry in finding.evidence}
    facts = [
        fact
        for component in report.components
        if component.id == finding.component.id
        for fact in component.build
        if fact.locator in seen_in
    ]
    if not facts:
        return
    page.line("How it was made, as the files themselves tell:", indent=0)
    for fact in facts[:_MOST_FACTS]:
        place = f"{printable(fact.place)} of {printable(fact.locator)}"
        page.line(f"{words.BUILD[fact.what]}: {printable(fact.value)} ({place})", lead="- ")
    if len(facts) > _MOST_FACTS:
        page.line(f"and {len(facts) - _MOST_FACTS:,} more; the JSON report has them")


def _all(names: list[str]) -> str:
    return words.listed(names, len(names)) if names else ""


def _views(finding: Finding) -> tuple[EvidenceView, ...]:
    return tuple(view_evidence(entry) for entry in finding.evidence)


def _sum(page: Page, finding: Finding) -> None:
    view = view_finding(finding)
    page.heading("2. What it adds up to")
    for capability in view.capabilities:
        page.line(f"{capability.name}: {capability.presence} ({capability.presence_meaning})", lead="- ")
    page.line(view.confidence, lead="how sure: ")
    page.line(f"{view.verdict}. {view.explanation}", lead="counts as: ")
    page.line(view.waiver, lead="waived: ")


def _way(page: Page, graph: Graph, finding: Finding) -> None:
    page.heading("3. How the target leads there")
    page.line(" > ".join(printable(step) for step in finding.path))
    edges = list(_edges_to(graph, finding))
    labels = {node.id: node.id if node.kind in {"artifact", "component"} else node.label for node in graph.nodes}
    for edge in edges[:_MOST_EDGES]:
        scope = f" ({edge.scope})" if edge.scope and edge.scope != "runtime" else ""
        place = f", at {printable(edge.place)}" if edge.place else ""
        source, target = (printable(labels.get(end, end)) for end in (edge.source, edge.target))
        page.line(f"{source} {_EDGES[edge.kind]} {target}{scope}{place}", lead="- ")
    if len(edges) > _MOST_EDGES:
        page.line(f"and {len(edges) - _MOST_EDGES:,} more; `frscan graph` shows them")


def _edges_to(graph: Graph, finding: Finding) -> Iterator[Edge]:
    """The edges that lead to what the finding was seen in, the nearest first; what merely lies in what is left out."""
    into: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        if edge.kind is not EdgeKind.CONTAINS:
            into.setdefault(edge.target, []).append(edge)
    seen_in = {entry.locator for entry in finding.evidence}
    own = {node.id for node in graph.nodes if node.id in seen_in or node.id.rpartition("#")[0] in seen_in}
    reached, waiting = set(own), sorted(own)
    for node in waiting:  # grows while it is read: breadth first
        for edge in into.get(node, ()):
            yield edge
            if edge.source not in reached:
                reached.add(edge.source)
                waiting.append(edge.source)


def _situations(page: Page, report: Report, finding: Finding, situations: list[Situation]) -> None:
    page.heading("4. What it is part of")
    if not situations:
        page.line("It raises no question of law: it is too unsure, or a mere mention.")
    names = {component.id: component for component in report.components}
    for situation in situations:
        others = [
            f"{names[id_].name} ({names[id_].locator})"
            for id_ in situation.components
            if id_ != finding.component.id and id_ in names
        ]
        able = ", ".join(f"{one.name} {one.presence}" for one in view_capabilities(situation.capability_presence))
        page.line(able, lead=f"{situation.id}: ")
        if others:
            page.line(f"together with, or the same as, {prose(words.listed(others))}", indent=6)


def _outcomes(page: Page, report: Report, situations: set[str]) -> None:
    page.heading("5. What the laws say")
    asked = tuple(a for a in report.assessments if a.situation in situations)
    laws = view_laws(msgspec.structs.replace(report, assessments=asked))
    if not laws:
        page.line("No law was asked.")
    for law in laws:
        page.line(law.title, lead="- ", style="bold")
        for group in law.groups:
            supposing = f", if {group.assumptions}" if group.assumptions else ""
            page.line(f"{group.word}{supposing}", lead=f"{group.sign} ", indent=4)
            for element in group.elements:
                reason = " ".join(element.reasons[:2])
                page.line(f"{element.name}: {reason}", lead=f"{element.met_word}: ", indent=8)
                if element.met is Met.NOT_MET:
                    break  # one that fails decides
