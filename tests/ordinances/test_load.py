"""Law files: what the ones that ship hold, and how mistakes are told."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from scanner.model.law import ActRule, CapabilityReach, Law
from scanner.model.vocabulary import Act, Capability, Reach
from scanner.ordinances import LawError, laws, read_law

FILE = "us-ma-boston.yaml"


@pytest.fixture(scope="module")
def text() -> str:
    return (files("scanner.ordinances") / "laws" / FILE).read_text(encoding="utf-8")


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


def rules_of(law: Law) -> list[CapabilityReach | ActRule]:
    return [*law.reach.values(), *law.acts.values()]


def test_every_file_in_the_folder_is_a_law_under_its_own_name() -> None:
    names = sorted(entry.name for entry in (files("scanner.ordinances") / "laws").iterdir())
    assert names == [f"{law.id}.yaml" for law in laws()]
    assert len(names) >= 37


def test_every_law_answers_for_every_capability_and_every_act() -> None:
    for law in laws():
        assert set(law.reach) == set(Capability), law.id
        assert set(law.acts) == set(Act), law.id
        assert all(rule.why for rule in rules_of(law)), law.id


def test_whatever_is_unclear_comes_with_the_question_that_settles_it() -> None:
    for law in laws():
        for rule in rules_of(law):
            assert bool(rule.question) is (rule.reach is Reach.UNCLEAR), (law.id, rule)


def test_a_law_with_anything_unverified_lists_it() -> None:
    for law in laws():
        assert law.unverified, law.id
        assert all(source.startswith(("https://", "http://")) for source in law.sources), law.id


def quoted(text: str) -> list[str]:
    return [_plain(words).strip(".,") for words in re.findall("“([^”]*)”", text)]


def _plain(words: str) -> str:
    return " ".join(words.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower().split())


def test_what_a_reason_quotes_of_a_definition_stands_in_the_words_that_were_seen() -> None:
    for law in laws():
        seen = " ".join(_plain(d.words) for d in law.definitions if d.verified)
        for capability, rule in law.reach.items():
            assert [words for words in quoted(rule.why) if words not in seen] == [], (law.id, capability)


def test_an_act_whose_words_are_quoted_was_seen() -> None:
    for law in laws():
        assert [act for act, rule in law.acts.items() if quoted(rule.why) and not rule.verified] == [], law.id


def test_no_text_calls_anything_a_violation_or_legal() -> None:
    for entry in (files("scanner.ordinances") / "laws").iterdir():
        words = entry.read_text(encoding="utf-8").lower()
        assert "illegal" not in words
        assert "compliant" not in words


def test_laws_read_the_same_from_their_text_and_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path / "cache"))
    read = laws.__wrapped__()
    monkeypatch.setattr("scanner.ordinances.load.read_law", None)  # from here on only the cache can answer
    assert laws.__wrapped__() == read


def test_a_damaged_cache_is_read_past(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRSCAN_CACHE_DIR", str(tmp_path / "cache"))
    read = laws.__wrapped__()
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(path.read_bytes()[:-100])
    assert laws.__wrapped__() == read


@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("reach: not-reached", "reach: not_reached", "reach: not_reached", "not_reached"),
        ("kind: ban", "kind: prohibition", "kind: prohibition", "prohibition"),
        ("confidence: high", "confidence: certain", "confidence: certain", "certain"),
        ("remedies: >-", "remedy: >-", "remedy: >-", "remedy"),
        ("operators: [city-agency, city-contractor]", "operators: [city-bureau]", "city-bureau", "city-bureau"),
        ("id: us-ma-boston", "id: us-ma-cambridge", "id: us-ma-cambridge", "file's name"),
        ("jurisdiction: us-ma-boston", "jurisdiction: Boston", "jurisdiction: Boston", "country[-state[-place]]"),
        ("  redaction:\n    reach", "  blurring:\n    reach", "  blurring:", "blurring"),
        ("  evaluate:\n", "  evaluated:\n", "  evaluated:", "evaluated"),
        ("verified: true}\neffective", "verified: yes}\neffective", "adopted:", "bool"),
        ("kind: ban\n", "kind: ban\nkind: ban\n", "kind: ban", "duplicate key"),
        ("title: ", "title: [", "citation", "YAML"),
    ],
)
def test_a_mistake_names_the_file_and_the_line(text: str, old: str, new: str, at: str, says: str) -> None:
    assert old in text
    broken = text.replace(old, new, 1)
    with pytest.raises(LawError) as caught:
        read_law(broken, FILE)
    assert str(caught.value).startswith(f"{FILE}:{caught.value.line}: ")
    assert says in str(caught.value)
    assert abs(caught.value.line - line_of(broken, at)) <= 1


def test_a_missing_capability_is_named(text: str) -> None:
    start = text.index("  device-unlock:\n    reach")
    with pytest.raises(LawError, match="says nothing of device-unlock"):
        read_law(text[:start] + text[text.index("acts:\n", start) :], FILE)


def test_verified_words_must_be_shown(text: str) -> None:
    start = text.index("    words: Any computer software")
    broken = text[:start] + text[text.index("\n", start) + 1 :]
    with pytest.raises(LawError, match="shows no words"):
        read_law(broken, FILE)


def test_a_file_that_is_no_mapping_is_an_error() -> None:
    with pytest.raises(LawError, match=r"^us-ma-boston\.yaml:1: "):
        read_law("- a\n- b\n", FILE)
    with pytest.raises(LawError, match=r"^us-ma-boston\.yaml:1: "):
        read_law("", FILE)
