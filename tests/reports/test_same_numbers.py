"""Formats differ in words, never in numbers."""

import csv
import io
import json
import re
from collections import Counter
from datetime import date

import msgspec
import pytest

from scanner.model.law import Deployment
from scanner.model.report import Report
from scanner.ordinances import assess, laws
from scanner.reports import RenderOptions, formats, read_report, words
from scanner.reports.laws import by_gravest, view_laws, view_questions
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


def asked_of_every_law() -> Report:
    assessed = assess(rich_report().situations, Deployment(), laws(), date(2026, 1, 31))
    return msgspec.structs.replace(
        rich_report(), assessments=assessed.assessments, ordinances=assessed.ordinances, questions=assessed.questions
    )


def test_laws_are_as_many_by_outcome_everywhere():
    report = asked_of_every_law()
    expected = {str(outcome): len(together) for outcome, together in by_gravest(view_laws(report))}
    assert sum(expected.values()) == len(laws())
    assert len(expected) >= 4
    text, memo = rendered("text", report), rendered("markdown", report)
    quiet = sum(expected.pop(word, 0) for word in ("not-reached", "not-applicable"))
    for outcome, many in expected.items():
        word, _ = words.OUTCOMES[outcome]
        assert numbers(text, rf"\] {word}: ([\d,]+) laws?") == many
        assert numbers(memo, rf"\*\*{word}\*\*: ([\d,]+) laws?") == many
    assert numbers(text, r"seem to ask nothing here \(([\d,]+)\)") == quiet
    page = parse(rendered("html", report))
    told = [row.all("td")[0].text for row in page.all("table", id="laws-in-short")[0].all("tbody")[0].all("tr")]
    assert Counter(word.split(" ", 1)[1] for word in told) == {words.OUTCOMES[o][0]: n for o, n in expected.items()}
    assert len(page.all("table", id="quiet-laws")[0].all("tbody")[0].all("tr")) == quiet
    rows = list(csv.DictReader(io.StringIO(rendered("csv", report))))
    assert {entry.split(": ")[0] for row in rows for entry in row["outcomes"].split("; ")} == {law.id for law in laws()}


@REPORTS
def test_the_page_and_the_letter_ask_the_vendor_the_same(report):
    letter = re.findall(r"^\d+\. (.*)$", rendered("vendor-letter", report), re.MULTILINE)
    (section,) = parse(rendered("html", report)).all("section", id="vendor")
    assert [box.text for box in section.all("label")] == [question.replace("\\", "") for question in letter]
