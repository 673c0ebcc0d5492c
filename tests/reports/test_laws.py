import msgspec

from scanner.model.vocabulary import Met, Outcome
from scanner.reports.laws import LawView, view_laws, view_questions

from .sample import rich_report


def law(name: str) -> LawView:
    return next(view for view in view_laws(rich_report()) if view.id == name)


def test_laws_stand_in_order_of_their_gravest_outcome():
    assert [view.groups[0].outcome for view in view_laws(rich_report())] == [
        Outcome.POSSIBLE_VIOLATION,
        Outcome.DUTY_APPLIES,
        Outcome.DEPENDS,
        Outcome.NOT_REACHED,
    ]


def test_equal_outcomes_under_several_operators_are_told_once():
    _, quiet = law("xx-rivertown-private").groups
    assert quiet.count == 3
    assert quiet.assumptions == (
        "it is run in xx-yy-rivertown and the operator is a city agency, the city's police or a contractor of the city"
    )


def test_equal_outcomes_of_several_situations_are_told_once():
    (group,) = law("xx-hill-schools").groups
    assert group.count == 2
    assert group.about == ("S1 (Visit 3.2.1)", "S2 (libmatch.so)")


def test_situations_asked_under_other_assumptions_stay_apart():
    report = rich_report()
    first = next(entry for entry in report.assessments if entry.ordinance == "xx-rivertown-bureaus")
    other = msgspec.structs.replace(first, situation="S2", assuming={"operator": "school"})
    bureaus = view_laws(msgspec.structs.replace(report, assessments=(first, other)))[0]
    assert [(group.about, group.count) for group in bureaus.groups] == [
        (("S1 (Visit 3.2.1)",), 1),
        (("S2 (libmatch.so)",), 1),
    ]


def test_facts_that_vary_together_are_not_mixed():
    report = rich_report()
    first = report.assessments[0]
    pairs = [{"operator": "school", "place": "school"}, {"operator": "city-agency", "place": "workplace"}]
    entries = tuple(msgspec.structs.replace(first, assuming=pair) for pair in pairs)
    (group,) = view_laws(msgspec.structs.replace(report, assessments=entries))[0].groups
    assert group.assumptions == (
        "the operator is a school and the place is school; or the operator is a city agency and the place is workplace"
    )


def test_no_assessment_is_lost_by_grouping():
    assert sum(group.count for view in view_laws(rich_report()) for group in view.groups) == 10


def test_elements_keep_each_distinct_reason():
    unsettled = [element for element in law("xx-rivertown-private").groups[0].elements if element.met is Met.UNKNOWN]
    assert [(element.name, len(element.reasons)) for element in unsettled] == [("place", 1)]


def test_claimed_exceptions_stand_before_unclaimed_ones_and_each_stands_once():
    assert [exception.state for exception in law("xx-rivertown-private").exceptions] == [
        "claimed in part by a stated purpose",
        "not claimed by anyone",
    ]


def test_a_law_without_its_text_goes_by_its_id():
    report = msgspec.structs.replace(rich_report(), ordinances=())
    assert {view.title for view in view_laws(report)} == {view.id for view in view_laws(rich_report())}


def test_each_question_is_asked_once_with_the_laws_that_wait():
    questions = view_questions(rich_report())
    assert [(question.text, len(question.laws)) for question in questions] == [
        ("Whose faces are compared?", 2),
        ("Is the public admitted where this app runs?", 1),
    ]
