import msgspec
import pytest

from scanner.model.report import Report
from scanner.model.vocabulary import Capability, Operator, Outcome, Presence, Verdict
from scanner.reports.summary import summarise

from .sample import detector, empty_report, finding, rich_report


def but(report: Report, **changes: object) -> Report:
    return msgspec.structs.replace(report, **changes)


def sentence(report: Report) -> str:
    return summarise(report).sentence


def only(report: Report, *outcomes: Outcome) -> Report:
    return but(report, assessments=tuple(a for a in report.assessments if a.outcome in outcomes))


def test_nothing_found_is_limited_to_what_was_looked_at():
    assert (
        sentence(empty_report())
        == "No face technology was found in the 7 files and parts of notes.zip that were looked at."
    )
    assert any("limited to what was looked at" in note for note in summarise(empty_report()).notes)


def test_nothing_found_and_nothing_looked_at_do_not_read_alike():
    blind = but(empty_report(), coverage=msgspec.structs.replace(empty_report().coverage, artifacts=0))
    assert "Nothing was looked at" in sentence(blind)
    assert summarise(blind).verdict == "nothing was looked at"


def test_nothing_found_in_an_incomplete_scan_is_no_all_clear():
    report = but(empty_report(), complete=False, unreadable=rich_report().unreadable)
    assert sentence(report).endswith("; but 1 part of it could not be read, so this is no all-clear.")
    assert "scan incomplete" in summarise(report).verdict


def test_recognition_is_told_with_its_technology_and_its_gaps():
    told = sentence(rich_report())
    assert "can recognise people by their faces (Acme Face Kit)" in told
    assert "1 part of it could not be read" in told


def test_an_unsure_finding_is_only_probable():
    report = but(rich_report(), findings=(finding(confidence=0.6),))
    assert "probably contains" in sentence(report)


def test_a_verdict_that_comes_from_a_join_names_the_joined_findings():
    part = finding(verdict=Verdict.FACE_ANALYSIS)
    assert "(Acme Face Kit)" in sentence(but(rich_report(), findings=(part, detector())))


def test_a_list_of_software_contains_nothing_and_says_so_first():
    report = but(rich_report(), target=msgspec.structs.replace(rich_report().target, kind="sbom"))
    assert "visit.apk lists software" in sentence(report)
    assert summarise(report).notes[0] == "The target is a list of software. None of the software itself was opened."


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        (Outcome.POSSIBLE_VIOLATION, "possible violation of the one law asked"),
        (Outcome.DUTY_APPLIES, "a duty may apply under the one law asked"),
        (Outcome.DEPENDS, "whether it touches the one law asked depends on facts still to be settled"),
        (Outcome.NOT_REACHED, "the one law asked does not seem to reach it"),
    ],
)
def test_the_gravest_outcome_is_told(outcome, says):
    assert says in sentence(only(rich_report(), outcome))


def test_stated_facts_are_not_called_assumed():
    given = msgspec.structs.replace(rich_report().deployment, operator=Operator.CITY_AGENCY)
    assert "assumed" in sentence(rich_report())
    assert "assumed" not in sentence(but(rich_report(), deployment=given))


def test_the_devices_own_unlock_is_not_called_recognition():
    unlock = finding(verdict=Verdict.NONE, capability_presence={Capability.DEVICE_UNLOCK: Presence.USED})
    report = but(rich_report(), verdict=Verdict.NONE, findings=(unlock,), components=(), assessments=())
    assert "only the device's own face unlock was found" in sentence(report)


def test_weak_signs_are_mentioned_beside_the_verdict_none():
    weak = finding(verdict=Verdict.NONE, confidence=0.3)
    report = but(rich_report(), verdict=Verdict.NONE, findings=(weak,), components=(), assessments=())
    assert "1 weak sign listed below" in sentence(report)


def test_findings_too_unsure_to_count_lend_no_capability_to_the_summary():
    report = but(rich_report(), findings=(finding(confidence=0.49),))
    assert summarise(report).capabilities == ()


def test_every_assessment_is_counted_once():
    assert sum(number for _, number in summarise(rich_report()).outcomes) == len(rich_report().assessments)
