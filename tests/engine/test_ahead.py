"""What workers are given while files are still being listed: it spares time and changes nothing that is said."""

import os

import pytest

from scanner.engine import ahead, batches, listing, scan
from scanner.engine.ahead import Ahead
from scanner.engine.scan import Settings
from scanner.engine.task import Work
from scanner.targets import Entry, folder, stat_of
from tests.engine.scanning import WORD, encoded, evil, found_in, scanned, unread_in
from tests.hostile.archives import zipped

FILES = 12


@pytest.fixture
def eager(target, monkeypatch):
    """A folder of which all files of 100 bytes count as large, and are given out from the second file on."""
    monkeypatch.setattr(ahead, "FROM_FILES", 2)
    monkeypatch.setattr(ahead, "LARGE_BYTES", 100)
    monkeypatch.setattr(ahead, "BATCH_BYTES", 300)
    monkeypatch.setattr(listing, "_AT_ONCE", 2)
    for n in range(FILES):
        (target / f"{n:02}.txt").write_text(f"x = '{WORD}'\n" + "-" * 100 * (n % 2))
    return target


class Notebook:
    """Notes what a pool would be given."""

    def __init__(self) -> None:
        self.begun: list[Work] = []

    def begin(self, task: Work) -> None:
        self.begun.append(task)

    def tend(self) -> None:
        """There are no workers."""


def given(below, *, is_hashed_only: bool = False) -> list[tuple[str, ...]]:
    pool = Notebook()
    early = Ahead(pool, is_hashed_only=is_hashed_only)  # type: ignore[arg-type]  # a pool of no workers
    early.begin("")
    early.look([Entry(str(below), path.name, stat_of(path.stat())) for path in sorted(below.iterdir())])
    assert [batch for batch, _ in early.given()] == pool.begun
    return [batch.names for batch, _ in early.given()]


def test_large_files_are_given_out_in_batches_as_they_come(eager):
    assert given(eager) == [("01.txt", "03.txt"), ("05.txt", "07.txt")]  # the rest waits for company


def test_where_only_digests_are_asked_small_files_are_given_out_too(eager):
    assert given(eager, is_hashed_only=True)[0] == ("00.txt", "01.txt", "02.txt")


def test_what_can_be_dealt_out_by_its_members_waits_until_all_is_known(eager, monkeypatch):
    monkeypatch.setattr(ahead, "SPLIT_ALONE_FROM_BYTES", 1000)
    (eager / "00.zip").write_bytes(zipped(("a.txt", os.urandom(2000))))
    (eager / "00.bin").write_bytes(os.urandom(2000))
    names = [name for batch in given(eager) for name in batch]
    assert "00.bin" in names
    assert "00.zip" not in names


def test_of_a_small_target_nothing_is_given_out_before_all_is_known(eager, monkeypatch):
    monkeypatch.setattr(ahead, "FROM_FILES", FILES + 1)
    assert given(eager) == []


def test_a_report_says_the_same_whatever_was_given_out_first(eager, monkeypatch):
    evil(eager, "x", "exit 3", size=200)
    early = scanned(eager, jobs=2)
    assert len(found_in(early)) == FILES
    assert unread_in(early) == {"x.evil": "crashed"}
    monkeypatch.setattr(ahead, "FROM_FILES", 1000)
    late = scanned(eager, jobs=2)
    assert encoded(early) == encoded(late)
    assert early.coverage == late.coverage


def test_an_interrupt_after_files_were_given_out_leaves_none_of_them_in_the_report(eager, monkeypatch):
    look = Ahead.look

    def interrupted(self: Ahead, entries: list[Entry]) -> None:
        look(self, entries)
        if len(entries) == FILES:
            raise KeyboardInterrupt

    monkeypatch.setattr(Ahead, "look", interrupted)
    report = scanned(eager, jobs=2)
    assert unread_in(report) == {".": "interrupted"}
    assert report.coverage.artifacts == 0


def test_files_hashed_ahead_tell_whether_anything_has_changed(eager, monkeypatch):
    monkeypatch.setattr(folder, "stat_of", lambda status: (status.st_size, 0, 0, 0))  # it looks as before
    first = scan.scan([eager], Settings(jobs=2))
    assert encoded(scan.scan([eager], Settings(jobs=2))) == encoded(first)
    (eager / "01.txt").write_text("x" * (eager / "01.txt").stat().st_size)
    assert found_in(scan.scan([eager], Settings(jobs=2))) == found_in(first) - {"01.txt"}


def test_the_batches_of_a_target_hold_each_file_once(eager):
    entries = [Entry(str(eager), path.name, stat_of(path.stat())) for path in sorted(eager.iterdir())]
    early = Ahead(Notebook(), is_hashed_only=False)  # type: ignore[arg-type]  # a pool of no workers
    early.begin("")
    early.look(entries)
    left = ahead.left_of(entries, early.given())
    late = batches.batches_of(str(eager), "", left, 2, is_target=False)
    names = [name for batch, _ in (*early.given(), *late) for name in batch.names]
    assert sorted(names) == sorted(entry.name for entry in entries)
