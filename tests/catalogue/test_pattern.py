import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue.pattern import compile_pattern

SMALL = st.text("ab*?.", max_size=10)
NAMES = st.text("ab.", max_size=14)


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("libscp.so", "libscp.so", True),
        ("scp", "libxt_dscp.so", False),
        ("com.dv.*", "com.dv.Main", True),
        ("com.dv.*", "com.dvdownload.Main", False),
        ("com.dv.*", "com.dv", False),
        ("*/docs/*", "a/docs/b", True),
        ("a*a", "a", False),
        ("a*ab*ab", "aab", False),
        ("a*ab*ab", "aabab", True),
        ("?", "", False),
        ("??", "ab", True),
        ("a?c*", "abcd", True),
        ("*?b*c", "xbyc", True),
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
        ("[ab].c+", "[ab].c+", True),
        ("[ab]", "a", False),
        ("a*", "a\nb", True),
    ],
)
def test_the_whole_name_must_match(pattern, name, fits):
    assert compile_pattern(pattern).matches(name) is fits


@given(SMALL, NAMES)
def test_it_agrees_with_an_anchored_regular_expression(pattern, name):
    expression = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
    expected = re.fullmatch(expression, name, re.DOTALL) is not None
    assert compile_pattern(pattern).matches(name) is expected


@given(st.text(max_size=12).filter(lambda text: not set("*?") & set(text)))
def test_a_text_without_wildcards_matches_itself_alone(text):
    pattern = compile_pattern(text)
    assert pattern.is_literal
    assert pattern.literal_prefix == text
    assert pattern.matches(text)
    assert not pattern.matches(text + "x")


@given(SMALL, NAMES)
def test_whatever_matches_begins_with_the_literal_prefix(text, name):
    pattern = compile_pattern(text)
    if pattern.matches(name):
        assert name.startswith(pattern.literal_prefix)


@given(SMALL, NAMES)
def test_ignoring_case_gives_the_same_for_every_spelling(text, name):
    pattern = compile_pattern(text.upper(), ignore_case=True)
    assert pattern.matches(name) is pattern.matches(name.upper()) is compile_pattern(text).matches(name)


def test_a_pattern_is_as_exact_about_case_as_asked():
    assert not compile_pattern("Face*").matches("facelib")
    assert compile_pattern("Face*", ignore_case=True).matches("fAcElib")
    assert compile_pattern("Face*", ignore_case=True).literal_prefix == "face"


def test_names_made_to_be_slow_are_not():
    pattern = compile_pattern("*a" * 30 + "*b")
    begun = time.perf_counter()
    assert not pattern.matches("a" * 100_000)
    assert not compile_pattern("*a?" * 30 + "*b").matches("a" * 100_000 + "c")
    assert time.perf_counter() - begun < 2
