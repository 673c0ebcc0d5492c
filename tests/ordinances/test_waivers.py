"""Waivers: what a file may say, what it covers, and what still counts."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scanner.cli.exits import Exit, exit_status
from scanner.model.artifact import Unread
from scanner.model.law import Deployment
from scanner.model.report import Report
from scanner.model.vocabulary import Cause, Verdict
from scanner.model.waiver import Standing, Waiver
from scanner.ordinances import WaiverError, counting, read_waivers, waived
from tests.reports.sample import empty_report, rich_report

TODAY = date(2026, 6, 1)
GAP = Unread(fingerprint="frscan/v1:gap", locator="a.zip", stage="open", cause=Cause.ENCRYPTED, reason="Encrypted.")


def waiver(**more: Any) -> Waiver:
    given: dict[str, Any] = {
        "reason": "Blurring only.",
        "approved_by": "J. Doe",
        "issued": date(2026, 1, 1),
        "expires": date(2026, 12, 31),
    }
    return Waiver(**(given | more))


def unmarked() -> Report:
    report = rich_report()
    findings = tuple(msgspec.structs.replace(f, waiver=None) for f in report.findings)
    return msgspec.structs.replace(report, findings=findings, unreadable=(), complete=True)


def standing(report: Report, one: Waiver, today: date = TODAY) -> Standing:
    return waived(report, [one], today).waivers[0].standing


@pytest.mark.parametrize("by", ["technology", "component", "fingerprint"])
def test_a_waiver_marks_what_it_names_and_leaves_it_in_the_report(by: str) -> None:
    report = unmarked()
    first = report.findings[0]
    named = {"technology": first.technology.id, "component": first.component.name, "fingerprint": first.fingerprint}
    marked = waived(report, [waiver(**{by: named[by]})], TODAY)
    assert len(marked.findings) == len(report.findings)
    assert marked.findings[0].waiver == "Accepted by J. Doe until 2026-12-31: Blurring only."
    assert marked.waivers[0].standing is Standing.APPLIED
    assert first.fingerprint in marked.waivers[0].covers


def test_everything_that_a_waiver_names_must_fit() -> None:
    report = unmarked()
    first, other = report.findings
    assert first.technology.id != other.technology.id
    one = waiver(technology=first.technology.id, component=other.component.id)
    assert standing(report, one) is Standing.UNUSED


def test_a_component_is_named_by_its_package_url_without_the_version() -> None:
    report = unmarked()
    first = report.findings[0]
    versioned = msgspec.structs.replace(first.component, purl="pkg:generic/visit@3.2.1")
    report = msgspec.structs.replace(report, findings=(msgspec.structs.replace(first, component=versioned),))
    assert standing(report, waiver(component="pkg:generic/visit")) is Standing.APPLIED


def test_an_expired_waiver_brings_the_finding_back_and_says_so() -> None:
    report = unmarked()
    one = waiver(technology=report.findings[0].technology.id)
    late = waived(report, [one], date(2027, 1, 1))
    assert late.waivers[0].standing is Standing.EXPIRED
    assert late.waivers[0].covers
    assert all(finding.waiver is None for finding in late.findings)
    assert counting(late) == late


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"technology": "nothing-of-the-kind"}, Standing.UNUSED),
        ({"technology": "acme-face-kit", "ordinance": "xx-rivertown-private"}, Standing.APPLIED),
        ({"technology": "acme-face-kit", "ordinance": "us-ma-boston"}, Standing.OUT_OF_SCOPE),
        ({"technology": "acme-face-kit", "issued": date(2026, 7, 1)}, Standing.NOT_YET),
    ],
)
def test_what_came_of_a_waiver_is_told(more: dict[str, Any], expected: Standing) -> None:
    assert standing(unmarked(), waiver(**more)) is expected


def test_what_is_waived_for_every_law_does_not_count() -> None:
    report = unmarked()
    assert exit_status(report, []) is Exit.FOUND
    strongest = [f for f in report.findings if f.verdict is Verdict.RECOGNITION]
    accepted = waived(report, [waiver(fingerprint=f.fingerprint) for f in strongest], TODAY)
    assert exit_status(accepted, []) is Exit.NOTHING
    assert exit_status(accepted, ["recognition"]) is Exit.NOTHING
    assert exit_status(accepted, ["face-analysis"]) is Exit.FOUND
    assert accepted.verdict is report.verdict


def test_a_waiver_for_one_law_leaves_the_others_counting() -> None:
    report = msgspec.structs.replace(unmarked(), deployment=Deployment(jurisdictions=("xx-yy-rivertown",)))
    strongest = [f.fingerprint for f in report.findings if f.verdict is Verdict.RECOGNITION]
    asked = sorted({text.id for text in report.ordinances})
    one = waived(report, [waiver(fingerprint=f, ordinance=asked[0]) for f in strongest], TODAY)
    assert exit_status(one, []) is Exit.FOUND
    every = waived(report, [waiver(fingerprint=f, ordinance=law) for f in strongest for law in asked], TODAY)
    assert exit_status(every, []) is Exit.NOTHING


def test_an_accepted_gap_softens_the_incomplete_scan_and_only_that_gap() -> None:
    report = msgspec.structs.replace(empty_report(), complete=False, unreadable=(GAP,))
    assert exit_status(report, []) is Exit.INCOMPLETE
    accepted = waived(report, [waiver(fingerprint=GAP.fingerprint)], TODAY)
    assert accepted.unreadable[0].waiver
    assert accepted.complete is False
    assert exit_status(accepted, []) is Exit.NOTHING
    other = msgspec.structs.replace(GAP, fingerprint="frscan/v1:other")
    still_open = msgspec.structs.replace(accepted, unreadable=(*accepted.unreadable, other))
    assert exit_status(still_open, []) is Exit.INCOMPLETE


GOOD = """
[[waiver]]
technology = "aws-rekognition"
ordinance = "us-ma-boston"
reason = "A memo."
approved_by = "J. Doe"
issued = 2026-01-31
expires = 2026-12-31
"""


def test_a_waiver_file_is_read_as_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(GOOD, encoding="utf-8")
    (one,) = read_waivers(file)
    assert (one.technology, one.ordinance, one.expires) == ("aws-rekognition", "us-ma-boston", date(2026, 12, 31))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2026-12-31", "2027-02-02", "more than a year"),
        ("2026-12-31", "2026-01-01", "before it was issued"),
        ('technology = "aws-rekognition"', "", "names nothing"),
        ("us-ma-boston", "us-ma-bostn", "not known"),
        ('"A memo."', '" "', "empty `reason`"),
        ('approved_by = "J. Doe"', "", "approved_by"),
        ("reason", "why", "why"),
        ("2026-01-31", '"soon"', "issued"),
        ("[[waiver]]", "[[waivers]]", "[[waiver]]"),
        ('"A memo."', "A memo", "TOML"),
    ],
)
def test_a_wrong_waiver_file_is_refused_whole_in_a_sentence(tmp_path: Path, old: str, new: str, says: str) -> None:
    file = tmp_path / "waivers.toml"
    file.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(WaiverError) as caught:
        read_waivers(file)
    assert str(file) in str(caught.value)
    assert says in str(caught.value)
    assert str(caught.value).endswith(".")


def test_a_waiver_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WaiverError, match="cannot be read"):
        read_waivers(tmp_path / "none.toml")
