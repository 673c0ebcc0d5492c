"""What the user names is opened by the one kind that knows it, and read plainly where none or several do."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from scanner import targets
from scanner.targets import Entry, MissingTarget, open_target, target_kinds


def kind_named(word: str, *, taking: str) -> SimpleNamespace:
    def opens(path: Path, head: bytes) -> bool:
        return path.name == taking

    return SimpleNamespace(KIND=word, opens=opens, entries=lambda path: iter(()))


@pytest.fixture
def with_kinds(monkeypatch):
    def put(*kinds: SimpleNamespace) -> None:
        monkeypatch.setattr(targets, "target_kinds", lambda: kinds)

    return put


def test_what_no_kind_takes_is_the_plain_file_or_folder_it_is(tmp_path, with_kinds):
    with_kinds(kind_named("acme", taking="elsewhere"))
    (tmp_path / "app.apk").write_bytes(b"PK")
    assert open_target(tmp_path / "app.apk").kind.KIND == "file"
    assert open_target(tmp_path).kind.KIND == "folder"


def test_the_kind_that_knows_the_path_takes_it_before_the_plain_ones(tmp_path, with_kinds):
    (tmp_path / "a-list").write_bytes(b"x")
    with_kinds(kind_named("zebra", taking="a-list"), kind_named("aardvark", taking="b-list"))
    opened = open_target(tmp_path / "a-list")
    assert (opened.kind.KIND, opened.doubt, opened.is_file) == ("zebra", "", True)


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")])
def test_what_two_kinds_take_is_read_plainly_in_either_order_and_the_report_says_so(tmp_path, with_kinds, order):
    (tmp_path / "a-list").write_bytes(b"x")
    with_kinds(*(kind_named(word, taking="a-list") for word in order))
    opened = open_target(tmp_path / "a-list")
    assert opened.kind.KIND == "file"
    assert opened.doubt == "It looks like one and two at once and was read as a plain file."
    assert [entry.name for entry in opened.kind.entries(opened.path) if isinstance(entry, Entry)] == ["a-list"]


def test_a_missing_target_is_a_sentence(tmp_path):
    with pytest.raises(MissingTarget, match="there is no such file or folder"):
        open_target(tmp_path / "gone")


def test_the_plain_ones_are_no_kinds_that_take_everything():
    assert {"file", "folder"}.isdisjoint(kind.KIND for kind in target_kinds())
    assert len({kind.KIND for kind in target_kinds()}) == len(target_kinds())
