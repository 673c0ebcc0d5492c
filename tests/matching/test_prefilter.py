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
from scanner.catalogue.index import entries_of
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


def ways_to(module: str) -> Iterator[str]:
    """Lines that import a module, or what it lies in and then reach it."""
    yield from (f"import {module}", f"from {module} import x")
    parts = module.split(".")
    for n in range(1, len(parts)):
        outer, rest = ".".join(parts[:n]), ".".join(parts[n:])
        yield from (
            f"from {outer} import {parts[n]}",
            f"import {outer}; {outer}.{rest}",
            f"import {outer} as x; x.{rest}",
        )


def test_a_python_module_has_a_telling_word_in_each_way_to_import_it():
    told = (telling.name for tellings in WORDS.values() for telling in tellings if telling.group == "python")
    for module in {name.partition("#")[0] for name in told}:
        for line in ways_to(module):
            words = {word for word in WORDS if word in f"{line}\n".encode()}
            assert any(t.name.partition("#")[0] == module for word in words for t in WORDS[word]), line


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
