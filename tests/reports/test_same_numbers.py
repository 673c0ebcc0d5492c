"""Formats differ in words, never in numbers."""

import csv
import io
import json
import re

import msgspec
import pytest

from scanner.model.report import Report
from scanner.reports import RenderOptions, formats, read_report
from scanner.reports.laws import view_questions
from scanner.reports.summary import summarise

from .page import parse
from .sample import empty_report, finding, rich_report

LARGE = msgspec.structs.replace(rich_report(), findings=tuple(finding(number) for number in range(1, 140)))
REPORTS = pytest.mark.parametrize("report", [rich_report(), empty_report(), LARGE], ids=["rich", "empty", "large"])


def rendered(name: str, report: Report) -> str:
    saved = formats()["json"].render(report, RenderOptions()).encode()
    return formats()[name].render(read_report(saved), RenderOptions())


def numbers(text: str, pattern: str) -> int:
    found = re.search(pattern, " ".join(text.split()))
    assert found, pattern
    return int(found[1].replace(",", ""))


@REPORTS
def test_findings_are_as_many_everywhere(report):
    many = len(report.findings)
    assert numbers(rendered("text", report), r"Findings \(([\d,]+)\)") == many
    assert numbers(rendered("markdown", report), r"What was found \(([\d,]+)\)") == many
    assert numbers(parse(rendered("html", report)).text, r"Findings \(([\d,]+)\)") == many
    assert len(json.loads(rendered("sarif", report))["runs"][0]["results"]) == many
    bom = json.loads(rendered("cyclonedx", report))
    found = [
        one for one in bom.get("components", []) + bom.get("services", []) if one["bom-ref"].startswith("finding-")
    ]
    assert len(found) == many


@REPORTS
def test_laws_questions_and_gaps_are_as_many_everywhere(report):
    laws, gaps, questions = len(report.ordinances), len(report.unreadable), len(view_questions(report))
    for name in ("text", "markdown", "html"):
        text = rendered(name, report)
        text = parse(text).text if name == "html" else text
        assert numbers(text, r"\(([\d,]+) laws? asked\)") == laws
        assert numbers(text, r"not looked at \(([\d,]+) parts? could") == gaps
        assert not questions or numbers(text, r"Questions to settle \(([\d,]+)\)") == questions
    assert numbers(rendered("impact-assessment", report), r"([\d,]+) laws? asked") == laws
    notes = json.loads(rendered("sarif", report))["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert len(notes) == gaps


@REPORTS
def test_components_and_the_sentence_are_the_same_everywhere(report):
    assert len(list(csv.reader(io.StringIO(rendered("csv", report))))) == len(report.components) + 1
    bom = json.loads(rendered("cyclonedx", report))
    plain = [c for c in bom.get("components", []) if not c["bom-ref"].startswith(("finding-", "network-"))]
    assert len(plain) == len(report.components)
    sentence = summarise(report).sentence
    for name in ("text", "html", "sarif"):
        text = rendered(name, report)
        assert sentence in " ".join((parse(text).text if name == "html" else text).split())
    assert sentence in rendered("markdown", report).replace("\\", "")
