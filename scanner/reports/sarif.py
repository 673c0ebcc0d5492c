"""The SARIF report (Static Analysis Results Interchange Format 2.1.0, OASIS), for viewers of code findings.

Technologies are rules, findings are results. Viewers refuse or cut large files, so counts stay within what the most
used one takes (code scanning on GitHub: 5,000 results shown, 100 locations a result, a line for every location).
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from scanner.model.artifact import Unread
from scanner.model.comparison import Change
from scanner.model.finding import Evidence, Finding
from scanner.model.report import Report
from scanner.model.vocabulary import Outcome, Verdict
from scanner.reports import words
from scanner.reports.findings import by_weight, component_name
from scanner.reports.format import RenderOptions, ReportFormat
from scanner.reports.printable import printable, prose
from scanner.reports.summary import summarise

FORMAT = ReportFormat(
    name="sarif",
    suffix=".sarif",
    line="For viewers of code findings (Static Analysis Results Interchange Format 2.1.0).",
)

RESULTS_MOST = 5_000
LOCATIONS_MOST = 100
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "SCANROOT"
_LINE = re.compile(r"line (\d{1,9})\b")
_LEVELS = {Verdict.RECOGNITION: "warning", Verdict.CAPABLE_DORMANT: "warning"}
_GRAVE = {Outcome.POSSIBLE_VIOLATION, Outcome.DUTY_APPLIES, Outcome.EXCEPTION_MAY_APPLY, Outcome.DEPENDS}

_Json = dict[str, Any]  # SARIF's own objects; the schema is their type, and the tests validate against it


def render(report: Report, options: RenderOptions) -> str:  # noqa: ARG001 - every format has this signature
    """The report as one run. The gravest findings come first, and what does not fit is said in a notification."""
    ranked = sorted(report.findings, key=lambda finding: (-finding.verdict.rank, -finding.confidence))
    shown = ranked[:RESULTS_MOST]
    ids = sorted({finding.technology.id for finding in shown})
    numbers = {technology: number for number, technology in enumerate(ids)}
    touched = _touched(report)
    run = {
        "tool": {"driver": _driver(report, [_rule(next(f for f in shown if f.technology.id == one)) for one in ids])},
        "invocations": [_invocation(report, len(ranked) - len(shown))],
        "originalUriBaseIds": {_BASE: {"description": {"text": "The target, or the folder in which it lies."}}},
        "results": [_result(finding, numbers, report, touched) for finding in shown],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "verdict": report.verdict,
            "complete": report.complete,
            "edition": report.edition,
            "summary": summarise(report).sentence,
        },
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return msgspec.json.format(msgspec.json.encode(log), indent=1).decode() + "\n"


def _driver(report: Report, rules: list[_Json]) -> _Json:
    return {
        "name": printable(report.tool.name),
        "version": printable(report.tool.version),
        "properties": {"signatures": printable(report.tool.signatures)},
        "rules": rules,
    }


def _rule(finding: Finding) -> _Json:
    technology = finding.technology
    web = [one for one in technology.references if one.startswith("https://") and printable(one) == one]
    return {
        "id": printable(technology.id),
        "name": printable(technology.name),
        "shortDescription": {"text": printable(technology.name) or printable(technology.id)},
        "fullDescription": {"text": prose(technology.summary) or words.KINDS[technology.kind]},
        **({"helpUri": quote(web[0], safe=":/?#[]@!$&'()*+,;=%-._~")} if web else {}),
        "help": {"text": f"{words.KINDS[technology.kind]}: {prose(technology.summary)}"},
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["face-technology", technology.kind]},
    }


def _touched(report: Report) -> dict[str, set[Outcome]]:
    """The outcomes of the laws asked about each finding, by its fingerprint."""
    outcomes: dict[str, set[Outcome]] = {}
    for assessment in report.assessments:
        outcomes.setdefault(assessment.situation, set()).add(assessment.outcome)
    touched: dict[str, set[Outcome]] = {}
    for situation in report.situations:
        for mark in situation.findings:
            touched.setdefault(mark, set()).update(outcomes.get(situation.id, ()))
    return touched


def _level(finding: Finding, outcomes: set[Outcome]) -> str:
    """Error where recognition meets a law that may be violated; a note where nothing recognises and no law is met."""
    level = _LEVELS.get(finding.verdict, "note")
    if Outcome.POSSIBLE_VIOLATION in outcomes:
        return "error" if finding.verdict is Verdict.RECOGNITION else "warning"
    return "warning" if level == "note" and outcomes & _GRAVE else level


def _result(finding: Finding, rules: dict[str, int], report: Report, touched: dict[str, set[Outcome]]) -> _Json:
    outcomes = touched.get(finding.fingerprint, set())
    entries = by_weight(finding.evidence)
    told = {msgspec.json.encode(place): place for place in map(_location, entries)}  # equal ones may not stand twice
    locations = list(told.values())[:LOCATIONS_MOST]
    result: _Json = {
        "ruleId": printable(finding.technology.id),
        "ruleIndex": rules[finding.technology.id],
        "level": _level(finding, outcomes),
        "message": {"text": _message(finding, outcomes)},
        "locations": locations[:1],
        "relatedLocations": locations[1:],
        "partialFingerprints": {"frscan/v1": printable(finding.fingerprint)},
        "rank": round(finding.confidence * 100, 1),
        "properties": {
            "verdict": finding.verdict,
            "confidence": finding.confidence,
            "capabilities": {str(name): str(how) for name, how in sorted(finding.capability_presence.items())},
            "component": component_name(finding.component),
            "outcomes": sorted(outcomes),
        },
    }
    if finding.waiver:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": prose(finding.waiver)}]
    if report.baseline is not None:
        result["baselineState"] = "new" if finding.fingerprint in report.baseline.new else "unchanged"
    return result


def _message(finding: Finding, outcomes: set[Outcome]) -> str:
    laws = [words.OUTCOMES[one][0] for one in words.OUTCOMES if one in outcomes & _GRAVE]
    asked = f" Laws asked about it: {words.listed(laws)}." if laws else ""
    what = f"{printable(finding.technology.name)} in {component_name(finding.component)}"
    return f"{what}: {words.VERDICTS[finding.verdict]}. {prose(finding.explanation)}{asked}"


def _location(entry: Evidence) -> _Json:
    outer, nested, _ = entry.locator.partition("!/")
    line = _LINE.search(entry.place) if not nested else None
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(outer), "uriBaseId": _BASE},
            "region": {"startLine": max(1, int(line[1])) if line else 1},
        },
        "logicalLocations": [{"fullyQualifiedName": printable(entry.locator), "kind": "resource"}],
        "message": {"text": f"{printable(entry.value)} ({printable(entry.place)})"},
    }


def _uri(locator: str) -> str:
    return quote(printable(locator.lstrip("/")) or ".")


def _invocation(report: Report, left_out: int) -> _Json:
    notes = list(_notifications(report, left_out))
    times = {"startTimeUtc": report.started, "endTimeUtc": report.finished}
    return {
        "executionSuccessful": report.complete,
        **{name: when for name, when in times.items() if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", when)},
        "toolExecutionNotifications": notes,
    }


def _notifications(report: Report, left_out: int) -> Iterator[_Json]:
    if left_out:
        yield {"level": "warning", "message": {"text": f"{left_out:,} more findings are in the JSON report."}}
    if report.baseline is not None:
        for entry in report.baseline.findings:
            if entry.change in {Change.GONE, Change.NOT_LOOKED_AT}:
                told = f"{words.CHANGES[entry.change]}: {printable(entry.technology)}, in {printable(entry.locator)}"
                yield {"level": "note", "message": {"text": f"{told}. {prose(entry.why)}".strip()}}
    yield from (_gap(unread) for unread in report.unreadable[:RESULTS_MOST])


def _gap(unread: Unread) -> _Json:
    accepted = f" {prose(unread.waiver)}" if unread.waiver else ""
    return {
        "level": "note" if unread.waiver else "warning",
        "descriptor": {"id": f"not-read/{unread.cause}"},
        "message": {"text": f"{printable(unread.locator)}: not read. {prose(unread.reason)}{accepted}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(unread.locator.partition("!/")[0]), "uriBaseId": _BASE}
                }
            }
        ],
    }
