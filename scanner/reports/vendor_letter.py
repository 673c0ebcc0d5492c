"""The letter to the vendor: what was seen in the product, and the questions that follow from it, as Markdown."""

from collections.abc import Iterator

from scanner.evidence.confidence import VERDICT_THRESHOLD
from scanner.model.finding import Component, Finding
from scanner.model.report import Report
from scanner.model.vocabulary import RECOGNITION, Capability, Presence, TechnologyKind, Verdict
from scanner.reports import words
from scanner.reports.coverage import view_gaps
from scanner.reports.findings import component_name, view_finding
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.markdown_page import BLANK, MarkdownPage, code, plain
from scanner.reports.summary import strongest, target_name

FORMAT = ReportFormat(
    name="vendor-letter",
    suffix=".letter.md",
    line="A letter to the vendor with questions about what was seen, as Markdown.",
)

SIGNS = 3
"""Signs of a finding that the letter quotes."""
MOST = 40
"""Components, and parts that could not be read, that one letter asks about."""

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
_ALWAYS = (
    "Can everything that works on faces be switched off for good by the customer, how is it seen that it is off, and "
    "can an update turn it on again?",
    "Which measurements of faces (templates, embeddings) does the product make, where are they stored, for how long, "
    "and how are they deleted?",
    "Which other companies take part in processing faces or receive anything made from them?",
    "Is there face recognition in the product, in its servers or in its updates that we could not see in what we have?",
)


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has this signature
    """The letter, with blanks where a person has to write."""
    page = MarkdownPage()
    target = plain(target_name(report))
    page.paragraph(f"{BLANK} (your office and address)")
    page.paragraph(f"To: {BLANK} (the vendor)")
    page.paragraph(f"Date: {BLANK}")
    page.heading(f"Questions about face recognition in {target}", 1)
    page.paragraph("To whom it may concern:")
    page.paragraph(_opening(report, target))
    number = _components(page, report)
    _gaps(page, report)
    page.heading("In general")
    page.numbered(map(plain, _ALWAYS), number + 1)
    page.paragraph(f"Please answer each question by its number, in writing, by {BLANK}.")
    page.paragraph(
        "What we write rests on reading files; nothing was run. A sign may have another explanation, and if it has, we "
        "ask you to tell us."
    )
    page.paragraph(f"{BLANK} (name and office)")
    return page.text()


def _opening(report: Report, target: str) -> str:
    digest = f" (SHA-256, a digest of the file: {code(report.target.sha256)})" if report.target.sha256 else ""
    what = f"We examined {target}{digest} on {plain(report.finished[:10])} for technology that works on faces."
    if not report.findings:
        return f"{what} None that we know was found in what could be read. To be sure, we ask you the following."
    return f"{what} Below is what we saw, and what we ask you about it."


def _components(page: MarkdownPage, report: Report) -> int:
    """Each component with what was seen and asked; returns the number of the last question."""
    number = 0
    for component in report.components[:MOST]:
        findings = [one for one in report.findings if one.component.id == component.id]
        _seen(page, component, findings)
        questions = list(dict.fromkeys(_questions(findings)))
        page.paragraph("We ask you:")
        page.numbered(map(plain, questions), number + 1)
        number += len(questions)
    left = len(report.components) - MOST
    if left > 0:
        page.paragraph(f"The same questions go for {left:,} further components, which the full report lists.")
    return number


def _seen(page: MarkdownPage, component: Component, findings: list[Finding]) -> None:
    page.heading(f"{plain(component_name(component))} ({code(component.locator)})")
    for finding in findings:
        view = view_finding(finding)
        page.paragraph(f"We saw signs of **{plain(view.technology)}** ({plain(view.kind)}): {plain(view.summary)}")
        page.bullets(
            f"{plain(sign.sight)} {code(sign.value)}, at {plain(sign.place)} of {code(sign.locator)}"
            for sign in view.evidence[:SIGNS]
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


def _gaps(page: MarkdownPage, report: Report) -> None:
    gaps = view_gaps(report)
    if not gaps:
        return
    page.heading("What we could not read")
    page.paragraph("Please tell us what is in these parts, or send them in a form that can be read:")
    page.bullets(f"{code(gap.locator)}: {plain(gap.cause_meaning)}" for gap in gaps[:MOST])
    if len(gaps) > MOST:
        page.paragraph(f"And {words.count(len(gaps) - MOST, 'more part')}.")
