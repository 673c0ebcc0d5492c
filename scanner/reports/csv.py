"""The determination table: one row a component, with empty columns for what a person decides of it.

`frscan determine` takes the filled table back. Cells that a spreadsheet would run as a formula are made plain text
(OWASP, CSV injection).
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from io import StringIO

from scanner.model.determination import COLUMNS, Determination
from scanner.model.finding import Component, Finding
from scanner.model.report import Report
from scanner.model.vocabulary import Outcome
from scanner.reports import words
from scanner.reports.findings import view_capabilities
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.printable import printable, prose
from scanner.reports.summary import strongest

FORMAT = ReportFormat(
    name="csv",
    suffix=".csv",
    line="A table for a spreadsheet (comma-separated values), a row a component, with columns for what people decide.",
)
CELL_LIMIT = 30_000
"""Characters of a cell; a spreadsheet program holds 32,767."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_GRAVITY = tuple(words.OUTCOMES)


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has this signature
    """The table with its header; what was decided already is filled in, a row a decision."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in table_rows(report):
        writer.writerow([safe_cell(row.get(column, "")) for column in COLUMNS])
    return out.getvalue()


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what would start one."""
    shown = printable(text, CELL_LIMIT)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def table_rows(report: Report) -> Iterator[dict[str, str]]:
    """The rows of the table; a column that is not in a row is empty."""
    findings: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        findings[finding.component.id].append(finding)
    decided: dict[str, list[Determination]] = defaultdict(list)
    for determination in report.determinations:
        decided[determination.component].append(determination)
    outcomes = outcomes_of_components(report)
    for component in report.components:
        facts = _facts(component, findings[component.id], outcomes.get(component.id, {}))
        for answers in [_answers(one) for one in decided[component.id]] or [{}]:
            yield facts | answers


def outcomes_of_components(report: Report) -> dict[str, dict[str, Outcome]]:
    """Each law's gravest outcome, by component id and law."""
    components = {situation.id: situation.components for situation in report.situations}
    found: dict[str, dict[str, Outcome]] = defaultdict(dict)
    for assessment in report.assessments:
        for component in components.get(assessment.situation, ()):
            known = found[component].get(assessment.ordinance, assessment.outcome)
            found[component][assessment.ordinance] = min(known, assessment.outcome, key=_GRAVITY.index)
    return found


def _facts(component: Component, findings: list[Finding], outcomes: dict[str, Outcome]) -> dict[str, str]:
    capabilities = view_capabilities(strongest(findings))
    ranked = sorted(outcomes.items(), key=lambda item: (_GRAVITY.index(item[1]), item[0]))
    return {
        "component": component.id,
        "name": component.name,
        "version": component.version,
        "package_url": component.purl,
        "locator": component.locator,
        "verdict": component.verdict,
        "technologies": "; ".join(dict.fromkeys(finding.technology.id for finding in findings)),
        "capabilities": "; ".join(f"{one.name}: {one.presence}" for one in capabilities),
        "outcomes": "; ".join(f"{law}: {outcome}" for law, outcome in ranked),
    }


def _answers(one: Determination) -> dict[str, str]:
    return {
        "ordinance": one.ordinance,
        "decision": one.decision,
        "decided_by": one.decided_by,
        "decided_on": one.decided_on.isoformat(),
        "valid_until": one.valid_until.isoformat() if one.valid_until else "",
        "exception": one.exception,
        "reason": prose(one.reason),
    }
