"""Findings as formats show them: plain words, safe text, the most telling evidence first."""

from collections.abc import Iterable, Iterator

import msgspec

from scanner.model.finding import Component, ComponentRef, Evidence, Finding
from scanner.model.vocabulary import RECOGNITION, Capability, Presence, Weight
from scanner.reports import words
from scanner.reports.printable import COMMAND_LIMIT, printable, prose

_WEIGHTS = tuple(Weight)
_CAPABILITIES = tuple(Capability)


class CapabilityView(msgspec.Struct, frozen=True, kw_only=True):
    """One capability with its presence."""

    name: str
    meaning: str
    presence: str
    presence_meaning: str


class EvidenceView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was seen."""

    sight: str
    """What sort of thing it is: `class in the code`."""
    value: str
    locator: str
    place: str
    remarks: tuple[str, ...]
    """Its weight, how often it was seen, and whether a real sample ever proved the sign."""
    context: str
    check: str
    """The command to see it by hand; empty if there is none."""
    check_is_exact: bool
    """False if the command as shown had to be escaped or cut."""


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """One finding."""

    id: str
    technology: str
    vendor: str
    kind: str
    summary: str
    references: tuple[str, ...]
    component: str
    purl: str
    locator: str
    installed: str
    """By whom, since when and for whom the component is there; empty where nothing tells."""
    verdict: str
    explanation: str
    presence: str
    capabilities: tuple[CapabilityView, ...]
    confidence: str
    evidence: tuple[EvidenceView, ...]
    path: tuple[str, ...]
    waiver: str
    fingerprint: str


def view_findings(findings: Iterable[Finding], components: Iterable[Component]) -> Iterator[FindingView]:
    """Everything a format shows of findings, and of how their components came to be there."""
    installed = {component.id: installation(component) for component in components}
    return (view_finding(finding, installed.get(finding.component.id, "")) for finding in findings)


def view_finding(finding: Finding, installed: str = "") -> FindingView:
    """Everything a format shows of a finding, safe to show; `installed` tells of its component."""
    technology = finding.technology
    return FindingView(
        id=printable(finding.id),
        technology=printable(technology.name or technology.id),
        vendor=printable(technology.vendor),
        kind=words.KINDS[technology.kind],
        summary=prose(technology.summary),
        references=tuple(printable(reference) for reference in technology.references),
        component=component_name(finding.component),
        purl=printable(finding.component.purl),
        locator=printable(finding.component.locator),
        installed=installed,
        verdict=words.VERDICTS[finding.verdict],
        explanation=prose(finding.explanation),
        presence=words.PRESENCES[finding.presence],
        capabilities=view_capabilities(finding.capability_presence),
        confidence=words.confidence(finding.confidence),
        evidence=tuple(view_evidence(entry) for entry in by_weight(finding.evidence)),
        path=tuple(printable(step) for step in finding.path),
        waiver=prose(finding.waiver or ""),
        fingerprint=printable(finding.fingerprint),
    )


def component_name(component: ComponentRef | Component) -> str:
    """Name and version, safe to show."""
    return printable(f"{component.name or component.id} {component.version}".strip())


def installation(component: Component) -> str:
    """By whom, since when and for whom it is there, as far as anything tells: `by Acme, for one account`."""
    told = (
        component.publisher and f"by {printable(component.publisher)}",
        component.installed_on and f"installed on {printable(component.installed_on)}",
        words.INSTALLED_FOR.get(component.installed_for, ""),
    )
    return ", ".join(filter(None, told))


def view_capabilities(presences: dict[Capability, Presence]) -> tuple[CapabilityView, ...]:
    """Recognition first, then the vocabulary's order, whatever order the dictionary has."""
    return tuple(
        CapabilityView(
            name=words.plain(capability),
            meaning=words.CAPABILITIES[capability],
            presence=str(presences[capability]),
            presence_meaning=words.PRESENCES[presences[capability]],
        )
        for capability in sorted(presences, key=lambda one: (one not in RECOGNITION, _CAPABILITIES.index(one)))
    )


def by_weight(evidence: tuple[Evidence, ...]) -> list[Evidence]:
    """The evidence that proves most first; equal weights keep the report's order."""
    return sorted(evidence, key=lambda entry: _WEIGHTS.index(entry.weight))


def view_evidence(entry: Evidence) -> EvidenceView:
    """One evidence entry, safe to show."""
    remarks = [words.WEIGHTS[entry.weight]]
    if entry.times > 1:
        remarks.append(f"seen {entry.times:,} times")
    if not entry.verified:
        remarks.append("this sign was never checked against a real sample")
    check = printable(entry.check, COMMAND_LIMIT)
    return EvidenceView(
        sight=words.SIGHTS.get(entry.kind, printable(words.plain(entry.kind))),
        value=printable(entry.value),
        locator=printable(entry.locator),
        place=printable(entry.place),
        remarks=tuple(remarks),
        context=printable(entry.context),
        check=check,
        check_is_exact=check == entry.check,
    )
