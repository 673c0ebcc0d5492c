"""A path in, a report out: every fixture against what its maker says a scan must find."""

from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.commands import FIXTURES, frscan, scanned

EXPECTED: dict[str, dict[str, Any]] = YAML(typ="safe", pure=True).load(FIXTURES / "expected.yaml")
_RANK = ["referenced", "declared", "present", "used"]


@pytest.fixture(scope="module")
def reports() -> dict[str, dict[str, Any]]:
    """Each fixture scanned once."""
    return {name: scanned(FIXTURES / name) for name in EXPECTED}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_fixture_has_its_verdict_and_says_whether_all_of_it_was_read(name, reports):
    report, expected = reports[name], EXPECTED[name]
    assert report["complete"] is expected["complete"], report["unreadable"]
    if expected["verdict"] is not None:
        assert report["verdict"] == expected["verdict"]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_fixture_gives_exactly_its_technologies_at_their_presence(name, reports):
    found: dict[str, str] = {}
    for finding in reports[name]["findings"]:
        if finding["verdict"] != "none" or finding["presence"] != "referenced":
            known = found.get(finding["technology"]["id"], "referenced")
            found[finding["technology"]["id"]] = max(known, finding["presence"], key=_RANK.index)
    if EXPECTED[name]["verdict"] is not None:
        assert found == EXPECTED[name]["technologies"]


def test_every_finding_leads_from_the_target_to_the_technology_with_evidence_and_a_hand_check(reports):
    for report in reports.values():
        for finding in report["findings"]:
            assert finding["path"][-1] == finding["technology"]["id"]
            assert finding["evidence"]
            assert all(e["locator"] and e["place"] and e["indicator"] for e in finding["evidence"])
            assert any(e["check"] for e in finding["evidence"])


def test_the_vendor_class_called_by_the_apps_own_code_is_used_and_names_the_caller(reports):
    facetec = next(f for f in reports["android/demo.apk"]["findings"] if f["technology"]["id"] == "facetec")
    callers = [e["place"] for e in facetec["evidence"] if e["presence"] == "used"]
    assert any("org.example.lobby" in place for place in callers), callers


def test_the_component_of_everything_in_an_app_is_the_app(reports):
    report = reports["android/demo.apk"]
    assert {f["component"]["locator"] for f in report["findings"]} == {"demo.apk"}
    assert [c["verdict"] for c in report["components"]] == ["recognition"]


def test_nested_archives_name_each_app_as_its_own_component(reports):
    locators = {c["locator"] for c in reports["android/nested.zip"]["components"]}
    assert all(locator.startswith("nested.zip!/") for locator in locators)
    assert any(locator.endswith(".apk") for locator in locators)


def test_laws_are_asked_only_where_something_was_found(reports):
    assert reports["android/demo.apk"]["assessments"]
    assert reports["android/demo.apk"]["ordinances"]
    assert reports["android/clean.apk"]["assessments"] == []


def test_device_unlock_alone_is_listed_and_assessed_but_is_no_verdict(reports):
    report = reports["android/device_unlock.apk"]
    assert report["verdict"] == "none"
    assert report["findings"][0]["capabilities"] == ["device-unlock"]
    assert report["assessments"]


def test_a_detection_only_app_comes_out_differently_under_different_definitions(reports):
    outcomes = {(a["ordinance"], a["outcome"]) for a in reports["android/detection_only.apk"]["assessments"]}
    assert ("us-ca-san-francisco", "not-reached") in outcomes
    assert ("us-or-portland-private", "depends") in outcomes


def test_stated_facts_decide_the_outcome():
    report = scanned(FIXTURES / "android/demo.apk", "--jurisdiction", "us-ma-boston", "--operator", "city-agency")
    outcomes = {a["ordinance"]: a["outcome"] for a in report["assessments"]}
    assert outcomes == {"us-ma-boston": "possible-violation", "us-ma-state": "depends"}
    assert all(a["assuming"] == {} for a in report["assessments"])


def test_a_folder_names_its_files_below_itself(tmp_path):
    for name in ("gate", "meshtool"):
        (tmp_path / "programs" / "bin").mkdir(parents=True, exist_ok=True)
        (tmp_path / "programs" / "bin" / name).write_bytes((FIXTURES / "elf" / name).read_bytes())
    report = scanned(tmp_path / "programs")
    assert report["target"] == {"locator": "programs", "kind": "folder", "sha256": "", "size": 0}
    assert [f["component"]["locator"] for f in report["findings"]] == ["bin/gate"]


@pytest.mark.parametrize("name", ["android/demo.apk", "android/nested.zip"])
def test_two_runs_say_the_same_bytes_whatever_the_hash_seed_and_the_number_of_workers(name):
    path = FIXTURES / name
    arguments = ("scan", "-f", "json", "--fail-on", "never", path)
    first = frscan(*arguments, "-j", "1", PYTHONHASHSEED="1", SOURCE_DATE_EPOCH="1700000000")
    second = frscan(*arguments, "-j", "2", PYTHONHASHSEED="77", SOURCE_DATE_EPOCH="1700000000")
    assert first.out == second.out
    assert first.out.startswith("{")
