"""What many findings share stands once in a long saved report, and reads back as it was."""

import msgspec

from scanner.reports.format import RenderOptions
from scanner.reports.json import render
from scanner.reports.saved import read_report
from scanner.reports.shared_texts import FROM_ON
from tests.reports.sample import rich_report


def long_report(summary: str):
    sample = rich_report()
    (one, *_) = sample.findings
    technology = msgspec.structs.replace(one.technology, summary=summary)
    findings = tuple(
        msgspec.structs.replace(one, id=f"F{n}", fingerprint=f"frscan/v1:{n}", technology=technology)
        for n in range(FROM_ON)
    )
    return msgspec.structs.replace(sample, findings=findings)


def test_the_description_of_a_technology_stands_once_in_a_long_report():
    report = long_report("A kit that tells whose face it sees, in a sentence of this test.")
    saved = render(report, RenderOptions())
    assert saved.count("in a sentence of this test") == 1
    assert read_report(saved.encode()) == report


def test_a_sentence_that_looks_like_the_name_of_a_shared_one_is_read_back_as_it_was():
    report = long_report("@7")
    assert read_report(render(report, RenderOptions()).encode()) == report


def test_a_short_report_stays_readable_as_it_is():
    report = rich_report()
    assert report.findings[0].technology.summary in render(report, RenderOptions())
