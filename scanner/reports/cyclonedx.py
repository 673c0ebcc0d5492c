"""The CycloneDX 1.6 report: components that hold face technology, for tools that read bills of materials.

Each finding is a component of its own, or a service if it is an online one, on which the component it was found in
depends. The document is put together here: the field's library takes 120 s for 5,000 findings (its sets compare every
component with every other) and knows neither model cards nor compositions. The tests hold the result against the
official schema, strictly.
"""

import re
from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from scanner.model.finding import Component, Evidence, Finding, TechnologyRef
from scanner.model.network import NetworkCard
from scanner.model.report import Report
from scanner.model.vocabulary import TechnologyKind
from scanner.reports.findings import by_weight
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.printable import printable, prose

FORMAT = ReportFormat(
    name="cyclonedx",
    suffix=".cdx.json",
    line="For tools that read bills of materials (CycloneDX 1.6): components, models and services, with evidence.",
)
OCCURRENCES_MOST = 20
"""Places of a finding that are named; the JSON report has all."""
_VERSION_MOST = 900
"""Characters of a version; the standard takes 1,024, and a cut one ends with a note."""
_TARGET = "target"
_TECHNIQUES = {
    "package": "manifest-analysis",
    "android": "manifest-analysis",
    "config": "manifest-analysis",
    "product": "manifest-analysis",
    "import": "source-code-analysis",
    "call": "source-code-analysis",
    "hash": "hash-comparison",
    "file": "filename",
}
_KINDS = {
    TechnologyKind.LIBRARY: "library",
    TechnologyKind.MODEL: "machine-learning-model",
    TechnologyKind.MOBILE_SDK: "framework",
    TechnologyKind.DESKTOP_SDK: "framework",
    TechnologyKind.SERVER_SDK: "framework",
    TechnologyKind.OS_API: "platform",
    TechnologyKind.PRODUCT: "application",
    TechnologyKind.APPLIANCE: "device",
}

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

_Json = dict[str, Any]  # CycloneDX's own objects; the schema is their type


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has this signature
    """The bill of materials as JSON; the same report gives the same bytes."""
    online = [finding for finding in report.findings if finding.technology.kind is TechnologyKind.CLOUD_API]
    there = [finding for finding in report.findings if finding.technology.kind is not TechnologyKind.CLOUD_API]
    number = uuid5(NAMESPACE_URL, printable(f"frscan:{report.target.sha256}:{report.target.locator}:{report.finished}"))
    document: _Json = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
        "metadata": _metadata(report),
        "components": [
            *(_component(one, report) for one in _distinct(report.components)),
            *map(_technology, there),
            *map(_network, report.networks),
        ],
        "services": [_service(finding) for finding in online],
        "dependencies": [
            {"ref": printable(one), "dependsOn": [*dict.fromkeys(map(printable, others))]}
            for one, others in _leads(report).items()
        ],
        "compositions": [{"aggregate": "unknown" if report.complete else "incomplete", "assemblies": [_TARGET]}],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def _distinct(components: Sequence[Component]) -> list[Component]:
    return list({one.id: one for one in components}.values())


def _metadata(report: Report) -> _Json:
    tool = {
        "type": "application",
        "name": printable(report.tool.name),
        "version": printable(report.tool.version, _VERSION_MOST),
    }
    target: _Json = {
        "type": "file" if report.target.kind == "file" else "application",
        "bom-ref": _TARGET,
        "name": printable(report.target.locator) or _TARGET,
    }
    if len(report.target.sha256) == 64 and report.target.sha256.isalnum():
        target["hashes"] = [{"alg": "SHA-256", "content": report.target.sha256}]
    facts = {"verdict": report.verdict, "complete": str(report.complete).lower(), "edition": report.edition}
    moment = {"timestamp": report.finished} if _MOMENT.fullmatch(report.finished) else {}
    return {
        **moment,
        "tools": {"components": [tool]},
        "component": target,
        "properties": _properties({**facts, "signatures": report.tool.signatures}),
    }


def _leads(report: Report) -> dict[str, list[str]]:
    """What depends on what: the target on its components, a component on what was found in it."""
    leads: dict[str, list[str]] = {_TARGET: [], **{one.id: [] for one in report.components}}
    leads[_TARGET] += dict.fromkeys(one.id for one in report.components)
    for finding in report.findings:
        leads[finding.component.id if finding.component.id in leads else _TARGET].append(_ref(finding))
    for card in report.networks:
        leads[card.component if card.component in leads else _TARGET].append(_card_ref(card))
    return leads


def _ref(finding: Finding) -> str:
    return f"finding-{printable(finding.id)}"


def _card_ref(card: NetworkCard) -> str:
    return f"network-{printable(card.id)}"


def _properties(facts: dict[str, str]) -> list[_Json]:
    return [{"name": f"frscan:{name}", "value": prose(value)} for name, value in facts.items() if value]


def _component(one: Component, report: Report) -> _Json:
    kind = "library" if one.purl else "file"
    entry: _Json = {
        "type": "application" if one.locator == report.target.locator else kind,
        "bom-ref": printable(one.id),
        "name": printable(one.name) or printable(one.id),
    }
    if one.version:
        entry["version"] = printable(one.version, _VERSION_MOST)
    if one.purl.startswith("pkg:") and printable(one.purl) == one.purl:
        entry["purl"] = one.purl
    if one.publisher:
        entry["publisher"] = printable(one.publisher)
    told = {
        "verdict": one.verdict,
        "locator": one.locator,
        "installed-on": one.installed_on,
        "installed-for": one.installed_for,
    }
    return entry | {"properties": _properties(told)}


def _technology(finding: Finding) -> _Json:
    technology = finding.technology
    maker = {"supplier": {"name": printable(technology.vendor)}} if technology.vendor else {}
    return {
        "type": _KINDS[technology.kind],
        "bom-ref": _ref(finding),
        **_named(technology),
        **maker,
        "evidence": _evidence(finding),
        "properties": _properties(_told(finding)),
    }


def _named(technology: TechnologyRef) -> _Json:
    described = {"description": prose(technology.summary)} if technology.summary else {}
    return {"name": printable(technology.name) or printable(technology.id), **described}


def _service(finding: Finding) -> _Json:
    technology = finding.technology
    provider = {"provider": {"name": printable(technology.vendor)}} if technology.vendor else {}
    hosts = [e.value for e in finding.evidence if e.kind == "endpoint" and e.value.isascii() and " " not in e.value]
    places = "; ".join(f"{e.locator}: {e.place}" for e in by_weight(finding.evidence)[:OCCURRENCES_MOST])
    return {
        "bom-ref": _ref(finding),
        **_named(technology),
        **provider,
        "endpoints": [printable(host) for host in dict.fromkeys(hosts)],
        "x-trust-boundary": True,
        "properties": _properties({**_told(finding), "evidence": places}),
    }


def _told(finding: Finding) -> dict[str, str]:
    capabilities = {f"capability:{name}": str(how) for name, how in sorted(finding.capability_presence.items())}
    return {
        "technology": finding.technology.id,
        "fingerprint": finding.fingerprint,
        "verdict": finding.verdict,
        "confidence": str(finding.confidence),
        **capabilities,
        "waiver": finding.waiver or "",
    }


def _evidence(finding: Finding) -> _Json:
    telling = by_weight(finding.evidence)[:OCCURRENCES_MOST]
    sure = round(finding.confidence, 2)
    signs = dict.fromkeys((_TECHNIQUES.get(one.kind, "binary-analysis"), printable(one.indicator)) for one in telling)
    methods = [{"technique": technique, "confidence": sure, "value": value} for technique, value in signs]
    return {
        "identity": [{"field": "name", "confidence": sure, "methods": methods}],
        "occurrences": [_occurrence(one) for one in telling],
    }


def _occurrence(one: Evidence) -> _Json:
    return {"location": printable(one.locator), "additionalContext": printable(f"{one.value}: {one.place}")}


def _network(card: NetworkCard) -> _Json:
    """A network with its model card: what goes in and what comes out."""
    ways = {"inputs": [{"format": prose(card.goes_in)}], "outputs": [{"format": prose(card.comes_out)}]}
    return {
        "type": "machine-learning-model",
        "bom-ref": _card_ref(card),
        "name": printable(card.name or card.locator.rpartition("/")[2]) or printable(card.id),
        "description": prose(card.meaning),
        "modelCard": {"modelParameters": ways},
        "evidence": {
            "occurrences": [{"location": printable(card.locator), "additionalContext": printable(card.place)}]
        },
        "properties": _properties({"framework": card.framework, "technologies": ", ".join(card.technologies)}),
    }
