"""The text report: the verdict and one sentence first, then the findings, the laws, and what was not looked at."""

from collections.abc import Sequence

from scanner.model.comparison import Change
from scanner.model.report import Report
from scanner.model.vocabulary import Met, Outcome, Verdict
from scanner.reports import words
from scanner.reports.abbreviations import used_in
from scanner.reports.changes import view_changes
from scanner.reports.coverage import count_causes, view_gaps, view_method, view_not_counted
from scanner.reports.decisions import view_decisions, view_waivers
from scanner.reports.findings import CapabilityView, EvidenceView, FindingView, view_findings
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.laws import ExceptionView, LawView, OutcomeGroup, by_gravest, view_laws, view_questions
from scanner.reports.networks import view_networks
from scanner.reports.next_steps import next_steps
from scanner.reports.page import Page
from scanner.reports.summary import LIMITS, Summary, summarise

FORMAT = ReportFormat(
    name="text",
    suffix=".txt",
    line="For reading in a terminal, with eyes or with a screen reader.",
    loads=("rich.console", "rich.text", "rich.ansi"),
)

EVIDENCE_LINES = 2
"""Evidence entries of a finding that are told; the most telling come first."""
FULL_FINDINGS = 20
"""Findings told in full; the rest get a line each."""
FULL_LAWS = 2
"""Laws told in full, if no more than these ask for anything."""
SHORT_LAWS = 8
"""Laws with one outcome that get a line each; the rest is named."""
EXCEPTIONS = 2
"""Exceptions of such a law that are named."""
QUESTIONS = 12
REASONS = 3
"""Reasons that one element is given."""
SHORT_LINES = 30
"""Entries of a long list that are shown."""

_VERDICT_STYLES = {
    Verdict.RECOGNITION: "bold red",
    Verdict.CAPABLE_DORMANT: "bold yellow",
    Verdict.FACE_ANALYSIS: "bold yellow",
    Verdict.NONE: "bold",
}
_OUTCOME_STYLES = {Outcome.POSSIBLE_VIOLATION: "red", Outcome.DUTY_APPLIES: "yellow", Outcome.DEPENDS: "yellow"}


def render(report: Report, options: RenderOptions) -> str:
    """The report as lines of text of at most `options.width` columns, commands excepted."""
    page = Page(options)
    _summary(page, report)
    _baseline(page, report)
    _decisions(page, report)
    _laws(page, report)
    _questions(page, report)
    _findings(page, report)
    _networks(page, report)
    _not_counted(page, report)
    _gaps(page, report)
    _method(page, report)
    _abbreviations(page)
    return page.text()


def _decisions(page: Page, report: Report) -> None:
    waivers, decisions = view_waivers(report), view_decisions(report)
    if not waivers and not decisions:
        return
    page.heading("What people decided")
    for one in decisions[:SHORT_LINES]:
        said = f"{one.component}: {one.decision} ({one.law}). {one.decided_by}, {one.decided_on}, until {one.until}"
        page.line(f"{said}: {one.reason} {one.note}".rstrip(), lead="- ")
    _more(page, len(decisions) - SHORT_LINES)
    for waiver in waivers[:SHORT_LINES]:
        who = f"by {waiver.approved_by}, until {waiver.until}: {waiver.reason}"
        page.line(f"waiver of {waiver.about} ({waiver.standing}), {who}", lead="- ")
    _more(page, len(waivers) - SHORT_LINES)


def _summary(page: Page, report: Report) -> None:
    summary = summarise(report)
    page.line(f"Verdict: {summary.verdict}", indent=0, style=_VERDICT_STYLES[report.verdict])
    page.line(summary.sentence, indent=0)
    for note in summary.notes:
        page.line(note, indent=0)
    page.heading("What to do next")
    for number, step in enumerate(next_steps(report), 1):
        page.line(step, lead=f"{number}. ")
    _components(page, summary)
    if summary.capabilities:
        page.heading("What it can do with a face")
        for presence, capabilities in _by_presence(summary.capabilities):
            page.line(f"{presence.capitalize()}:")
            for capability in capabilities:
                page.line(f"{capability.name}: {capability.meaning}", lead="- ", indent=4)


def _components(page: Page, summary: Summary) -> None:
    """Where it is, and what else that asks people and the system for."""
    if summary.components:
        page.heading(f"Where ({words.count(len(summary.components), 'component')})")
        for name, installed, locator, verdict in summary.components[:SHORT_LINES]:
            page.line(f"{name}{f' ({installed})' if installed else ''}, in {locator}: {verdict}", lead="- ")
        _more(page, len(summary.components) - SHORT_LINES)
    if summary.privacy:
        page.heading("What else it asks for, and who signed it")
        for name, asked in summary.privacy[:SHORT_LINES]:
            page.line(f"{name} {asked}.", lead="- ")
        _more(page, len(summary.privacy) - SHORT_LINES)


def _baseline(page: Page, report: Report) -> None:
    if report.baseline is None:
        return
    page.heading("Since the earlier report")
    for change in (Change.NEW, Change.GONE, Change.NOT_LOOKED_AT):
        entries = [entry for entry in view_changes(report.baseline) if entry.change is change]
        for entry in entries[:SHORT_LINES]:
            page.line(
                f"{entry.technology}, in {entry.component} ({entry.locator}). {entry.why}", lead=f"{entry.word}: "
            )
        _more(page, len(entries) - SHORT_LINES)


def _presence(capability: CapabilityView) -> str:
    return f"{capability.presence}: {capability.presence_meaning}"


def _findings(page: Page, report: Report) -> None:
    page.heading(f"Findings ({len(report.findings):,})")
    if not report.findings:
        page.line("None.")
    for number, view in enumerate(view_findings(report.findings[: FULL_FINDINGS + SHORT_LINES], report.components)):
        if number < FULL_FINDINGS:
            _finding(page, view)
            continue
        if number == FULL_FINDINGS:
            page.blank()
        page.line(f"{view.id} {view.technology}, in {view.component}: {view.verdict}, {view.confidence}")
    _more(page, len(report.findings) - FULL_FINDINGS - SHORT_LINES)


def _finding(page: Page, finding: FindingView) -> None:
    page.blank()
    page.line(f"{finding.id} {finding.technology}", style="bold")
    vendor = f" by {finding.vendor}" if finding.vendor else ""
    kind = f"{finding.kind[:1].upper()}{finding.kind[1:]}{vendor}".rstrip(".")
    page.line(f"{kind}. {finding.summary}", indent=4)
    package = f" ({finding.purl})" if finding.purl else ""
    page.line(f"{finding.component}{package}, in {finding.locator}", lead="Where: ", indent=4)
    page.line(finding.installed, lead="Installed: ", indent=4)
    page.line(_abilities(finding) or "not known", lead="Can: ", indent=4)
    page.line(f"{finding.verdict}, {finding.confidence}. {finding.explanation}", lead="Counts as: ", indent=4)
    page.line(finding.waiver, lead="Waived: ", indent=4)
    more = len(finding.evidence) - EVIDENCE_LINES
    others = f"; the other {more:,} are in the HTML and JSON reports" if more > 0 else ""
    page.line(f"Seen ({words.count(len(finding.evidence), 'sign')}{others}):", indent=4)
    for entry in finding.evidence[:EVIDENCE_LINES]:
        _evidence(page, entry)


def _abilities(finding: FindingView) -> str:
    return "; ".join(
        f"{words.listed([one.name for one in together], len(together))} ({presence})"
        for presence, together in _by_presence(finding.capabilities)
    )


def _by_presence(capabilities: Sequence[CapabilityView]) -> list[tuple[str, list[CapabilityView]]]:
    """Capabilities of one presence together, in the order in which they come."""
    together: dict[str, list[CapabilityView]] = {}
    for capability in capabilities:
        together.setdefault(_presence(capability), []).append(capability)
    return list(together.items())


def _evidence(page: Page, entry: EvidenceView) -> None:
    page.line(f"{entry.sight}: {entry.value} ({', '.join(entry.remarks)})", lead="- ", indent=6)
    page.line(f"at {entry.place} of {entry.locator}", indent=8)
    page.line(entry.context, lead="around it: ", indent=8)
    if entry.check:
        page.line(f"{_check_title(entry)}:", indent=8)
        page.command(entry.check, indent=10)


def _networks(page: Page, report: Report) -> None:
    if not report.networks:
        return
    page.heading(f"Neural networks and other trained models ({len(report.networks):,})")
    for network in view_networks(report)[:SHORT_LINES]:
        page.blank()
        page.line(f"{network.id} {network.where}", style="bold" if network.is_recognised else "")
        page.line(network.format, lead="Format: ", indent=4)
        page.line(network.goes_in, lead="Goes in: ", indent=4)
        page.line(network.comes_out, lead="Comes out: ", indent=4)
        page.line(network.size, lead="Size: ", indent=4)
        page.line(network.meaning, lead="What that means: ", indent=4)
    _more(page, len(report.networks) - SHORT_LINES)


def _check_title(entry: EvidenceView) -> str:
    return "check by hand" if entry.check_is_exact else "check by hand (copy this command from the JSON report)"


def _laws(page: Page, report: Report) -> None:
    laws = view_laws(report)
    page.heading(f"Ordinances ({words.count(len(laws), 'law')} asked)")
    if not laws:
        page.line("No law was asked.")
        return
    asking = [law for law in laws if not law.is_quiet]
    if len(asking) <= FULL_LAWS:
        for law in asking:
            _law(page, law, several=len(report.situations) > 1)
    else:
        for outcome, together in by_gravest(asking):
            _laws_in_short(page, outcome, together)
    _quiet_laws(page, [law for law in laws if law.is_quiet])
    page.blank()
    more = (
        ""
        if len(asking) <= FULL_LAWS
        else " State where and by whom it is run, and the laws that count are told in full."
    )
    page.line(f"`frscan ordinances show ID` and the HTML report tell all of a law.{more}")


def _laws_in_short(page: Page, outcome: Outcome, laws: Sequence[LawView]) -> None:
    word, meaning = words.OUTCOMES[outcome]
    page.blank()
    page.line(
        f"{word}: {words.count(len(laws), 'law')} ({meaning})",
        lead=f"{words.OUTCOME_SIGNS[outcome]} ",
        style=_OUTCOME_STYLES.get(outcome, ""),
    )
    for law in laws[:SHORT_LAWS]:
        group = law.groups[0]
        supposing = f", if {group.short_assumptions}" if group.short_assumptions else ""
        unseen = f" [{words.HARDLY_SEEN}]" if law.is_little_seen else ""
        page.line(f"{law.id}: {law.title}{supposing}.{unseen}", lead="- ", indent=4)
        if outcome is Outcome.POSSIBLE_VIOLATION:
            fitting = [exception.text.rstrip(".") for exception in law.exceptions if not exception.is_claimed]
            page.line("; or: ".join(fitting[:EXCEPTIONS]), lead="unless: ", indent=6)
        unknown = [element.name for element in group.elements if element.met is Met.UNKNOWN]
        page.line(words.listed(unknown, len(unknown)), lead="not known: ", indent=6)
    others = [f"{law.id}{'*' if law.is_little_seen else ''}" for law in laws[SHORT_LAWS:]]
    page.line(words.listed(others, len(others)), lead="also: ", indent=4)
    if any(law.is_little_seen for law in laws[SHORT_LAWS:]):
        page.line(f"* {words.HARDLY_SEEN}", indent=4)


def _quiet_laws(page: Page, laws: Sequence[LawView]) -> None:
    if not laws:
        return
    page.blank()
    page.line(f"Laws that seem to ask nothing here ({len(laws):,}):")
    for law in laws[:SHORT_LAWS]:
        reasons = [_reason(group) for group in law.groups]
        page.line(f"{law.id}: {'; '.join(dict.fromkeys(reasons))}", lead="- ", indent=4)
    others = [law.id for law in laws[SHORT_LAWS:]]
    page.line(words.listed(others, len(others)), lead="also: ", indent=4)


def _law(page: Page, law: LawView, *, several: bool) -> None:
    page.blank()
    page.line(law.title, style="bold")
    page.line("; ".join(filter(None, (law.citation, law.place))), indent=4)
    page.line(law.status, indent=4)
    for group in law.groups:
        _group(page, group, several=several)
    for exception in law.exceptions:
        _exception(page, exception)
    if any(group.outcome is Outcome.DUTY_APPLIES for group in law.groups):
        page.line("What the law asks for:", indent=4)
        for duty in law.duties:
            page.line(duty, lead="- ", indent=6)
    page.line(law.verified, lead="How well we know the text: ", indent=4)


def _group(page: Page, group: OutcomeGroup, *, several: bool) -> None:
    supposing = f", if {group.assumptions}" if group.assumptions else ""
    page.line(f"{group.word}{supposing}", lead=f"{group.sign} ", indent=4, style=_OUTCOME_STYLES.get(group.outcome, ""))
    if several:
        page.line(words.listed(group.about), lead="about: ", indent=8)
    for element in group.elements:
        if element.met is not Met.MET:
            page.line(f"{element.name}: {_sentences(element.reasons)}", lead=f"{element.met_word}: ", indent=8)
    met = [element.name for element in group.elements if element.met is Met.MET]
    page.line(", ".join(met), lead="met: ", indent=8)


def _reason(group: OutcomeGroup) -> str:
    reasons = [reason for element in group.elements if element.met is Met.NOT_MET for reason in element.reasons]
    return f"{group.word} ({_sentences(reasons).rstrip('.')})" if reasons else group.word


def _sentences(reasons: Sequence[str]) -> str:
    """The first reasons; a law asked for many operators may give one for each."""
    more = len(reasons) - REASONS
    return " ".join([*reasons[:REASONS], *([f"And {more:,} more."] if more > 0 else [])])


def _exception(page: Page, exception: ExceptionView) -> None:
    unsure = "" if exception.verified else "; wording not verified"
    confirm = " To confirm:" if exception.facts else ""
    note = f" {exception.note}" if exception.note else ""
    told = f"{exception.text.rstrip('.')} ({exception.state}{unsure}).{note}{confirm}"
    page.line(told, lead="Exception: ", indent=4)
    for fact in exception.facts:
        page.line(fact, lead="[ ] ", indent=6)
    page.line("; ".join(exception.does_not_excuse), lead="It does not excuse: ", indent=6)


def _questions(page: Page, report: Report) -> None:
    questions = view_questions(report)
    if not questions:
        return
    page.heading(f"Questions to settle ({len(questions):,})")
    for number, question in enumerate(questions[:QUESTIONS], 1):
        page.line(f"{question.text} (for: {words.listed(question.law_ids, 2)})", lead=f"{number}. ")
    _more(page, len(questions) - QUESTIONS)


def _not_counted(page: Page, report: Report) -> None:
    if not report.not_counted:
        return
    page.heading(f"Look-alikes that were not counted ({len(report.not_counted):,})")
    groups = view_not_counted(report)
    for group in groups[:SHORT_LINES]:
        indicator, locator, _ = group.sights[0]
        what = f"{group.technology}: " if group.technology else ""
        others = f" and {len(group.sights) - 1:,} more" if len(group.sights) > 1 else ""
        page.line(f"{what}{indicator}, in {locator}{others}. {group.why}", lead="- ")
    _more(page, len(groups) - SHORT_LINES)


def _gaps(page: Page, report: Report) -> None:
    gaps = view_gaps(report)
    page.heading(f"What was not looked at ({words.count(len(gaps), 'part')} could not be read)")
    if len(gaps) > SHORT_LINES:
        page.line("; ".join(f"{cause}: {number:,}" for cause, number in count_causes(report)))
    for gap in gaps[:SHORT_LINES]:
        page.line(
            f"{gap.locator}: {gap.cause_meaning}. {gap.reason} (Step: {gap.stage}.) {gap.waiver}".rstrip(), lead="- "
        )
    _more(page, len(gaps) - SHORT_LINES)
    skipped = view_method(report).skipped
    if skipped:
        page.line("; ".join(f"{name}: {number:,}" for name, number in skipped), lead="Passed over on purpose: ")
    if not gaps and not skipped:
        page.line("Nothing was left out." if report.complete else "The scan did not come to its end.")


def _method(page: Page, report: Report) -> None:
    method = view_method(report)
    page.heading("How this was done, and its limits")
    for name, value in method.facts:
        page.line(value, lead=f"{name}: ")
    page.line("; ".join(f"{name}: {number:,}" for name, number in method.by_type), lead="By type: ")
    for limit in LIMITS:
        page.line(limit, lead="- ")


def _abbreviations(page: Page) -> None:
    """What the abbreviations mean that stand in all the lines before."""
    used = used_in(page.plain_text())
    if used:
        page.heading("Abbreviations")
    for short, meaning in used:
        page.line(f"{short} means {meaning}.", lead="- ")


def _more(page: Page, number: int, indent: int = 2) -> None:
    if number > 0:
        page.line(f"and {number:,} more in the JSON report", indent=indent)
