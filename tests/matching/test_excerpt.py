"""Of a large file YARA sees pieces alone: everything here compares that with YARA over the whole file."""

from importlib.util import find_spec

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.catalogue.atom_database import BEGINNING_BYTES
from scanner.catalogue.locality import locality, with_size_variable
from scanner.catalogue.rules import ByteRules, byte_rules
from scanner.formats import mapped
from scanner.matching import bytescan, excerpt
from scanner.matching.bytescan import ByteScanner
from scanner.matching.excerpt import Excerpts
from scanner.model.observation import ByteHit
from tests.catalogue.test_atoms import CONDITIONS, STRINGS, rule
from tests.catalogues import catalogue, indicator, shipped_catalogue, technology
from tests.matching.test_prefilter import PLANTED

pytestmark = pytest.mark.skipif(find_spec("hyperscan") is None, reason="hyperscan is not installed")
FAR = BEGINNING_BYTES + 5_000


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "excerpts"))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRSCAN_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        return byte_rules(shipped_catalogue())


def rules_of(source: str) -> ByteRules:
    return byte_rules(catalogue(technology(indicator("yara", "r"), yara_source=source)))


def hits(rules: ByteRules, data: bytes) -> list[ByteHit]:
    return list(ByteScanner(rules).scan(memoryview(data)))


def hits_in_whole(rules: ByteRules, data: bytes) -> list[ByteHit]:
    return hits(msgspec.structs.replace(rules, atoms=msgspec.structs.replace(rules.atoms, places=None)), data)


def bytes_given_to_yara(monkeypatch, rules: ByteRules, data: bytes) -> list[int]:
    sizes: list[int] = []
    scanner = ByteScanner(rules)
    match = scanner._rules.match

    class Watched:
        def match(self, *, data, **options):
            sizes.append(len(data))
            return match(data=data, **options)

    monkeypatch.setattr(scanner, "_rules", Watched())
    list(scanner.scan(memoryview(data)))
    return sizes


def test_every_shipped_rule_can_be_asked_of_pieces(shipped):
    from scanner.catalogue.rules import _texts

    _, texts = _texts(shipped_catalogue())
    whole = [name for name, text in texts if locality(text) is None]
    assert whole == [], "Such a rule makes YARA read every large file with one of its literals whole."
    assert shipped.atoms.places is not None


def test_every_pattern_of_the_catalogue_is_found_in_pieces_with_its_place(shipped, monkeypatch):
    monkeypatch.setattr(bytescan, "FROM_BYTES", 0)
    fill = bytes(FAR)
    for start in range(0, len(PLANTED), 200):
        data = b"".join(fill + form for form in PLANTED[start : start + 200]) + fill
        found = hits(shipped, data)
        assert found
        assert found == hits_in_whole(shipped, data)


def test_yara_is_given_the_beginning_and_what_lies_around_literals(shipped, monkeypatch):
    data = bytes(1 << 20) + PLANTED[0] + bytes(1 << 20)
    (size,) = bytes_given_to_yara(monkeypatch, shipped, data)
    assert size < 20_000


FILL = st.sampled_from([b"", b"x", b"\0" * 900, b"A" * FAR, bytes(range(256)) * 40])
LOCAL = " ".join(f"{name} = {value}" for name, (value, _) in STRINGS.items() if name != "$_s")
PIECES = st.sampled_from([piece for name, (_, pieces) in STRINGS.items() for piece in pieces])


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(CONDITIONS.filter(lambda c: "$_s" not in c), st.lists(st.tuples(FILL, PIECES), max_size=6), FILL)
def test_pieces_answer_like_the_whole_file(monkeypatch, condition, planted, end):
    monkeypatch.setattr(bytescan, "FROM_BYTES", 0)
    monkeypatch.setattr(excerpt, "_LEAST_SAVED", 1)
    rules = rules_of(rule(LOCAL, condition))
    data = b"".join(fill + piece for fill, piece in planted) + end
    assert hits(rules, data) == hits_in_whole(rules, data)


@pytest.mark.parametrize(
    "condition",
    [
        "$a and filesize > 1000000",
        "$a at 0",
        "$a in (0..6000)",
        "uint32be(4) == 0x54464c33 or ($a and not $b)",
        "2 of ($*) or #a > 1",
        "0x5a4d == uint16(0) and any of them",
    ],
)
def test_a_rule_that_asks_for_strings_and_the_beginning_is_local(condition):
    found = locality(rule('$a = "first" wide $b = /the [a-z]{1,20}(ab|cde)?second/', condition))
    assert found is not None
    assert found.span == 4 + 20 + 5 + 6


@pytest.mark.parametrize(
    ("strings", "condition"),
    [
        ('$a = "first"', "$a at 9000"),
        ('$a = "first"', "$a in (0..9000)"),
        ('$a = "first"', "$a at filesize - 5"),
        ('$a = "first"', "@a[1] > 10000"),
        ('$a = "first"', "uint32(9000) == 1 and $a"),
        ('$a = "first"', "uint32(uint32(0)) == 1 and $a"),
        ('$a = "first"', "for any i in (1..#a) : ( @a[i] > 10000 )"),
        ('$a = "first"', "#a * 2 > 4"),
        ('$a = "first" $b = "no"', "$a and not $b"),
        ('$a = "first" xor', "$a"),
        ("$a = /first.*second/", "$a"),
        ("$a = /first.+second/", "$a"),
        ("$a = /first.{3,}second/", "$a"),
        ("$a = { 01 02 03 04 [4-] 05 06 07 08 }", "$a"),
        ("$a = { 01 02 03 04 [-] 05 06 07 08 }", "$a"),
    ],
)
def test_a_rule_that_asks_for_more_is_not_local(strings, condition):
    assert locality(rule(strings, condition)) is None


@pytest.mark.parametrize(
    ("strings", "bytes_at_most"),
    [
        ('$a = "four"', 4),
        ('$a = "four" ascii wide', 8),
        ("$a = { 01 02 03 ?? [2-4] ( 0A 0B | FF ) 05 06 07 08 }", 4 + 4 + 3 + 4),
        ("$a = /abcd[0-9]{1,9}(long(er)?){2}x?/", 4 + 9 + 2 * 6 + 1),
        ("$a = /abcd{3}/ wide", 12),
    ],
)
def test_the_longest_match_of_a_string_is_known(strings, bytes_at_most):
    found = locality(rule(strings, "$a"))
    assert found is not None
    assert found.span == bytes_at_most


def test_a_file_with_very_many_literals_is_read_whole(monkeypatch):
    rules = rules_of(rule('$a = "first"', "$a"))
    data = b"first" * 30_000 + bytes(1 << 20)
    assert rules.atoms.places is not None
    assert Excerpts(rules.atoms.places).of(memoryview(data)) is None
    assert bytes_given_to_yara(monkeypatch, rules, data) == [len(data)]


def test_a_file_in_which_a_rule_asks_for_more_is_read_whole(monkeypatch):
    rules = rules_of(rule('$a = "first"', "$a at 1048576"))
    data = bytes(1 << 20) + b"first"
    assert bytes_given_to_yara(monkeypatch, rules, data) == [len(data)]
    assert len(hits(rules, data)) == 1


def test_a_literal_is_found_in_pieces_wherever_the_windows_cut(monkeypatch):
    monkeypatch.setattr(bytescan, "FROM_BYTES", 0)
    rules = rules_of(rule('$a = "first" fullword', "$a"))
    monkeypatch.setattr(mapped, "WINDOW_BYTES", 64)
    for at in range(FAR, FAR + 70):
        data = bytes(at) + b"first" + bytes(FAR)
        (found,) = hits(rules, data)
        assert found.offset == at


def test_the_size_of_the_file_is_that_of_the_whole(monkeypatch):
    rules = rules_of(rule('$a = "first"', "$a and filesize == 1048581"))
    data = bytes(1 << 20) + b"first"
    assert bytes_given_to_yara(monkeypatch, rules, data)[0] < len(data)
    assert len(hits(rules, data)) == 1
    assert hits(rules, data + b"x") == []


def test_the_word_for_the_size_is_left_alone_in_texts_and_comments():
    source = 'rule r { strings: $a = "filesize" $b = /filesize/ /* filesize */ condition: filesize > 3 // filesize\n }'
    assert with_size_variable(source) == source.replace("filesize > 3", "file_bytes > 3")
