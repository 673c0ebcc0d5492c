"""The letter to the vendor: what was seen in the product, and the questions that follow from it, as Markdown."""

from scanner.model.report import Report
from scanner.reports import words
from scanner.reports.coverage import view_gaps
from scanner.reports.findings import component_name, view_finding
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.markdown_page import BLANK, MarkdownPage, code, plain
from scanner.reports.summary import target_name
from scanner.reports.vendor_questions import ALWAYS, MOST, Asked, asked

FORMAT = ReportFormat(
    name="vendor-letter",
    suffix=".letter.md",
    line="A letter to the vendor with questions about what was seen, as Markdown.",
)

SIGNS = 3
"""Signs of a finding that the letter quotes."""


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
    page.numbered(map(plain, ALWAYS), number + 1)
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
    for one in asked(report):
        _seen(page, one)
        page.paragraph("We ask you:")
        page.numbered(map(plain, one.questions), number + 1)
        number += len(one.questions)
    left = len(report.components) - MOST
    if left > 0:
        page.paragraph(f"The same questions go for {left:,} further components, which the full report lists.")
    return number


def _seen(page: MarkdownPage, one: Asked) -> None:
    page.heading(f"{plain(component_name(one.component))} ({code(one.component.locator)})")
    for finding in one.findings:
        view = view_finding(finding)
        page.paragraph(f"We saw signs of **{plain(view.technology)}** ({plain(view.kind)}): {plain(view.summary)}")
        page.bullets(
            f"{plain(sign.sight)} {code(sign.value)}, at {plain(sign.place)} of {code(sign.locator)}"
            for sign in view.evidence[:SIGNS]
        )


def _gaps(page: MarkdownPage, report: Report) -> None:
    gaps = view_gaps(report)
    if not gaps:
        return
    page.heading("What we could not read")
    page.paragraph("Please tell us what is in these parts, or send them in a form that can be read:")
    page.bullets(f"{code(gap.locator)}: {plain(gap.cause_meaning)}" for gap in gaps[:MOST])
    if len(gaps) > MOST:
        page.paragraph(f"And {words.count(len(gaps) - MOST, 'more part')}.")
