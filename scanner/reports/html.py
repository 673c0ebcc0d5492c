"""The HTML report: one file that reads, prints and is listened to anywhere; no script, no outside resource.

Written for WCAG 2.1 AA, which US public bodies must meet (28 CFR 35, subpart H). Every value goes through `printable`
once more on its way out and is then escaped by the template engine.
"""

from functools import cache
from typing import TYPE_CHECKING

from scanner.model.report import Report
from scanner.reports import words
from scanner.reports.coverage import count_causes, view_gaps, view_method, view_not_counted
from scanner.reports.findings import view_finding
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.laws import view_laws, view_questions
from scanner.reports.printable import COMMAND_LIMIT, printable
from scanner.reports.summary import LIMITS, summarise

if TYPE_CHECKING:
    from jinja2 import Template

FORMAT = ReportFormat(name="html", suffix=".html", line="One accessible page for reading, printing and handing on.")

EVIDENCE_SHOWN = 3
"""Evidence entries that stand open; the rest are folded."""
EVIDENCE_MOST = 25
"""Evidence entries a finding has on the page; the JSON report has all."""


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has this signature
    """The report as one HTML page."""
    return _template().render(
        report=report,
        summary=summarise(report),
        findings=[view_finding(finding) for finding in report.findings],
        laws=view_laws(report),
        questions=view_questions(report),
        not_counted=view_not_counted(report),
        gaps=view_gaps(report),
        causes=count_causes(report),
        method=view_method(report),
        words=words,
        limits=LIMITS,
        evidence_shown=EVIDENCE_SHOWN,
        evidence_most=EVIDENCE_MOST,
    )


@cache
def _template() -> "Template":
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
    return environment.get_template("report.html.jinja")


def _safe(value: object) -> object:
    """What the template engine does with every value: text of the template's own macros is left alone."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return printable(value, COMMAND_LIMIT)
    return value


def _is_web_address(text: str) -> bool:
    return text.startswith(("https://", "http://")) and " " not in text
