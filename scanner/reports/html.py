"""The HTML report: one file that reads, prints and is listened to anywhere; no script, no outside resource.

Written for WCAG 2.1 AA, which US public bodies must meet (28 CFR 35, subpart H). Every value goes through `printable`
once more on its way out and is then escaped by the template engine.
"""

from functools import cache
from html import escape
from typing import TYPE_CHECKING

from scanner.model.report import Report
from scanner.reports import words
from scanner.reports.abbreviations import used_in
from scanner.reports.changes import view_changes
from scanner.reports.coverage import count_causes, view_gaps, view_method, view_not_counted
from scanner.reports.decisions import view_decisions, view_waivers
from scanner.reports.findings import component_name, view_findings
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.graph_picture import can_be_drawn, picture
from scanner.reports.graphs import view_graph
from scanner.reports.laws import by_gravest, view_laws, view_questions
from scanner.reports.networks import view_networks
from scanner.reports.next_steps import next_steps
from scanner.reports.printable import COMMAND_LIMIT, printable
from scanner.reports.summary import LIMITS, summarise
from scanner.reports.vendor_questions import ALWAYS, asked

if TYPE_CHECKING:
    from jinja2 import Template

FORMAT = ReportFormat(
    name="html",
    suffix=".html",
    line="One accessible page for reading, printing and handing on.",
    loads=("jinja2",),
)

FINDINGS_FULL = 100
"""Findings told in full; the rest get a row each."""
ROWS_MOST = 10_000
"""Rows of a long table; the JSON report has all."""
GROUPS_MOST = 12
"""Outcomes of one law that are told."""
GRAPH_ROWS = 500
REASONS_MOST = 5
EVIDENCE_SHOWN = 3
"""Evidence entries that stand open; the rest are folded."""
EVIDENCE_MOST = 25
"""Evidence entries a finding has on the page; the JSON report has all."""

_ABBREVIATIONS = "<!-- abbreviations -->"
"""Where those stand that the page turns out to use; no text of a report has a tag in it."""


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has this signature
    """The report as one HTML page."""
    from markupsafe import Markup

    laws = view_laws(report)
    graph = view_graph(report)
    page = template("report.html.jinja").render(
        report=report,
        summary=summarise(report),
        steps=next_steps(report),
        changes=view_changes(report.baseline) if report.baseline is not None else (),
        findings=list(view_findings(report.findings, report.components)),
        findings_full=FINDINGS_FULL,
        rows_most=ROWS_MOST,
        groups_most=GROUPS_MOST,
        graph_rows=GRAPH_ROWS,
        reasons_most=REASONS_MOST,
        laws=[law for law in laws if not law.is_quiet],
        quiet=[law for law in laws if law.is_quiet],
        by_gravest=by_gravest(laws),
        graph=graph,
        picture=Markup(picture(graph)) if can_be_drawn(graph) else "",  # noqa: S704  (every name in it is escaped)
        networks=view_networks(report),
        waivers=view_waivers(report),
        decisions=view_decisions(report),
        questions=view_questions(report),
        asked=[(component_name(one.component), one.questions) for one in asked(report)],
        always_asked=ALWAYS,
        not_counted=view_not_counted(report),
        gaps=view_gaps(report),
        causes=count_causes(report),
        method=view_method(report),
        words=words,
        limits=LIMITS,
        evidence_shown=EVIDENCE_SHOWN,
        evidence_most=EVIDENCE_MOST,
        abbreviations=Markup(_ABBREVIATIONS),  # noqa: S704  (a constant)
    )
    return page.replace(f"{_ABBREVIATIONS}\n", _abbreviations(page))


def _abbreviations(page: str) -> str:
    """What the abbreviations mean that stand in the page."""
    entries = "".join(f"  <dt>{escape(short)}</dt><dd>{escape(meaning)}</dd>\n" for short, meaning in used_in(page))
    return f'<h3>Abbreviations</h3>\n<dl class="facts" id="abbreviations">\n{entries}</dl>\n' if entries else ""


@cache
def template(name: str) -> "Template":
    """A page's template, every value of which is made printable and escaped."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("scanner.reports", "templates"),
        autoescape=True,
        finalize=_safe,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["web_address"] = _is_web_address
    return environment.get_template(name)


def _safe(value: object) -> object:
    """What the template engine does with every value: text of the template's own macros is left alone."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return printable(value, COMMAND_LIMIT)
    return value


def _is_web_address(text: str) -> bool:
    return text.startswith(("https://", "http://")) and " " not in text
