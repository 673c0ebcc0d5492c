"""Saved reports: compared with an earlier one, put together, and held against the files again."""

import json
import shutil

import pytest

from tests.commands import FIXTURES, frscan

DEMO = FIXTURES / "android/demo.apk"
DETECTION = FIXTURES / "android/detection_only.apk"


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with two apps, scanned: the folder and the report."""
    folder = tmp_path_factory.mktemp("desk") / "apps"
    folder.mkdir()
    shutil.copy(DEMO, folder / "demo.apk")
    shutil.copy(DETECTION, folder / "faces.apk")
    report = folder.parent / "report.json"
    assert frscan(folder, "-f", f"json={report}").status == 1
    return folder, report


def changes(report):
    return {(entry["change"], entry["technology"]) for entry in report["baseline"]["findings"]}


def test_with_a_baseline_only_what_is_new_counts(saved, tmp_path):
    folder, before = saved
    again = frscan(folder, "-f", "json", "--baseline", before)
    assert again.status == 0
    assert {change for change, _ in changes(again.report)} == {"unchanged"}
    shutil.copytree(folder, tmp_path / "apps")
    (tmp_path / "apps/demo.apk").unlink()
    first = tmp_path / "first.json"
    frscan(tmp_path / "apps", "-f", f"json={first}")
    grown = frscan(folder, "-f", "json", "--baseline", first)
    assert grown.status == 1
    assert "new" in {change for change, _ in changes(grown.report)}


def test_what_is_gone_and_what_was_not_looked_at_are_told_apart(saved, tmp_path):
    folder, before = saved
    shutil.copytree(folder, tmp_path / "apps")
    left_out = frscan(tmp_path / "apps", "-f", "json", "--baseline", before, "--exclude", "demo.*").report
    assert {change for change, _ in changes(left_out)} == {"unchanged", "not-looked-at"}
    assert left_out["coverage"]["skipped"] == {"excluded by the user": 1}
    assert left_out["coverage"]["excluded"] == ["demo.*"]
    (tmp_path / "apps/demo.apk").unlink()
    gone = frscan(tmp_path / "apps", "-f", "json", "--baseline", before).report
    assert {change for change, _ in changes(gone)} == {"unchanged", "gone"}


def test_reports_are_put_together(saved, tmp_path):
    _, first = saved
    second = tmp_path / "second.json"
    frscan(DEMO, "-f", f"json={second}")
    one, other = (json.loads(path.read_text(encoding="utf-8")) for path in (first, second))
    both = frscan("report", first, second, "-f", "json").report
    assert both["target"] == {"locator": "apps, demo.apk", "kind": "several", "sha256": "", "size": 0}
    assert len(both["findings"]) == len(one["findings"]) + len(other["findings"])
    assert len({finding["id"] for finding in both["findings"]}) == len(both["findings"])
    assert len(both["assessments"]) == len(one["assessments"]) + len(other["assessments"])
    assert both["ordinances"] == other["ordinances"]
    locators = {finding["component"]["locator"] for finding in both["findings"]}
    assert {"apps/demo.apk", "apps/faces.apk", "demo.apk"} <= locators


def test_reports_that_rest_on_different_facts_are_not_put_together(saved, tmp_path):
    _, first = saved
    other = tmp_path / "other.json"
    frscan(DEMO, "--operator", "school", "-f", f"json={other}")
    ran = frscan("report", first, other)
    assert (ran.status, ran.out) == (2, "")
    assert "different facts about the deployment" in ran.err


def test_verify_says_which_files_are_still_the_same(saved, tmp_path):
    folder, report = saved
    same = frscan("report", report, "--verify", folder)
    assert (same.status, same.out.splitlines()[-1]) == (0, "2 of 2 files are the same as when the report was made.")
    shutil.copytree(folder, tmp_path / "apps")
    with (tmp_path / "apps/demo.apk").open("ab") as file:
        file.write(b"x")
    (tmp_path / "apps/faces.apk").unlink()
    ran = frscan("report", report, "--verify", tmp_path / "apps")
    assert ran.status == 1
    assert ran.out.splitlines()[:2] == ["demo.apk: CHANGED since the report was made", "faces.apk: not there"]
    assert frscan("report", report, "--verify", tmp_path / "nowhere").status == 2


def test_a_baseline_that_is_no_report_is_told_before_the_scan(tmp_path):
    ran = frscan(DEMO, "--baseline", tmp_path / "none.json")
    assert ran.status == 2
    assert "could not be opened" in ran.err
