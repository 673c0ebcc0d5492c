"""A draft of a surveillance or privacy impact assessment, as Markdown: filled where the scan knows, blank elsewhere.

The fields are those that city forms ask for (Portland's privacy impact assessment, San Francisco's surveillance impact
and annual reports, Oakland's and Boston's annual reports, Washington's accountability report, RCW 43.386.020). Which
form asks stands with each field in short. What only people can judge is left blank on purpose.
"""

from collections.abc import Iterator, Sequence

from scanner.model.finding import Component
from scanner.model.report import Report
from scanner.model.vocabulary import RECOGNITION, Presence, TechnologyKind
from scanner.reports import words
from scanner.reports.coverage import view_gaps, view_method
from scanner.reports.findings import component_name, view_finding
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.laws import view_laws
from scanner.reports.markdown_page import BLANK, MarkdownPage, code, plain
from scanner.reports.networks import view_networks
from scanner.reports.summary import LIMITS, counted, strongest, summarise, target_name

FORMAT = ReportFormat(
    name="impact-assessment",
    suffix=".assessment.md",
    line="A draft of a privacy or surveillance impact assessment, as Markdown: blanks where people must decide.",
)
MOST = 50
_FORMS = (
    "P: Portland, privacy impact assessment and inventory. SF: San Francisco, surveillance impact report. SF-A: its "
    "annual report (19B). O: Oakland, annual report (9.64). B: Boston, annual report (16-63). WA: Washington, "
    "accountability report (RCW 43.386.020)."
)
_PEOPLE = (
    ("Office or bureau that answers for it, and its manager", "P, SF"),
    ("Purpose, and the decisions it takes or supports (final or support)", "P, SF, WA"),
    ("Places and times of use; continuous or not", "SF, WA, O"),
    ("In use since; end of the contract", "P"),
    ("Who is enrolled, and whose faces are compared; are members of the public among them?", "P, WA"),
    ("Who may use it, and how they are trained", "WA, SF"),
)
_DATA = (
    ("Data that go in, how they are made and processed; data that are likely to come out", "WA, P"),
    ("How long each is kept, and how it is deleted", "P, SF"),
    ("Who receives data: recipient, type, legal standard, reason", "SF-A, O, B"),
    ("Quality and accuracy; error rates for different groups of people", "P, WA"),
    ("Security; breaches so far", "P, O"),
)
_RISKS = (
    "Privacy of individuals",
    "Equity, and unequal effects on communities",
    "Politics, reputation and image",
    "City business, quality and infrastructure",
    "Law and regulation",
    "Money",
)
_JUDGEMENT = (
    ("Benefits, with evidence", "SF, WA"),
    ("Do the benefits outweigh costs and risks? By which safeguards for civil rights?", "SF"),
    ("Costs: purchase, running, staff, funding", "SF, SF-A"),
    ("Alternatives without face recognition", "SF, P"),
)
_OVERSIGHT = (
    ("Hearings and approvals: body, date, decision", "SF, O"),
    ("Reviewers (privacy, equity, attorney), and what they say", "P"),
    ("Complaints and concerns", "SF-A, O, B"),
    ("Audits, violations of the policy, and what was done", "SF-A, O, B"),
    ("Public records requests", "SF-A"),
    ("Was face-recognition information received, even without asking for it?", "SF-A"),
    ("Were people captured who were under no suspicion?", "B"),
)
_DECISION = (
    "Decision and reasons",
    "Decided by, on",
    "Conditions",
    "Remedy taken: removed, switched off, approved",
    "Next review on",
)


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has this signature
    """The draft; blanks are dotted lines."""
    page = MarkdownPage()
    page.heading(f"Draft: impact assessment of {plain(target_name(report))}", 1)
    page.paragraph(
        "Filled from a scan where it knows; dotted lines are for people. It decides nothing, and it is no legal advice."
    )
    page.paragraph(f"In brackets, which forms ask: {plain(_FORMS)}")
    _technology(page, report)
    _abilities(page, report)
    page.heading("3. Purpose, people and places")
    page.bullets([*_stated(report), *_blanks(_PEOPLE)])
    page.heading("4. Data and their life")
    page.bullets([*_data_seen(report), *_blanks(_DATA)])
    _laws(page, report)
    page.heading("6. Risks (P)")
    page.table(("Area", "Risk", "What is done about it"), ((plain(area), BLANK, BLANK) for area in _RISKS))
    page.heading("7. Benefits and costs")
    page.bullets(_blanks(_JUDGEMENT))
    page.heading("8. Oversight")
    page.bullets(_blanks(_OVERSIGHT))
    _decision(page, report)
    _scope(page, report)
    return page.text()


def _blanks(fields: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{plain(field)} ({forms}): {BLANK}" for field, forms in fields]


def _technology(page: MarkdownPage, report: Report) -> None:
    page.heading("1. The technology (P, SF, SF-A, WA)")
    page.paragraph(plain(summarise(report).sentence))
    page.table(
        ("Product or part", "Version", "Technology, its maker and kind", "Where", "How it was found"),
        _rows(report),
    )
    if len(report.findings) > MOST:
        page.paragraph(f"And {len(report.findings) - MOST:,} more in the JSON report.")
    page.bullets([f"Supplier, and who bought it from whom: {BLANK}", f"Model or part numbers: {BLANK}"])


def _rows(report: Report) -> Iterator[tuple[str, ...]]:
    for finding in report.findings[:MOST]:
        view = view_finding(finding)
        maker = f" by {plain(view.vendor)}" if view.vendor else ""
        sign = view.evidence[0]
        yield (
            plain(finding.component.name or finding.component.id),
            plain(finding.component.version) or BLANK,
            f"{plain(view.technology)}{maker} ({plain(view.kind)})",
            code(view.locator),
            f"{plain(sign.sight)} {code(sign.value)}; {plain(view.confidence)}",
        )


def _abilities(page: MarkdownPage, report: Report) -> None:
    page.heading("2. What it can do, also beyond the purpose (WA)")
    capabilities = summarise(report).capabilities
    page.table(
        ("Capability", "In plain words", "As seen", "Part of the purpose?"),
        ((one.name, plain(one.meaning), f"{one.presence}: {one.presence_meaning}", BLANK) for one in capabilities),
    )
    found = strongest(counted(report))
    idle = sorted(one for one, how in found.items() if how is not Presence.USED)
    if idle:
        names = words.listed([words.plain(one) for one in idle], len(idle))
        page.paragraph(f"There, though nothing seen uses it (a foreseeable use beyond the purpose): {plain(names)}.")
    if not capabilities:
        page.paragraph("None was seen in what was looked at.")
    page.paragraph(f"Limits of the technology, as its maker states them: {BLANK}")


def _stated(report: Report) -> Iterator[str]:
    facts = dict(view_method(report).facts)
    yield f"Stated for this scan: {plain(facts['Facts given about the deployment'])}"


def _data_seen(report: Report) -> Iterator[str]:
    """What the scan saw of where data go and what makes templates of faces."""
    clouds = [finding for finding in counted(report) if finding.technology.kind is TechnologyKind.CLOUD_API]
    for finding in clouds[:MOST]:
        view = view_finding(finding)
        service = f"{plain(view.technology)}, run by {plain(view.vendor) or BLANK}"
        yield f"Pictures or measurements may go to an online service: {service}"
    if not clouds:
        yield "No online service that works on faces was seen in what was looked at."
    for network in view_networks(report)[:MOST]:
        if network.is_recognised:
            ways = f"in goes {plain(network.goes_in)}, out comes {plain(network.comes_out)}"
            yield f"Network {code(network.where)}: {ways}"
    if RECOGNITION & set(strongest(counted(report))):
        yield "Recognition works with measurements of faces (templates); where they are kept was not seen."


def _laws(page: MarkdownPage, report: Report) -> None:
    page.heading("5. Laws, authority and exceptions")
    laws = view_laws(report)
    asking = [law for law in laws if not law.is_quiet]
    page.table(
        ("Law", "As it stands", "If", "How well its text was seen"),
        (
            (
                f"{plain(law.title)} ({code(law.id)})",
                plain(law.groups[0].word),
                plain(law.groups[0].assumptions) or "as stated",
                plain(law.verified),
            )
            for law in asking
        ),
    )
    quiet = len(laws) - len(asking)
    page.paragraph(f"{words.count(len(laws), 'law')} asked; {words.count(quiet, 'seems', 'seem')} to ask nothing here.")
    for law in asking:
        for exception in law.exceptions:
            if exception.is_claimed:
                page.paragraph(
                    f"Exception claimed under {code(law.id)}: {plain(exception.text)} {plain(exception.note)}"
                )
                page.boxes(f"{plain(fact)} Confirmed by, on: {BLANK}" for fact in exception.facts)
    page.bullets([f"Authority to have it, and the policy it stands under: {BLANK}", f"Other legal duties: {BLANK}"])


def _decision(page: MarkdownPage, report: Report) -> None:
    page.heading("9. Decision")
    names = {component.id: component for component in report.components}
    page.table(
        ("Component", "Law", "Decision", "By, on", "Until", "Reason"),
        (
            (
                plain(_name(names.get(one.component), one.component)),
                code(one.ordinance) or "all",
                plain(words.plain(one.decision)),
                plain(f"{one.decided_by}, {one.decided_on}"),
                plain(str(one.valid_until or "no end stated")),
                plain(one.reason),
            )
            for one in report.determinations
        ),
    )
    page.bullets(f"{field}: {BLANK}" for field in _DECISION)


def _name(component: Component | None, identity: str) -> str:
    return component_name(component) if component else identity


def _scope(page: MarkdownPage, report: Report) -> None:
    page.heading("10. What this draft rests on")
    page.bullets(f"{plain(name)}: {plain(value)}" for name, value in view_method(report).facts)
    gaps = view_gaps(report)
    page.paragraph(f"Not looked at: {words.count(len(gaps), 'part')} could not be read.")
    page.bullets(f"{code(gap.locator)}: {plain(gap.cause_meaning)}" for gap in gaps[:MOST])
    page.paragraph("Limits:")
    page.bullets(plain(limit) for limit in LIMITS)
