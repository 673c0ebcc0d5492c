"""The memo: what was found and what it may mean, short enough to be read before a meeting, as Markdown."""

from scanner.model.report import Report
from scanner.model.vocabulary import Met
from scanner.reports import words
from scanner.reports.abbreviations import used_in
from scanner.reports.changes import view_changes
from scanner.reports.coverage import view_gaps, view_method
from scanner.reports.decisions import view_decisions, view_waivers
from scanner.reports.findings import FindingView, view_findings
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.laws import LawView, by_gravest, view_laws, view_questions
from scanner.reports.markdown_page import MarkdownPage, code, plain
from scanner.reports.next_steps import next_steps
from scanner.reports.summary import LIMITS, summarise

FORMAT = ReportFormat(name="markdown", suffix=".md", line="A memo for colleagues, as Markdown.")

ROWS_MOST = 100


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has this signature
    """The memo as CommonMark with tables."""
    page = MarkdownPage()
    summary = summarise(report)
    page.heading(f"Memo: face-recognition check of {plain(summary.target)}", 1)
    page.paragraph(f"Scan of {plain(report.finished)}. Verdict: **{plain(summary.verdict)}**.")
    page.paragraph(plain(summary.sentence))
    page.bullets(plain(note) for note in summary.notes)
    page.heading("What to do next")
    page.numbered(plain(step) for step in next_steps(report))
    _changes(page, report)
    _decisions(page, report)
    _capabilities(page, report)
    _findings(page, report)
    _laws(page, report)
    _questions(page, report)
    _gaps(page, report)
    page.heading("How this was done, and its limits")
    page.bullets(f"{plain(name)}: {plain(value)}" for name, value in view_method(report).facts)
    page.paragraph("Limits:")
    page.bullets(plain(limit) for limit in LIMITS)
    used = used_in(page.text())
    if used:
        page.heading("Abbreviations")
        page.bullets(f"{plain(short)} means {plain(meaning)}." for short, meaning in used)
    return page.text()


def _changes(page: MarkdownPage, report: Report) -> None:
    if report.baseline is None:
        return
    page.heading("Since the earlier report")
    changes = view_changes(report.baseline)
    page.table(
        ("Change", "Technology", "Where", "Note"),
        ((plain(c.word), plain(c.technology), code(c.locator), plain(c.why)) for c in changes[:ROWS_MOST]),
    )
    _more(page, len(changes))


def _decisions(page: MarkdownPage, report: Report) -> None:
    decisions, waivers = view_decisions(report), view_waivers(report)
    if decisions or waivers:
        page.heading("What people decided")
    for one in decisions[:ROWS_MOST]:
        said = f"{one.component}: {one.decision} ({one.law}). {one.decided_by}, {one.decided_on}, until {one.until}"
        page.bullets([plain(f"{said}: {one.reason} {one.note}".rstrip())])
    for waiver in waivers[:ROWS_MOST]:
        said = f"Waiver of {waiver.about} ({waiver.standing}), by {waiver.approved_by}, until {waiver.until}"
        page.bullets([plain(f"{said}: {waiver.reason}")])
    _more(page, max(len(decisions), len(waivers)))


def _capabilities(page: MarkdownPage, report: Report) -> None:
    capabilities = summarise(report).capabilities
    if capabilities:
        page.heading("What it can do with a face")
        page.table(
            ("Capability", "In plain words", "Presence"),
            ((one.name, plain(one.meaning), f"{one.presence}: {one.presence_meaning}") for one in capabilities),
        )


def _findings(page: MarkdownPage, report: Report) -> None:
    page.heading(f"What was found ({len(report.findings):,})")
    views = list(view_findings(report.findings[:ROWS_MOST], report.components))
    page.table(("No.", "Technology", "Where", "Counts as", "How sure", "Most telling sign"), map(_row, views))
    _more(page, len(report.findings))
    if not views:
        page.paragraph("Nothing.")


def _row(finding: FindingView) -> tuple[str, ...]:
    sign = finding.evidence[0]
    waived = f" (waived: {plain(finding.waiver)})" if finding.waiver else ""
    return (
        plain(finding.id),
        plain(finding.technology),
        f"{plain(finding.component)}{f' ({plain(finding.installed)})' if finding.installed else ''}, "
        f"in {code(finding.locator)}",
        f"{plain(finding.verdict)}{waived}",
        plain(finding.confidence),
        f"{plain(sign.sight)} {code(sign.value)}",
    )


def _laws(page: MarkdownPage, report: Report) -> None:
    laws = view_laws(report)
    page.heading(f"What the laws seem to say ({words.count(len(laws), 'law')} asked)")
    if not laws:
        page.paragraph("No law was asked.")
    for outcome, together in by_gravest(laws):
        word, meaning = words.OUTCOMES[outcome]
        page.paragraph(f"**{word}**: {words.count(len(together), 'law')}. {plain(meaning[:1].upper() + meaning[1:])}.")
        page.bullets(map(_law, together))


def _law(law: LawView) -> str:
    group = law.groups[0]
    supposing = f", if {plain(group.short_assumptions)}" if group.short_assumptions else ""
    unknown = [element.name for element in group.elements if element.met is Met.UNKNOWN]
    open_facts = f" Not known: {plain(words.listed(unknown, len(unknown)))}." if unknown else ""
    unseen = f" [{words.HARDLY_SEEN}]" if law.is_little_seen else ""
    return f"{plain(law.title)} ({code(law.id)}){supposing}.{open_facts}{plain(unseen)}"


def _questions(page: MarkdownPage, report: Report) -> None:
    questions = view_questions(report)
    if questions:
        page.heading(f"Questions to settle ({len(questions):,})")
        page.boxes(f"{plain(one.text)} (for: {plain(words.listed(one.law_ids, 3))})" for one in questions[:ROWS_MOST])
        _more(page, len(questions))


def _gaps(page: MarkdownPage, report: Report) -> None:
    gaps = view_gaps(report)
    page.heading(f"What was not looked at ({words.count(len(gaps), 'part')} could not be read)")
    page.bullets(f"{code(gap.locator)}: {plain(gap.cause_meaning)}. {plain(gap.reason)}" for gap in gaps[:ROWS_MOST])
    _more(page, len(gaps))
    if not gaps:
        page.paragraph("No part failed to be read." if report.complete else "The scan did not come to its end.")


def _more(page: MarkdownPage, number: int) -> None:
    if number > ROWS_MOST:
        page.paragraph(f"And {number - ROWS_MOST:,} more in the JSON report.")
