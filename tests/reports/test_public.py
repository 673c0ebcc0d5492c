"""The public edition: an outsider learns what was found, and nothing about the machine or the people."""

import json
import re
from datetime import date

import msgspec
import pytest

from scanner.model.determination import Decision, Determination
from scanner.model.report import Report
from scanner.model.waiver import Standing, Waiver, WaiverState
from scanner.reports import RenderOptions, formats, public_edition, read_report, with_baseline

from .sample import rich_report

SECRETS = ("jdoe", "host17")


def private_report() -> Report:
    """The sample, as found in somebody's folder, answered and approved by named people."""
    text = formats()["json"].render(rich_report(), RenderOptions())
    document = json.loads(re.sub(r'"visit\.apk', '"home/jdoe/host17/visit.apk', text))
    document["target"] = {"locator": "host17", "kind": "folder"}
    document["deployment"]["answered_by"] = "J. Doe jdoe"
    for found in document["findings"]:
        found["waiver"] = "Accepted by jdoe of host17."
        for entry in found["evidence"]:
            entry |= {"check": "unzip -p /home/jdoe/visit.apk", "context": "password of jdoe", "value": "jdoe.host17"}
            entry["place"] = "row jdoe"
    report = read_report(json.dumps(document).encode())
    day = date(2026, 1, 1)
    decided = Determination(
        component=report.components[0].id, decision=Decision.OPEN, decided_by="jdoe", decided_on=day, reason="host17"
    )
    waiver = Waiver(component="home/jdoe", reason="host17", approved_by="jdoe", issued=day, expires=day)
    return msgspec.structs.replace(
        with_baseline(report, report),
        determinations=(decided,),
        waivers=(WaiverState(waiver=waiver, standing=Standing.APPLIED, covers=(report.findings[0].fingerprint,)),),
    )


@pytest.mark.parametrize("name", list(formats()))
def test_no_host_and_no_person_is_in_it_in_any_format(name):
    assert any(secret in formats()[name].render(private_report(), RenderOptions()) for secret in SECRETS)
    text = formats()[name].render(public_edition(private_report()), RenderOptions())
    assert not [secret for secret in SECRETS if secret in text]


def test_it_says_what_it_is_and_keeps_what_was_found():
    report = private_report()
    public = public_edition(report)
    assert "This is the public edition" in formats()["text"].render(public, RenderOptions())
    assert public.verdict is report.verdict
    assert [f.technology for f in public.findings] == [f.technology for f in report.findings]
    assert [a.outcome for a in public.assessments] == [a.outcome for a in report.assessments]
    marks = {finding.fingerprint for finding in public.findings}
    assert {mark for situation in public.situations for mark in situation.findings} == marks
    assert public.findings[0].component.locator == "…/visit.apk"


def test_it_can_be_saved_and_read_again():
    public = public_edition(private_report())
    assert read_report(formats()["json"].render(public, RenderOptions()).encode()) == public


def test_who_made_a_package_is_left_out_for_it_may_be_a_person():
    report = rich_report()
    assert any(component.publisher for component in report.components)
    assert not any(component.publisher for component in public_edition(report).components)
