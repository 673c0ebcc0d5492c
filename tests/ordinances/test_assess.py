"""Ordinance by worked case: what each law says of each situation."""

from datetime import date
from itertools import permutations

import msgspec
import pytest

from scanner.model.law import Assessment, Deployment
from scanner.model.vocabulary import Claim, LawKind, Met, Operator, Outcome, Place
from scanner.ordinances import Assessed, assess, laws, ordinance_text, uncovered
from tests.ordinances.cases import TODAY, ask, ask_once, law, situation
from tests.ordinances.worked import (
    FOLDER,
    WorkedCase,
    all_cases,
    answer,
    impossible_outcomes,
    outcome_table,
    possible_outcomes,
    worked_cases,
)

TABLE = FOLDER.parent / "outcomes.md"
BUREAUS, PRIVATE, BOSTON = "us-or-portland-bureaus", "us-or-portland-private", "us-ma-boston"
MINNEAPOLIS, FRISCO = "us-mn-minneapolis", "us-ca-san-francisco"
PUBLIC: dict[str, object] = {"place": Place.PUBLIC_ACCOMMODATION}


@pytest.mark.parametrize(
    ("law_id", "case"), all_cases(), ids=lambda each: each if isinstance(each, str) else each.found
)
def test_a_law_says_of_a_worked_case(law_id: str, case: WorkedCase) -> None:
    found = answer(law_id, case)
    reasons = [f"{e.name} {e.met}: {e.reason}" for e in found.elements]
    assert found.outcome == case.outcome, reasons
    assert case.says in "\n".join((*reasons, *found.questions, *(e.note for e in found.exceptions)))


@pytest.mark.parametrize("law_id", [one.id for one in laws()])
def test_each_outcome_of_each_law_has_a_worked_case_or_a_reason_why_it_cannot_be(law_id: str) -> None:
    worked = {case.outcome for case in worked_cases(law_id)}
    impossible = impossible_outcomes(law(law_id))
    assert worked | set(impossible) == set(Outcome)
    assert not worked & set(impossible)


@pytest.mark.parametrize("law_id", [one.id for one in laws()])
def test_no_deployment_leads_to_an_outcome_that_is_said_to_be_impossible(law_id: str) -> None:
    assert not possible_outcomes(law(law_id)) & set(impossible_outcomes(law(law_id)))


def test_the_table_of_laws_and_outcomes_is_up_to_date(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        TABLE.write_text(outcome_table(), encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == outcome_table()


def test_every_worked_case_is_about_a_law_that_is_there() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {one.id for one in laws()}


@pytest.mark.parametrize(
    ("law_id", "case"), all_cases(), ids=lambda each: each if isinstance(each, str) else each.found
)
def test_an_open_outcome_asks_and_a_closed_one_says_why(law_id: str, case: WorkedCase) -> None:
    found = answer(law_id, case)
    if found.outcome is Outcome.DEPENDS:
        assert any(element.met is Met.UNKNOWN for element in found.elements)
        assert found.questions
    assert all(question.endswith((".", "?")) and "  " not in question for question in found.questions)
    assert all(e.reason and e.reason[0].isupper() and e.reason.endswith((".", "?", ".”")) for e in found.elements)
    assert all(".." not in e.reason and "  " not in e.reason for e in found.elements)


def definition_reason(answer: Assessment) -> str:
    return next(e.reason for e in answer.elements if e.name == "definition")


def test_the_same_app_that_only_finds_faces_comes_out_by_the_words_of_the_law() -> None:
    """Portland's wording names detecting but hangs on a search; Virginia's reaches identification alone."""
    portland = ask_once(PRIVATE, "detection used", **PUBLIC)
    virginia = ask_once("us-va-state", "detection used", as_of=date(2026, 8, 1))
    springfield = ask_once("us-ma-springfield", "detection used")
    assert portland.outcome is Outcome.DEPENDS
    assert "“Detecting” is named" in definition_reason(portland)
    assert "“one-to-many search”" in definition_reason(portland)
    assert virginia.outcome is springfield.outcome is Outcome.NOT_REACHED
    assert "“to identify individuals in photos, videos, or real time”" in definition_reason(virginia)
    assert "“identifying or verifying an individual”" in definition_reason(springfield)


def test_a_weaker_presence_than_the_act_needs_stays_a_lead_with_a_question() -> None:
    answer = ask_once(PRIVATE, "identification present", **PUBLIC)
    act = next(e for e in answer.elements if e.name == "act")
    assert "a lead to check" in act.reason
    assert answer.questions == (
        "Is identification really used, by a person, by a setting or by code that was not scanned?",
    )


def test_more_capabilities_never_weaken_what_one_of_them_gave() -> None:
    alone = ask_once(PRIVATE, "detection used", **PUBLIC)
    beside_a_matcher = ask_once(PRIVATE, "detection used, identification present", **PUBLIC)
    assert alone.outcome is beside_a_matcher.outcome is Outcome.DEPENDS


def test_a_declared_matcher_and_a_present_detector_are_no_present_matcher() -> None:
    assert ask_once(FRISCO, "detection present, identification declared").outcome is Outcome.DEPENDS


def test_what_is_only_referenced_raises_no_question_of_law() -> None:
    assert assess([situation("identification referenced")], Deployment(), laws(), TODAY) == Assessed()


def test_a_reference_beside_something_real_counts_for_nothing() -> None:
    assert ask_once(FRISCO, "identification referenced, detection used").outcome is Outcome.NOT_REACHED


def test_with_nothing_stated_each_kind_of_operator_is_asked_and_each_answer_says_what_it_assumes() -> None:
    answers = ask(BOSTON, "identification present")
    assert [answer.assuming for answer in answers] == [
        {"operator": "city-agency", "jurisdiction": "us-ma-boston"},
        {"operator": "city-contractor", "jurisdiction": "us-ma-boston"},
    ]
    assert {answer.outcome for answer in answers} == {Outcome.POSSIBLE_VIOLATION}
    assumed = [e.reason for e in answers[0].elements if e.name in ("jurisdiction", "operator")]
    assert all(reason.startswith("Assumed") for reason in assumed)


def test_what_is_stated_is_not_called_assumed() -> None:
    assert ask_once(BOSTON, "identification present").assuming == {}
    (answer,) = ask(BOSTON, "identification present", operator=Operator.CITY_POLICE)
    assert answer.assuming == {"jurisdiction": "us-ma-boston"}


def test_place_is_never_assumed() -> None:
    (answer,) = ask(PRIVATE, "identification used")
    assert answer.outcome is Outcome.DEPENDS
    assert any("public" in question for question in answer.questions)


def test_laws_of_another_city_are_left_out_once_a_jurisdiction_is_stated() -> None:
    stated = Deployment(jurisdictions=("us-or-portland",))
    assessed = assess([situation("identification used")], stated, laws(), TODAY)
    asked = {BUREAUS, PRIVATE, "us-or-portland-surveillance-inventory", "us-or-state-body-cameras"}
    assert {answer.ordinance for answer in assessed.assessments} == asked
    assert {text.id for text in assessed.ordinances} == asked


def test_a_state_leaves_open_whether_its_cities_are_meant() -> None:
    stated = Deployment(jurisdictions=("us-or",), operator=Operator.CITY_AGENCY)
    answers = assess([situation("identification used")], stated, laws(), TODAY).assessments
    assert {a.ordinance: a.outcome for a in answers} == {
        BUREAUS: Outcome.DEPENDS,
        PRIVATE: Outcome.NOT_APPLICABLE,
        "us-or-portland-surveillance-inventory": Outcome.DEPENDS,
        "us-or-state-body-cameras": Outcome.DEPENDS,
    }


def test_a_jurisdiction_that_no_law_covers_is_named() -> None:
    stated = Deployment(jurisdictions=("us-ma-boston", "us-ca-los-angeles", "us-nv-reno"))
    assert uncovered(stated, laws()) == ("us-ca-los-angeles", "us-nv-reno")
    assert uncovered(Deployment(), laws()) == ()


def test_an_exception_that_nobody_claimed_is_listed_and_softens_nothing() -> None:
    answer = ask_once(BUREAUS, "device-unlock used")
    assert answer.outcome is Outcome.POSSIBLE_VIOLATION
    assert ("pdx-bureau-device-access", Claim.UNCLAIMED) in [(e.id, e.state) for e in answer.exceptions]


def test_a_denied_purpose_keeps_its_exception_from_softening() -> None:
    answer = ask_once(BUREAUS, "device-unlock used", denied_purposes=("device-access-by-assigned-user",))
    assert answer.outcome is Outcome.POSSIBLE_VIOLATION
    assert [e.state for e in answer.exceptions if e.id == "pdx-bureau-device-access"] == [Claim.DENIED]


def test_a_claim_that_leaves_a_capability_out_says_which() -> None:
    answer = ask_once(BUREAUS, "device-unlock used, identification used", purposes=("device-access-by-assigned-user",))
    (claimed,) = [e for e in answer.exceptions if e.state is Claim.CLAIMED_IN_PART]
    assert claimed.note == "It does not cover identification."
    assert answer.outcome is Outcome.POSSIBLE_VIOLATION


def test_a_stage_is_excused_with_what_it_serves() -> None:
    answer = ask_once(MINNEAPOLIS, "detection used, identification used", purposes=("employee-access-control",))
    assert answer.outcome is Outcome.EXCEPTION_MAY_APPLY


def test_a_law_that_asks_for_something_gives_a_duty() -> None:
    duty = msgspec.structs.replace(law(BOSTON), kind=LawKind.DUTY)
    answers = assess([situation("identification present")], Deployment(), [duty], TODAY).assessments
    assert {answer.outcome for answer in answers} == {Outcome.DUTY_APPLIES}


def test_the_order_of_laws_and_situations_given_does_not_matter() -> None:
    situations = [situation("detection used", "S10"), situation("identification used", "S2")]
    results = [
        msgspec.json.encode(assess(order, Deployment(), tuple(reversed(laws())), TODAY))
        for order in permutations(situations)
    ]
    results.append(msgspec.json.encode(assess(situations, Deployment(), laws(), TODAY)))
    assert len(set(results)) == 1
    answers = assess(situations, Deployment(), laws(), TODAY).assessments
    keys = [(a.ordinance, len(a.situation), a.situation) for a in answers]
    assert keys == sorted(keys)


def test_an_ordinance_text_quotes_only_words_that_were_seen() -> None:
    assert ordinance_text(law(MINNEAPOLIS), TODAY).quotes == ()
    assert "not seen" in ordinance_text(law(MINNEAPOLIS), TODAY).verified
    assert all(q.words and q.source for one in laws() for q in ordinance_text(one, TODAY).quotes)
