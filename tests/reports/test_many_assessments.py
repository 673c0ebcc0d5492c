"""Reports in which every law is asked about hundreds of situations: small when saved, the same when read."""

import json
from collections import Counter
from itertools import product

import msgspec
import pytest

from scanner.model.law import Deployment
from scanner.model.report import Report
from scanner.model.vocabulary import Capability, Presence
from scanner.ordinances import assess, laws
from scanner.reports import BadReport, RenderOptions, formats, read_report
from scanner.reports.laws import view_laws
from tests.ordinances.cases import TODAY, situation
from tests.reports.sample import empty_report

SITUATIONS = 60


@pytest.fixture(scope="module")
def many() -> Report:
    """Every law, asked about situations that differ."""
    presences = (Presence.DECLARED, Presence.PRESENT, Presence.USED)
    pairs = list(product(product(Capability, presences), repeat=2))[:: 576 // SITUATIONS]
    situations = [
        situation(f"{one[0]} {one[1]}, {other[0]} {other[1]}", f"S{number}")
        for number, (one, other) in enumerate(pairs, 1)
    ]
    assessed = assess(situations, Deployment(), laws(), TODAY)
    return msgspec.structs.replace(
        empty_report(),
        situations=tuple(situations),
        assessments=assessed.assessments,
        ordinances=assessed.ordinances,
        questions=assessed.questions,
    )


def test_sentences_that_assessments_share_stand_once_and_read_back_where_they_are_meant(many: Report) -> None:
    text = formats()["json"].render(many, RenderOptions())
    assert len(text) / len(many.assessments) < 1_000
    assert read_report(text.encode()) == many
    assert text == formats()["json"].render(read_report(text.encode()), RenderOptions())


def test_the_texts_of_a_law_stand_once(many: Report) -> None:
    text = formats()["json"].render(many, RenderOptions())
    exceptions = Counter(exception.text for law in many.ordinances for exception in law.exceptions)
    for told, laws_with_it in exceptions.items():
        assert text.count(json.dumps(told, ensure_ascii=False)) == laws_with_it


@pytest.mark.parametrize("name", ["@999999", "@-1", "@x"])
def test_a_text_that_is_not_there_is_refused(many: Report, name: str) -> None:
    document = json.loads(formats()["json"].render(many, RenderOptions()))
    document["assessments"][0]["elements"][0]["reason"] = name
    with pytest.raises(BadReport):
        read_report(json.dumps(document).encode())


def test_who_where_and_when_are_judged_once_a_law_and_not_once_a_situation(many: Report) -> None:
    frames = {id(element) for a in many.assessments for element in a.elements if element.name == "operator"}
    assert len(frames) <= len({(a.ordinance, a.assuming.get("operator")) for a in many.assessments})


def test_of_laws_with_the_same_outcome_the_narrowest_and_best_known_come_first(many: Report) -> None:
    order = {law.id: number for number, law in enumerate(view_laws(many))}
    assert order["us-wi-madison"] < order["us-ca-san-francisco"] < order["us-ca-oakland"] < order["us-me-state"]


def test_a_law_whose_text_was_hardly_seen_is_marked_where_laws_are_told_in_a_line(many: Report) -> None:
    little = [law.id for law in view_laws(many) if law.is_little_seen]
    assert "us-ca-oakland" in little
    assert "us-ma-boston" not in little
    text = " ".join(formats()["text"].render(many, RenderOptions()).split())
    assert "[its text was hardly seen]" in text
