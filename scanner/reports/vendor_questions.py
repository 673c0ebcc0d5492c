"""What a vendor is asked about a product: the questions that follow from what was seen, and those that always stand."""

from collections.abc import Iterator

import msgspec

from scanner.evidence.confidence import VERDICT_THRESHOLD
from scanner.model.finding import Component, Finding
from scanner.model.report import Report
from scanner.model.vocabulary import RECOGNITION, Capability, Presence, TechnologyKind, Verdict
from scanner.reports.summary import strongest

MOST = 40
"""Components that one letter, or one page, asks about; of further ones it tells how many there are."""

_USE = {
    Verdict.RECOGNITION: "What does the product use {name} for, and which functions that a customer sees depend on it?",
    Verdict.CAPABLE_DORMANT: (
        "We saw nothing that uses the face recognition in {name}. Is that so in every configuration? "
        "Can you deliver the product without it?"
    ),
    Verdict.FACE_ANALYSIS: "What does the product use {name} for? Can its output be used to tell who a person is?",
    Verdict.NONE: "Is {name} part of the product, and if so, what is it used for?",
}
_ABILITIES = {
    Capability.IDENTIFICATION: (
        "Who is enrolled in the gallery that faces are searched in, who adds people to it, and how large can it be?"
    ),
    Capability.VERIFICATION: (
        "Which two pictures are compared, where does the one on file come from, and what happens if they do not match?"
    ),
    Capability.CHARACTERIZATION: (
        "Which attributes (age, gender, mood …) are guessed, who sees them, and what is decided by them?"
    ),
    Capability.LIVENESS: "Are the pictures or films of the liveness check kept or sent anywhere, and for how long?",
    Capability.REDACTION: "Can the part that hides faces also match them, or be extended to?",
    Capability.DEVICE_UNLOCK: (
        "Is it the device's own system alone that matches the face, and does the product get anything but yes or no?"
    ),
    Capability.DETECTION: "Are pictures of faces that were found, or measurements of them, kept or sent anywhere?",
}
_KINDS = {
    TechnologyKind.CLOUD_API: (
        "Which pictures or measurements are sent to the service, under whose account, to which country, and what does "
        "the service keep?"
    ),
    TechnologyKind.MODEL: (
        "Who trained the model, on whose pictures and with what consent, and how do its error rates differ between "
        "groups of people?"
    ),
}
ALWAYS = (
    "Can everything that works on faces be switched off for good by the customer, how is it seen that it is off, and "
    "can an update turn it on again?",
    "Which measurements of faces (templates, embeddings) does the product make, where are they stored, for how long, "
    "and how are they deleted?",
    "Which other companies take part in processing faces or receive anything made from them?",
    "Is there face recognition in the product, in its servers or in its updates that we could not see in what we have?",
)
"""What is asked whatever was found."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A component, what was found in it, and what is asked about that."""

    component: Component
    findings: tuple[Finding, ...]
    questions: tuple[str, ...]
    """Each once; they hold names from the target as they are there."""


def asked(report: Report) -> tuple[Asked, ...]:
    """The questions about each of the first `MOST` components, in the report's order."""
    found: dict[str, list[Finding]] = {component.id: [] for component in report.components[:MOST]}
    for finding in report.findings:
        if finding.component.id in found:
            found[finding.component.id].append(finding)
    return tuple(
        Asked(
            component=component,
            findings=tuple(found[component.id]),
            questions=tuple(dict.fromkeys(_questions(found[component.id]))),
        )
        for component in report.components[:MOST]
    )


def _questions(findings: list[Finding]) -> Iterator[str]:
    for finding in findings:
        yield _USE[finding.verdict].format(name=finding.technology.name or finding.technology.id)
        if finding.technology.kind in _KINDS:
            yield _KINDS[finding.technology.kind]
    present = strongest(_counting(findings))
    yield from (
        question
        for capability, question in _ABILITIES.items()
        if capability in present and present[capability] is not Presence.REFERENCED
    )
    if RECOGNITION & set(present) and not any(f.technology.kind is TechnologyKind.CLOUD_API for f in findings):
        yield "Where is the comparison of faces made: on the device, on the customer's server, or on yours?"


def _counting(findings: list[Finding]) -> list[Finding]:
    """Those of the findings that are sure enough to count, or all if none is."""
    return [finding for finding in findings if finding.confidence >= VERDICT_THRESHOLD] or findings
