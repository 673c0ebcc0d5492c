"""The prefilter spares work and loses nothing: everything here compares it with YARA alone."""

import mmap
import pickle
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.catalogue.atom_database import EVERY_GROUP, AtomDatabases
from scanner.catalogue.atom_database import GROUPS as WORD_SETS
from scanner.catalogue.atoms import needed_literals
from scanner.catalogue.index import entries_of
from scanner.catalogue.literals import Literal
from scanner.catalogue.rules import ByteRules, byte_rules
from scanner.catalogue.words import telling_words
from scanner.containers import containers
from scanner.formats import mapped
from scanner.formats.settings_relevance import may_hold_settings
from scanner.matching.bytescan import ByteScanner
from scanner.matching.excerpt import Excerpts
from scanner.matching.prefilter import Prefilter
from scanner.model.observation import ByteHit
from scanner.model.source import WordGroup
from scanner.model.technology import Indicator
from scanner.model.vocabulary import IndicatorKind
from tests.catalogues import catalogue, indicator, shipped_catalogue, technology
from tests.sources import BytesSource

GROUPS = get_args(WordGroup)
FIXTURES = Path(__file__).parents[2] / "fixtures"
needs_engine = pytest.mark.skipif(find_spec("hyperscan") is None, reason="hyperscan is not installed")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRSCAN_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        return byte_rules(shipped_catalogue())


@pytest.fixture(scope="module")
def both(shipped):
    """Two scanners of the shipped rules: with the engine, and YARA alone."""
    return ByteScanner(shipped), ByteScanner(without_engine(shipped))


def rules_of(*indicators: Indicator, yara: str = "") -> ByteRules:
    return byte_rules(catalogue(technology(*indicators, yara_source=yara)))


def without_engine(rules: ByteRules) -> ByteRules:
    return msgspec.structs.replace(rules, atoms=AtomDatabases())


def scan(rules: ByteRules, data: bytes) -> list[ByteHit]:
    return list(ByteScanner(rules).scan(memoryview(data)))


def seen_by(scanner: ByteScanner, data: bytes) -> tuple[list[ByteHit], frozenset[str]]:
    """The hits, and what the telling words speak of."""
    return list(scanner.scan(memoryview(data))), scanner.words_in(memoryview(data), GROUPS)


STRING = indicator("string", "AcmeFaceEngine")
ENDPOINT = indicator("endpoint", "faces.*.acme.example/v1/search")


# ── which literals a rule needs ──


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


# ── the same hits with and without the engine ──


def fixture_contents() -> Iterator[bytes]:
    """Every committed fixture, and what the archives among them hold."""
    for path in sorted(p for p in FIXTURES.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        yield path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    try:
                        yield archive.read(name)
                    except (RuntimeError, NotImplementedError, zipfile.BadZipFile):  # fixtures that lie
                        continue


@needs_engine
def test_all_fixtures_give_the_same_hits_with_and_without_the_engine(both):
    fast, alone = both
    found = 0
    for content in fixture_contents():
        seen = seen_by(fast, content)
        assert seen == seen_by(alone, content)
        found += len(seen[0])
    assert found > 0


def planted() -> list[bytes]:
    """Each pattern of the shipped catalogue as a file could hold it."""
    forms: list[bytes] = []
    for each in shipped_catalogue().technologies:
        for _, _, one in entries_of(each):
            text = one.value if one.kind is IndicatorKind.STRING else one.value.replace("*", "x1")
            if one.kind in (IndicatorKind.STRING, IndicatorKind.SYMBOL):
                forms.append(text.encode())
            if one.kind is IndicatorKind.STRING:
                forms.append(text.encode("utf-16-le"))
            if one.kind is IndicatorKind.ENDPOINT:
                host, slash, path = text.partition("/")
                spellings = (text, text.upper(), f"{host}:8443{slash}{path}" if slash else text)
                forms.extend(form for s in spellings for form in (s.encode(), s.encode("utf-16-le")))
    return forms


PLANTED = planted()
WORDS = telling_words(shipped_catalogue().technologies)


def test_a_python_module_has_a_telling_word_in_each_way_to_import_it():
    asked = (one for known in shipped_catalogue().technologies for one in known.indicators)
    for name in (one.value.removeprefix("python:") for one in asked if one.kind is IndicatorKind.IMPORT):
        if "*" not in name and ":" not in name:
            parent, _, last = name.rpartition(".")
            lines = (f"import {name}", f"from {name} import x", f"from {parent} import {last}" if parent else "")
            assert all(any(word in f"{line}\n".encode() for word in WORDS) for line in lines if line), name


@needs_engine
def test_every_pattern_of_the_catalogue_is_found_through_the_prefilter(both):
    fast, alone = both
    for form in PLANTED:
        data = b"\0\0" + form + b"\0\0"
        seen = seen_by(fast, data)
        assert seen[0], form
        assert seen == seen_by(alone, data)


TELLING = (*PLANTED, *WORDS)


@needs_engine
@settings(deadline=None)  # how long YARA alone takes on a busy machine is not what this is about
@given(
    st.lists(
        st.one_of(st.binary(max_size=40), st.integers(0, len(TELLING) - 1).map(TELLING.__getitem__)), max_size=6
    ).map(b"".join)
)
def test_any_bytes_give_the_same_hits_with_and_without_the_engine(both, data):
    fast, alone = both
    assert seen_by(fast, data) == seen_by(alone, data)


@needs_engine
def test_a_telling_word_is_seen_without_yara(shipped):
    filtered, alone = ByteScanner(shipped), ByteScanner(without_engine(shipped))
    for word in WORDS:
        assert Prefilter(shipped.atoms).look(memoryview(b"x" + word)).words
        assert seen_by(filtered, b"x" + word) == seen_by(alone, b"x" + word)
        assert seen_by(filtered, b"x" + word[:-1] + b"x") == seen_by(alone, b"x" + word[:-1] + b"x")
    assert Prefilter(shipped.atoms).look(memoryview(b"import boto3"))[:2] == (False, {b"import boto3"})


def test_a_file_is_read_for_each_setting_of_the_catalogue():
    values = {
        indicator.value
        for technology in shipped_catalogue().technologies
        for indicator in technology.indicators
        if indicator.kind is IndicatorKind.CONFIG
    }
    for value in values:
        data = value.replace("*", "x").encode()
        focus = {t.name for word, told in WORDS.items() if word in data for t in told if t.group == "config"}
        assert focus, value
        assert may_hold_settings(BytesSource("x", data, frozenset(focus)), 1000), value


@needs_engine
@pytest.mark.parametrize("group", GROUPS)
def test_the_words_that_somebody_asks_for_are_looked_for(shipped, group):
    data = memoryview(b"\n".join(WORDS))
    seen, all_seen = (Prefilter(shipped.atoms).look(data, groups).words for groups in (frozenset({group}), EVERY_GROUP))
    assert seen is not None
    assert all_seen is not None
    of_group = {word for word in all_seen if any(telling.group == group for telling in shipped.words[word])}
    assert of_group
    assert of_group <= seen <= all_seen


@needs_engine
def test_the_first_pass_tells_where_the_literals_of_most_rules_end(shipped):
    local = rules_of(STRING, ENDPOINT)
    data = b"x" * 50 + b"AcmeFaceEngine" + b"x" * 70 + b"FACES.eu.ACME.example/v1/search"
    assert local.atoms.places is not None
    first, second = Prefilter(local.atoms).look(memoryview(data)), Excerpts(local.atoms.places)._ends(memoryview(data))
    assert first.ends == sorted(second or ())
    assert first.ends


@needs_engine
def test_a_file_without_an_atom_is_not_given_to_yara(shipped):
    assert not Prefilter(shipped.atoms).look(memoryview(b"An ordinary file. " * 100)).may_match


@needs_engine
def test_no_shipped_rule_runs_on_every_file(shipped):
    assert shipped.always == b"", "A rule without a literal of 4 bytes costs a slow pass over every file of a scan."


@needs_engine
def test_rules_without_atoms_run_on_every_file_beside_those_with():
    source = """
    rule short { strings: $a = "ab" condition: $a at 0 }
    rule size { condition: filesize == 3 }
    """
    found = rules_of(STRING, indicator("yara", "short"), indicator("yara", "size"), yara=source)
    assert found.always
    assert [hit.pattern for hit in scan(found, b"abc")] == ["acme-faces#1", "acme-faces#2"]
    assert [hit.pattern for hit in scan(found, b"ab AcmeFaceEngine")] == ["acme-faces#1", "acme-faces#0"]
    assert scan(found, b"nothing") == []


def test_without_the_engine_yara_runs_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    rules = rules_of(STRING, ENDPOINT)
    assert rules.atoms == AtomDatabases()
    assert len(scan(rules, b"..AcmeFaceEngine")) == 1


@needs_engine
@pytest.mark.parametrize("absent", [True, False])
def test_a_worker_that_cannot_use_the_database_lets_yara_run_alone(monkeypatch, absent):
    rules = rules_of(STRING)
    if absent:
        monkeypatch.setitem(sys.modules, "hyperscan", None)
    else:
        rules = msgspec.structs.replace(
            rules, atoms=AtomDatabases((b"made for another processor",) * len(WORD_SETS), 10)
        )
    assert Prefilter(rules.atoms).look(memoryview(b"")).may_match
    assert len(scan(rules, b"..AcmeFaceEngine")) == 1


@needs_engine
def test_a_wide_literal_is_not_cut_at_its_first_zero_byte():
    atoms = rules_of(STRING).atoms
    assert not Prefilter(atoms).look(memoryview(b"A\0c\0A")).may_match
    assert Prefilter(atoms).look(memoryview("AcmeFaceEngine".encode("utf-16-le"))).may_match


@needs_engine
def test_an_atom_is_found_wherever_the_windows_cut(monkeypatch):
    found = Prefilter(rules_of(STRING).atoms)
    monkeypatch.setattr(mapped, "WINDOW_BYTES", 64)
    wide = "AcmeFaceEngine".encode("utf-16-le")
    for size in (len(wide), 63, 64, 65, 101, 300):
        for at in range(size - len(wide) + 1):
            content = bytes(at) + wide + bytes(size - at - len(wide))
            assert found.look(memoryview(content)).may_match, (size, at)
        assert not found.look(memoryview(bytes(size))).may_match


@needs_engine
@pytest.mark.skipif(sys.platform != "linux", reason="only here is untouched memory known to take no room")
def test_an_atom_beyond_four_gibibytes_is_found():
    beyond = 1 << 32
    with mmap.mmap(-1, beyond + 100, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as data, memoryview(data) as view:
        view[beyond + 50 : beyond + 64] = b"AcmeFaceEngine"
        assert Prefilter(rules_of(STRING).atoms).look(view).may_match


@needs_engine
def test_the_databases_are_made_once_and_damaged_ones_anew(tmp_path):
    rules = rules_of(STRING)
    kept = {path: path.read_bytes() for path in (tmp_path / "cache").glob("*.atoms")}
    assert len(kept) == 3
    assert rules_of(STRING).atoms == rules.atoms
    for path, content in kept.items():
        path.write_bytes(content[:-20] + bytes(20))
    assert Prefilter(rules_of(STRING).atoms).look(memoryview(b"AcmeFaceEngine")).may_match
    assert {path: len(path.read_bytes()) for path in kept} == {path: len(content) for path, content in kept.items()}


def test_rules_travel_to_workers(shipped):
    assert pickle.loads(pickle.dumps(shipped)) == shipped


@needs_engine
def test_marks_of_containers_are_told_with_all_their_places(shipped):
    container = next(one.INFO for one in containers() if one.INFO.name == "embedded-network")
    scanner = ByteScanner(shipped)
    data = b"ORTM..GGUF\3\0\0\0" + bytes(100) + b"..ORTM."
    assert scanner.is_silent(memoryview(data), None)
    assert not scanner.is_unmarked(memoryview(data), frozenset())
    assert scanner.seen_inside(container) == {"ORTM": [0, 116], "GGUF\3\0\0\0": [6]}
