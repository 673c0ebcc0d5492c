"""Every format against the same reports: golden files, equal bytes for equal input, and nothing lost by saving."""

from pathlib import Path

import msgspec
import pytest

from scanner.model.report import Report
from scanner.reports import Colour, RenderOptions, format_named, formats, read_report

from .sample import empty_report, rich_report

GOLDEN = Path(__file__).parent / "golden"
REPORTS = {"rich": rich_report, "empty": empty_report}
EVERY = pytest.mark.parametrize("name", list(formats()))


def rendered(name: str, report: Report, colour: Colour = Colour.NEVER) -> str:
    return formats()[name].render(report, RenderOptions(colour=colour))


def test_formats_are_found_by_their_place():
    assert {"text", "json", "html"} <= set(formats())
    assert all(module.FORMAT.name == name for name, module in formats().items())
    assert all(format_named(name) is module for name, module in formats().items()), "a format bears its module's name"
    assert format_named("summary") is format_named("../text") is None


@EVERY
@pytest.mark.parametrize("report", REPORTS)
def test_a_format_gives_its_golden_file(name, report, golden):
    suffix = formats()[name].FORMAT.suffix
    golden(GOLDEN / f"{report}{suffix}", rendered(name, REPORTS[report]()))


@EVERY
def test_a_saved_report_renders_like_the_first(name):
    report = rich_report()
    saved = rendered("json", report).encode()
    assert rendered(name, read_report(saved)) == rendered(name, report)


@EVERY
def test_the_order_in_a_dictionary_does_not_show(name):
    report = rich_report()
    turned = msgspec.structs.replace(
        report,
        findings=tuple(
            msgspec.structs.replace(
                finding, capability_presence=dict(reversed(list(finding.capability_presence.items())))
            )
            for finding in report.findings
        ),
        coverage=msgspec.structs.replace(
            report.coverage, by_type=dict(reversed(list(report.coverage.by_type.items())))
        ),
    )
    assert rendered(name, turned) == rendered(name, report)


@EVERY
def test_the_environment_does_not_change_a_report(name, monkeypatch):
    report = rich_report()
    before = rendered(name, report), rendered(name, report, colour=Colour.ALWAYS)
    for variable, value in {"NO_COLOR": "1", "FORCE_COLOR": "1", "COLUMNS": "20", "TERM": "dumb"}.items():
        monkeypatch.setenv(variable, value)
    assert (rendered(name, report), rendered(name, report, colour=Colour.ALWAYS)) == before


@EVERY
def test_a_format_ends_its_report_with_one_line_end(name):
    text = rendered(name, rich_report())
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
