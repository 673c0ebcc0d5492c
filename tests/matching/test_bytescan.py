import pytest

from scanner.catalogue.rules import byte_rules, endpoint_expression
from scanner.matching.bytescan import HITS_PER_PATTERN, ByteScanner
from scanner.model.source import Region
from scanner.model.vocabulary import Capability
from tests.catalogues import catalogue, indicator, technology


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path))


def scan(data, *indicators, context_bytes=0, regions=tuple, yara=""):
    rules = byte_rules(catalogue(technology(*indicators, yara_source=yara)))
    scanner = ByteScanner(rules, context_bytes=context_bytes)
    return list(scanner.scan(memoryview(data), regions))


STRING = indicator("string", "AcmeFaceEngine")
SYMBOL = indicator("symbol", "acme_match")
OPEN_SYMBOL = indicator("symbol", "acme_match*")
ENDPOINT = indicator("endpoint", "faces.*.acme.example/v1/search", grants=(Capability.IDENTIFICATION,))


def test_a_string_is_found_in_ascii_and_in_utf_16_with_its_offset_and_section():
    wide = "AcmeFaceEngine".encode("utf-16-le")
    hits = scan(
        b"....AcmeFaceEngine\0" + wide, STRING, regions=lambda: (Region(0, 10, ".rodata"), Region(10, 99, ".data"))
    )
    assert [(h.offset, h.section, h.text) for h in hits] == [
        (4, ".rodata", "AcmeFaceEngine"),
        (19, ".data", "AcmeFaceEngine"),
    ]
    assert hits[0].place == "offset 0x4 in .rodata"


@pytest.mark.parametrize("data", [b"\0acme_match\0", b"acme_match", b"\0_acme_match\0", b" acme_match@@V1\0"])
def test_a_whole_symbol_counts(data):
    assert len(scan(data, SYMBOL)) == 1


@pytest.mark.parametrize("data", [b"\0acme_matches\0", b"\0my_acme_match\0", b"\0xacme_match\0", b"acme_match_2"])
def test_a_piece_of_a_longer_symbol_does_not(data):
    assert scan(data, SYMBOL) == []


def test_a_symbol_pattern_with_an_open_end_takes_what_follows():
    assert len(scan(b"\0acme_match_2\0", OPEN_SYMBOL)) == 1
    assert scan(b"\0my_acme_match_2\0", OPEN_SYMBOL) == []


@pytest.mark.parametrize(
    "address",
    [
        b"https://faces.us-west-2.acme.example/v1/search?limit=1",
        b"FACES.EU.ACME.EXAMPLE/v1/search",
        b"faces.us.acme.example:8443/v1/search",
        "faces.us.acme.example/v1/search".encode("utf-16-le"),
    ],
)
def test_an_address_is_found_in_any_case_encoding_and_port(address):
    assert len(scan(b"\0" + address + b"\0", ENDPOINT)) == 1


@pytest.mark.parametrize(
    "address",
    [
        b"https://typefaces.us.acme.example/v1/search",
        b"https://www.faces.us.acme.example/v1/search",
        b"faces.acme.example/v1/search",
        b"faces.us.acme.example/v1/searches",
        b"faces.us.acme.example.org/v1/search",
        b"faces.a/b.acme.example/v1/search",
    ],
)
def test_an_address_is_anchored_on_both_sides(address):
    assert scan(b"\0" + address + b"\0", ENDPOINT) == []


def test_an_expression_keeps_the_dots_of_a_host_literal():
    assert endpoint_expression("a.b.example") == r"a\.b\.example"


def test_a_rule_of_its_own_gives_its_first_sight():
    rule = 'rule acme_model { strings: $a = "ACM" $b = { 01 02 03 04 } condition: $a at 0 and $b }'
    (hit,) = scan(b"ACM....\x01\x02\x03\x04", indicator("yara", "acme_model"), yara=rule)
    assert (hit.pattern, hit.offset, hit.text) == ("acme-faces#0", 0, "ACM")


def test_a_pattern_repeated_without_end_is_kept_a_few_times():
    assert len(scan(b"AcmeFaceEngine " * 1000, STRING)) == HITS_PER_PATTERN


def test_evidence_shows_the_matched_bytes_alone_unless_context_is_asked_for():
    data = b"password=hunter2;AcmeFaceEngine;token=abc"
    (bare,) = scan(data, STRING)
    assert (bare.text, bare.context) == ("AcmeFaceEngine", "")
    (shown,) = scan(data, STRING, context_bytes=8)
    assert shown.context == "hunter2;AcmeFaceEngine;token=a"


def test_matched_bytes_are_printable():
    rule = "rule odd { strings: $a = { 1b 5b 33 31 6d 41 } condition: $a }"
    (hit,) = scan(b"\x1b[31mA", indicator("yara", "odd"), yara=rule)
    assert hit.text == "\\x1b[31mA"


def test_rules_are_compiled_once_and_a_damaged_cache_is_compiled_anew(tmp_path):
    scan(b"", STRING)
    (kept,) = tmp_path.glob("*.yarac")
    first = kept.read_bytes()
    scan(b"", STRING)
    assert kept.read_bytes() == first
    kept.write_bytes(first[:-100] + bytes(100))
    assert len(scan(b"AcmeFaceEngine", STRING)) == 1
    assert kept.read_bytes() == first
