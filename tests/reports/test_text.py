import msgspec
import pytest

from scanner.model.report import Report
from scanner.reports import Colour, RenderOptions
from scanner.reports.text import FULL_FINDINGS, SHORT_LINES, render

from .sample import evidence, finding, rich_report


def text(report: Report, width: int = 80, colour: Colour = Colour.NEVER) -> str:
    return render(report, RenderOptions(width=width, colour=colour))


def commands(report: Report) -> set[str]:
    return {entry.check for found in report.findings for entry in found.evidence}


@pytest.mark.parametrize("width", [40, 80, 100])
def test_lines_fit_the_width_and_only_commands_are_longer(width):
    report = rich_report()
    long = [line for line in text(report, width).splitlines() if len(line) > width]
    assert {line.strip() for line in long} <= commands(report)


def test_a_command_stays_whole_on_its_line():
    lines = {line.strip() for line in text(rich_report(), 40).splitlines()}
    assert any(command and command in lines for command in commands(rich_report()))


def test_the_verdict_and_the_sentence_come_first():
    first, second, *_ = text(rich_report()).splitlines()
    assert first == "Verdict: face recognition found (scan incomplete)"
    assert second.startswith("visit.apk contains software that can recognise people by their faces")


def test_colour_adds_nothing_but_colour():
    import re

    coloured = text(rich_report(), colour=Colour.ALWAYS)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == text(rich_report())


def test_no_line_ends_in_a_space():
    assert all(line == line.rstrip() for line in text(rich_report()).splitlines())


def test_much_evidence_is_cut_and_the_rest_is_counted():
    many = finding(evidence=tuple(evidence(value=f"example.Class{number}") for number in range(400)))
    shown = text(msgspec.structs.replace(rich_report(), findings=(many,)))
    assert "400 signs; the other 398 are in the HTML and JSON reports" in " ".join(shown.split())
    assert "example.Class2 " not in shown


def test_many_findings_stay_readable_and_none_is_unmentioned():
    findings = tuple(finding(number) for number in range(1, 501))
    shown = text(msgspec.structs.replace(rich_report(), findings=findings))
    assert "Findings (500)" in shown
    assert f"and {500 - FULL_FINDINGS - SHORT_LINES} more in the JSON report" in shown
    assert len(shown.splitlines()) < 1000


def test_a_context_is_shown_only_if_the_report_holds_one():
    report = rich_report()
    entry = report.findings[0].evidence[-1]
    one = msgspec.structs.replace(report, findings=(finding(evidence=(entry,)),))
    bare = msgspec.structs.replace(entry, context="")
    none = msgspec.structs.replace(report, findings=(finding(evidence=(bare,)),))
    assert "around it: …build AcmeFaceKit 5.1 release…" in text(one)
    assert "around it" not in text(none)


def test_what_to_do_next_stands_before_everything_else():
    shown = text(rich_report())
    assert (
        shown.index("What to do next")
        < shown.index("Where (")
        < shown.index("Ordinances (")
        < shown.index("Findings (")
    )


def test_many_laws_are_told_in_short_and_none_is_unmentioned():
    report = rich_report()
    (asked,) = {a.ordinance: a for a in report.assessments if a.ordinance == "xx-rivertown-bureaus"}.values()
    many = [f"xx-place{number}-law" for number in range(60)]
    crowded = msgspec.structs.replace(
        report, assessments=tuple(msgspec.structs.replace(asked, ordinance=name) for name in many)
    )
    shown = " ".join(text(crowded).split())
    assert all(name in shown for name in many)
    assert len(text(crowded).splitlines()) < len(text(report).splitlines()) + 60


def test_a_name_longer_than_a_line_is_broken_where_a_reader_may_pause():
    name = "com.example.services.recognition.RecognitionClient.searchManyFacesByOneImageOfMany"
    (entry,) = finding(evidence=(evidence(value=name),)).evidence
    shown = text(msgspec.structs.replace(rich_report(), findings=(finding(evidence=(entry,)),)), 60)
    assert "com.example.services.recognition.RecognitionClient.\n" in shown
    assert "searchManyFacesByOneImageOfMany" in shown
