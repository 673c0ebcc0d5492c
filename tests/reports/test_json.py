import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # no stubs among the test dependencies
import msgspec
import pytest

import scanner.reports
from scanner.model.report import Report
from scanner.reports import BadReport, RenderOptions, read_report
from scanner.reports.json import render, schema

from .sample import APP, empty_report, evidence, finding, rich_report

COMMITTED = Path(scanner.reports.__file__).parent / "schema" / "report-1.json"


def saved(report: Report) -> bytes:
    return render(report, RenderOptions()).encode()


def test_the_committed_schema_is_that_of_the_types(golden):
    golden(COMMITTED, schema())


@pytest.mark.parametrize("report", [rich_report(), empty_report()], ids=["rich", "empty"])
def test_a_report_obeys_the_committed_schema(report):
    definition = json.loads(COMMITTED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(definition)
    jsonschema.Draft202012Validator(definition).validate(json.loads(saved(report)))


def test_the_schema_refuses_a_finding_of_no_known_verdict():
    document = json.loads(saved(rich_report()))
    document["findings"][0]["verdict"] = "guilty"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(schema()))


def test_a_saved_report_reads_back_as_it_was():
    assert read_report(saved(rich_report())) == rich_report()


def test_names_that_steer_a_terminal_are_escaped_and_read_back_whole():
    name = "a\x1b[31m\x9b31m\u202eb\u200bc\x7f\u2066"
    report = msgspec.structs.replace(rich_report(), target=msgspec.structs.replace(rich_report().target, locator=name))
    text = saved(report).decode()
    assert not any(char in text for char in name if not char.isprintable())
    assert read_report(text.encode()).target.locator == name


def test_a_lone_surrogate_does_not_lose_the_report():
    broken = finding(evidence=(evidence(value="name\udc80"),), component=APP)
    text = saved(msgspec.structs.replace(rich_report(), findings=(broken,)))
    assert read_report(text).findings[0].evidence[0].value == "name\\udc80"


def test_fields_of_a_later_version_are_passed_over():
    document = json.loads(saved(rich_report())) | {"mood": "fine"}
    assert read_report(json.dumps(document).encode()) == rich_report()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no JSON report"),
        (b"\xff\xfe{}", "no JSON report"),
        (b"[1, 2]", "no JSON report"),
        (b'{"schema_version": "1"}', "no JSON report"),
        (b'{"schema_version": "2"}', "schema version '2'"),
        (b"[" * 100_000, "no JSON report"),
        (b'{"schema_version": "1", "tool": ' + b"[" * 100_000, "no JSON report"),
    ],
)
def test_what_is_no_report_is_refused_in_a_sentence(data, says):
    with pytest.raises(BadReport, match=says) as refusal:
        read_report(data)
    assert str(refusal.value).isprintable()


def test_a_finding_without_evidence_is_refused():
    document = json.loads(saved(rich_report()))
    document["findings"][0]["evidence"] = []
    with pytest.raises(BadReport, match="no evidence"):
        read_report(json.dumps(document).encode())
