"""The literals that a YARA rule needs: without one of them in a file, it cannot match there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue.atoms import needed_literals
from scanner.catalogue.literals import Literal


def rule(strings: str, condition: str) -> str:
    return f"rule r {{ strings: {strings} condition: {condition} }}"


@pytest.mark.parametrize(
    ("strings", "condition", "needed"),
    [
        ('$a = "first"', "$a", {b"first"}),
        ('$a = "first"', "$a at 0", {b"first"}),
        ('$a = "first"', "$a in (0..filesize)", {b"first"}),
        ('$a = "wide" wide', "$a", {b"w\0i\0d\0e\0"}),
        ('$a = "both" ascii wide', "$a", {b"both", b"b\0o\0t\0h\0"}),
        (r'$a = "\"\\\t\x41\xffz"', "$a", {b'"\\\tA\xffz'}),
        ('$a = "=  { 01 } // no comment"', "$a", {b"=  { 01 } // no comment"}),
        ('$a = "first" $b = "the second"', "$a and $b", {b"the second"}),
        ('$a = "first" $b = "the second"', "$a or $b", {b"first", b"the second"}),
        ('$a = "first" $b = "the second"', "any of them", {b"first", b"the second"}),
        ('$a = "first" $b = "the second"', "all of them", {b"the second"}),
        ('$a = "first" $b = "the second"', "1 of ($a, $b) in (0..9)", {b"first", b"the second"}),
        ('$ = "first" $ = "the second"', "any of them", {b"first", b"the second"}),
        ('$a1 = "first" $a2 = "another" $b = "the second"', "all of ($a*) or $b", {b"another", b"the second"}),
        ('$a = "first" $b = "no" $c = "third"', "($a and not $b) or (filesize > 9 and $c)", {b"first", b"third"}),
        ("$a = { 01 02 03 04 ?? 05 06 07 08 09 [2-4] ( 0A 0B 0C 0D 0E 0F | FF ) }", "$a", {b"\5\6\7\x08\x09"}),
        ("$a = /[ab]+face_[0-9]{1,9}_long(er)?est\\.so/", "$a", {b"est.so"}),
        (r"$a = /service\.[a-z]{1,60}\.a-longer-domain\.example/", "$a", {b".a-longer-domain.example"}),
        (r"$a = /recognizes?faced*ok+(x|y)*\/z\x41/", "$a", {b"recognize"}),
    ],
)
def test_a_rule_needs_literals(strings, condition, needed):
    found = needed_literals(rule(strings, condition))
    assert found is not None
    assert {literal.raw for literal in found} == needed


@pytest.mark.parametrize(
    ("strings", "condition"),
    [
        ('$a = "abc"', "$a"),
        ('$a = "first"', "not $a"),
        ('$a = "first"', "not ($a)"),
        ('$a = "first"', "$a or filesize < 9"),
        ('$a = "first"', "#a == 0"),
        ('$a = "first"', "0 of them"),
        ('$a = "first"', "none of them"),
        ('$a = "first"', "for any of them : ( not $ )"),
        ('$a = "first" xor', "$a"),
        ('$a = "first" base64', "$a"),
        ("$a = /first|other/", "$a"),
        ("$a = /(first|other)/", "$a"),
        ("$a = /[first]{5}/", "$a"),
        ("$a = { 01 ( 02 03 04 05 06 | 07 ) 08 }", "$a"),
        ('$a = "first"', "uint32be(0) != 0x41424344 or $a"),
        ('$a = "first"', "uint32be(0) == 0x00000041 or $a"),
        ('$a = "first"', "uint16be(0) == 0x4d5a or $a"),
    ],
)
def test_a_rule_that_may_match_without_a_literal_needs_none(strings, condition):
    assert needed_literals(rule(strings, condition)) is None


def test_a_number_at_a_place_is_four_bytes():
    source = "rule r { condition: uint32be(0) == 0x54464c33 or uint32(4) == 0x54464c33 }"
    assert needed_literals(source) == frozenset({Literal(b"TFL3"), Literal(b"3LFT")})


@pytest.mark.parametrize("source", ['include "x.yar"', "rule r {", "rule r { condition: `true` }", "rule r"])
def test_a_text_that_is_not_understood_needs_nothing(source):
    assert needed_literals(source) is None


def test_the_rules_of_a_text_are_read_past_imports_tags_metadata_and_comments():
    source = """
    import "math" /* rule x { condition: true } */
    private rule first : tag strings_tag { meta: what = "rule y { }" strings: $a = "first" // $a = "x"
      condition: $a }
    global rule second { strings: $b = /second/i condition: $b }
    """
    assert needed_literals(source) == frozenset({Literal(b"first"), Literal(b"second", caseless=True)})


STRINGS = {
    "$_t": ('"plain text"', (b"plain text", b"plain tex")),
    "$_w": ('"wide words" wide', ("wide words".encode("utf-16-le"), b"wide words")),
    "$_n": ('"No Case" nocase ascii wide', (b"nO CASE", "NO case".encode("utf-16-le"))),
    "$_h": ("{ 10 11 12 13 ?? 15 [0-2] ( 20 21 22 23 | 30 ) 31 }", (b"\x10\x11\x12\x13z\x15\x30\x31",)),
    "$_e": (r"/one[0-9]{0,3}twoo?three+(four|five)?\.s/i wide ascii", (b"ONE1twothree.s", b"onetwoothreeefour.s")),
    "$_s": ('"ab"', (b"ab",)),
}
TERMS = st.sampled_from(
    [
        *STRINGS,
        *(f"{name} at 0" for name in STRINGS),
        *("any of them", "all of them", "2 of them", "none of them", "any of ($_t, $_h)", "all of ($_n, $_e)"),
        *("filesize > 12", "uint32be(0) == 0x706c6169", "uint32(0) == 0x13121110", "#_t > 1", "true", "false"),
    ]
)
CONDITIONS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        inner.map("not ({})".format),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} and {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) or {two[1]}"),
        st.tuples(inner, inner, inner).map(lambda three: f"{three[0]} or {three[1]} and not {three[2]}"),
    ),
    max_leaves=6,
)
PIECES = st.sampled_from([piece for _, pieces in STRINGS.values() for piece in pieces])


@given(CONDITIONS, st.lists(st.one_of(PIECES, st.binary(max_size=3)), max_size=8))
def test_whatever_yara_matches_holds_a_needed_literal(condition, pieces):
    import yara

    data = b"".join(pieces)
    source = rule(" ".join(f"{name} = {value}" for name, (value, _) in STRINGS.items()), condition)
    needed = needed_literals(source)
    if needed is not None and yara.compile(source=source).match(data=data):
        assert any((lit.raw.lower() in data.lower()) if lit.caseless else (lit.raw in data) for lit in needed)


EXPRESSIONS = st.lists(
    st.sampled_from(
        [
            *("face", "recog", r"\.so", r"\x41\x42\x43\x44", "e?", "cc*", "dd+", "e{0,3}", "f{2}", "(gh|ij)", "(kl)*"),
            *("(m[n(|]{1,2}o)?", r"[\]x]", "[]y]", "[^]z]{1,4}", r"\d{1,3}", ".", "}", r"\|", "-", "q{1,}", "r+"),
        ]
    ),
    min_size=1,
    max_size=8,
).map("".join)


@given(EXPRESSIONS, st.data())
def test_whatever_an_expression_matches_holds_a_needed_literal(expression, draw):
    import yara

    matched = draw.draw(st.from_regex(expression.encode(), fullmatch=True))
    source = rule(f"$a = /{expression}/", "$a")
    needed = needed_literals(source)
    if needed is not None and yara.compile(source=source).match(data=matched):
        assert any(literal.raw in matched for literal in needed)
