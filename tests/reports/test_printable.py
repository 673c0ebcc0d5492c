import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.reports.printable import MARKS_IN_A_ROW, printable, prose

ANY_TEXT = st.text(st.characters(exclude_categories=()))
HOSTILE = st.text(
    st.sampled_from("a\x00\x1b\n\r\x7f\x9b\u202e\u2066\u200b\u200f\u061c\u2028\ud800\ue000\ufeff\u0301é漢")
)


@pytest.mark.parametrize(
    ("char", "shown"),
    [
        ("\x1b", "\\x1b"),
        ("\n", "\\x0a"),
        ("\x7f", "\\x7f"),
        ("\x9b", "\\x9b"),
        ("\xa0", "\\xa0"),
        ("\xad", "\\xad"),
        ("\u061c", "\\u061c"),
        ("\u200b", "\\u200b"),
        ("\u200e", "\\u200e"),
        ("\u2028", "\\u2028"),
        ("\u202e", "\\u202e"),
        ("\u2069", "\\u2069"),
        ("\u3164", "\\u3164"),
        ("\ufe0f", "\\ufe0f"),
        ("\ufeff", "\\ufeff"),
        ("\ue000", "\\ue000"),
        ("\uffff", "\\uffff"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_written_out(char, shown):
    assert printable(f"a{char}b") == f"a{shown}b"


@pytest.mark.parametrize("text", ["", "lib/arm64-v8a/libx.so", "C:\\Program Files\\x.dll", "café 漢字 עברית", "नमस्ते"])
def test_ordinary_names_stay_as_they_are(text):
    assert printable(text) == text


@given(ANY_TEXT | HOSTILE)
def test_everything_shown_is_printable_and_on_one_line(text):
    assert printable(text).isprintable()


@given(ANY_TEXT | HOSTILE)
def test_making_printable_twice_changes_nothing(text):
    once = printable(text, 10_000)
    assert printable(once, 10_000) == once


@given(HOSTILE, st.integers(1, 40))
def test_a_long_text_says_how_much_of_it_is_missing(text, limit):
    shown = printable(text, limit)
    if len(printable(text, 10_000)) <= limit:
        assert shown == printable(text, 10_000)
    else:
        assert shown.endswith(" more characters)")
        assert len(shown.rsplit("… (", 1)[0]) <= limit


def test_piles_of_marks_do_not_grow_over_other_lines():
    shown = printable("a" + "\u0301" * 50)
    assert sum(unicodedata.combining(char) > 0 for char in shown) == MARKS_IN_A_ROW


@given(ANY_TEXT)
def test_prose_has_single_spaces_and_no_line_ends(text):
    shown = prose(text)
    assert shown.isprintable()
    assert "  " not in shown
    assert shown == shown.strip()
