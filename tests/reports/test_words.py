import pytest

from scanner.model.vocabulary import (
    Capability,
    Cause,
    Claim,
    IndicatorKind,
    Met,
    Operator,
    Outcome,
    Presence,
    TechnologyKind,
    Verdict,
    Weight,
)
from scanner.reports import words


@pytest.mark.parametrize(
    ("vocabulary", "table"),
    [
        (Capability, words.CAPABILITIES),
        (Cause, words.CAUSES),
        (Claim, words.CLAIMS),
        (IndicatorKind, words.SIGHTS),
        (Met, words.MET),
        (Operator, words.OPERATORS),
        (Outcome, words.OUTCOMES),
        (Outcome, words.OUTCOME_SIGNS),
        (Presence, words.PRESENCES),
        (TechnologyKind, words.KINDS),
        (Verdict, words.HEADLINES),
        (Verdict, words.VERDICTS),
        (Weight, words.WEIGHTS),
    ],
)
def test_every_word_of_the_house_has_plain_words(vocabulary, table):
    assert {str(word) for word in vocabulary} <= {str(word) for word in table}


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcde"), "a, b, c and 2 more"),
    ],
)
def test_names_are_listed_as_in_a_sentence(names, sentence):
    assert words.listed(names) == sentence


@pytest.mark.parametrize(
    ("value", "word"), [(1.0, "very sure"), (0.7, "fairly"), (0.5, "more likely"), (0.49, "not sure")]
)
def test_confidence_is_told_in_words_and_as_a_number(value, word):
    assert word in words.confidence(value)
    assert f"{value:.2f}" in words.confidence(value)
