"""The CycloneDX 1.6 report: components that hold face technology, for tools that read bills of materials.

Each finding is a component of its own, or a service if it is an online one, on which the component it was found in
depends. The library writes everything but model cards and compositions, which it does not know.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import msgspec

from scanner.model.finding import Component, Evidence, Finding
from scanner.model.network import NetworkCard
from scanner.model.report import Report
from scanner.model.vocabulary import TechnologyKind
from scanner.reports.findings import by_weight
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.printable import printable, prose

if TYPE_CHECKING:
    from cyclonedx.model import Property
    from cyclonedx.model.component import Component as Entry
    from cyclonedx.model.component_evidence import ComponentEvidence
    from cyclonedx.model.service import Service

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
    "package": "MANIFEST_ANALYSIS",
    "android": "MANIFEST_ANALYSIS",
    "config": "MANIFEST_ANALYSIS",
    "product": "MANIFEST_ANALYSIS",
    "import": "SOURCE_CODE_ANALYSIS",
    "call": "SOURCE_CODE_ANALYSIS",
    "hash": "HASH_COMPARISON",
    "file": "FILENAME",
}
_KINDS = {
    TechnologyKind.LIBRARY: "LIBRARY",
    TechnologyKind.MODEL: "MACHINE_LEARNING_MODEL",
    TechnologyKind.MOBILE_SDK: "FRAMEWORK",
    TechnologyKind.DESKTOP_SDK: "FRAMEWORK",
    TechnologyKind.SERVER_SDK: "FRAMEWORK",
    TechnologyKind.OS_API: "PLATFORM",
    TechnologyKind.PRODUCT: "APPLICATION",
    TechnologyKind.APPLIANCE: "DEVICE",
}


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has this signature
    """The bill of materials as JSON; the same report gives the same bytes."""
    from cyclonedx.output.json import JsonV1Dot6

    document = msgspec.json.decode(JsonV1Dot6(_bom(report)).output_as_string())
    _add_model_cards(document, report)
    document["compositions"] = [
        {"aggregate": "unknown" if report.complete else "incomplete", "assemblies": [_TARGET]},
    ]
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"


def _bom(report: Report) -> Any:  # Bom, whose module is imported here
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component as Entry
    from cyclonedx.model.component import ComponentType
    from cyclonedx.model.dependency import Dependency

    tool = Entry(
        name=printable(report.tool.name),
        version=printable(report.tool.version, _VERSION_MOST),
        type=ComponentType.APPLICATION,
    )
    target = Entry(
        name=printable(report.target.locator) or "target",
        bom_ref=_TARGET,
        type=ComponentType.FILE if report.target.kind == "file" else ComponentType.APPLICATION,
        hashes=_hashes(report.target.sha256),
    )
    bom = Bom(
        serial_number=uuid5(
            NAMESPACE_URL, printable(f"frscan:{report.target.sha256}:{report.target.locator}:{report.finished}")
        ),
        metadata=BomMetaData(timestamp=_moment(report.finished), component=target, properties=_about(report)),
        components=[_component(one, report) for one in report.components],
    )
    bom.metadata.tools.components.add(tool)
    for finding in report.findings:
        if finding.technology.kind is TechnologyKind.CLOUD_API:
            bom.services.add(_service(finding))
        else:
            bom.components.add(_technology(finding))
    for card in report.networks:
        bom.components.add(_network(card))
    bom.dependencies = [
        Dependency(_bom_ref(one), dependencies=[Dependency(_bom_ref(other)) for other in others])
        for one, others in _leads(report).items()
    ]
    return bom


def _leads(report: Report) -> dict[str, list[str]]:
    """What depends on what: the target on its components, a component on what was found in it."""
    leads: dict[str, list[str]] = {_TARGET: [], **{one.id: [] for one in report.components}}
    leads[_TARGET] += dict.fromkeys(one.id for one in report.components)
    for finding in report.findings:
        leads[finding.component.id if finding.component.id in leads else _TARGET].append(_ref(finding))
    for card in report.networks:
        leads[card.component if card.component in leads else _TARGET].append(_card_ref(card))
    return leads


def _bom_ref(text: str) -> Any:  # BomRef, whose module is imported here
    from cyclonedx.model.bom_ref import BomRef

    return BomRef(text)


def _ref(finding: Finding) -> str:
    return f"finding-{printable(finding.id)}"


def _card_ref(card: NetworkCard) -> str:
    return f"network-{printable(card.id)}"


def _hashes(sha256: str) -> list[Any]:  # HashType, whose module is imported here
    from cyclonedx.model import HashAlgorithm, HashType

    return [HashType(alg=HashAlgorithm.SHA_256, content=sha256)] if len(sha256) == 64 else []


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def _about(report: Report) -> "list[Property]":
    facts = {"verdict": report.verdict, "complete": str(report.complete).lower(), "edition": report.edition}
    return _properties({**facts, "signatures": report.tool.signatures})


def _properties(facts: dict[str, str]) -> "list[Property]":
    from cyclonedx.model import Property

    return [Property(name=f"frscan:{name}", value=prose(value)) for name, value in facts.items() if value]


def _component(one: Component, report: Report) -> "Entry":
    from cyclonedx.model.component import Component as Entry
    from cyclonedx.model.component import ComponentType
    from packageurl import PackageURL

    kind = ComponentType.LIBRARY if one.purl else ComponentType.FILE
    if one.locator == report.target.locator:
        kind = ComponentType.APPLICATION
    try:
        purl = PackageURL.from_string(one.purl) if one.purl else None
    except ValueError:
        purl = None
    return Entry(
        name=printable(one.name) or printable(one.id),
        version=printable(one.version, _VERSION_MOST) or None,
        bom_ref=one.id,
        type=kind,
        purl=purl,
        properties=_properties({"verdict": one.verdict, "locator": one.locator}),
    )


def _technology(finding: Finding) -> "Entry":
    from cyclonedx.model.component import Component as Entry
    from cyclonedx.model.component import ComponentType
    from cyclonedx.model.contact import OrganizationalEntity

    technology = finding.technology
    kind: ComponentType = ComponentType[_KINDS[technology.kind]]
    return Entry(
        name=printable(technology.name) or technology.id,
        bom_ref=_ref(finding),
        type=kind,
        description=prose(technology.summary) or None,
        supplier=OrganizationalEntity(name=printable(technology.vendor)) if technology.vendor else None,
        evidence=_evidence(finding),
        properties=_properties(_told(finding)),
    )


def _service(finding: Finding) -> "Service":
    from cyclonedx.model import XsUri
    from cyclonedx.model.contact import OrganizationalEntity
    from cyclonedx.model.service import Service

    technology = finding.technology
    hosts = [e.value for e in finding.evidence if e.kind == "endpoint" and printable(e.value) == e.value]
    places = "; ".join(f"{e.locator}: {e.place}" for e in by_weight(finding.evidence)[:OCCURRENCES_MOST])
    return Service(
        name=printable(technology.name) or technology.id,
        bom_ref=_ref(finding),
        provider=OrganizationalEntity(name=printable(technology.vendor)) if technology.vendor else None,
        description=prose(technology.summary) or None,
        endpoints=[XsUri(host) for host in dict.fromkeys(hosts) if " " not in host],
        x_trust_boundary=True,
        properties=_properties({**_told(finding), "evidence": places}),
    )


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


def _evidence(finding: Finding) -> "ComponentEvidence":
    from cyclonedx.model.component_evidence import (
        AnalysisTechnique,
        ComponentEvidence,
        Identity,
        IdentityField,
        Method,
        Occurrence,
    )

    telling = by_weight(finding.evidence)[:OCCURRENCES_MOST]
    sure = Decimal(f"{finding.confidence:.2f}")
    methods = [
        Method(technique=AnalysisTechnique[technique], confidence=sure, value=printable(value))
        for technique, value in dict.fromkeys(_methods(telling))
    ]
    return ComponentEvidence(
        identity=[Identity(field=IdentityField.NAME, confidence=sure, methods=methods)],
        occurrences=[
            Occurrence(
                bom_ref=f"{_ref(finding)}-{number:02}",  # without one the library's order is not the same each time
                location=printable(entry.locator),
                additional_context=printable(f"{entry.value}: {entry.place}"),
            )
            for number, entry in enumerate(telling, 1)
        ],
    )


def _methods(entries: list[Evidence]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        yield _TECHNIQUES.get(entry.kind, "BINARY_ANALYSIS"), entry.indicator


def _network(card: NetworkCard) -> "Entry":
    from cyclonedx.model.component import Component as Entry
    from cyclonedx.model.component import ComponentType
    from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence

    place = Occurrence(
        bom_ref=f"{_card_ref(card)}-01",
        location=printable(card.locator),
        additional_context=printable(card.place) or None,
    )
    return Entry(
        name=printable(card.name or card.locator.rpartition("/")[2]) or card.id,
        bom_ref=_card_ref(card),
        type=ComponentType.MACHINE_LEARNING_MODEL,
        description=prose(card.meaning) or None,
        evidence=ComponentEvidence(occurrences=[place]),
        properties=_properties({"framework": card.framework, "technologies": ", ".join(card.technologies)}),
    )


def _add_model_cards(document: dict[str, Any], report: Report) -> None:
    """What goes into a network and what comes out, as CycloneDX's model card has it."""
    cards = {_card_ref(card): card for card in report.networks}
    for entry in document.get("components", ()):
        card = cards.get(entry.get("bom-ref"))
        if card is not None:
            entry["modelCard"] = {
                "modelParameters": {
                    "inputs": [{"format": prose(card.goes_in)}],
                    "outputs": [{"format": prose(card.comes_out)}],
                }
            }
