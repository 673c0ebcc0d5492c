"""Where nothing has changed, the last report is the answer; whatever may have changed is looked at."""

import zipfile
from datetime import date

import pytest

from scanner.engine import scan
from scanner.engine.budget import TargetLimits
from scanner.engine.reading import Progress, Reading
from scanner.engine.scan import Settings
from scanner.model.law import Deployment
from scanner.model.report import Report
from scanner.targets import folder
from tests.engine.scanning import WORD, encoded, evil, found_in, unread_in

TRUSTING = Settings(jobs=1, trusts_metadata=True)
HASHING = Settings(jobs=1)


@pytest.fixture
def blind(target, monkeypatch):
    """A folder with a finding that was scanned once; from then on its files look the same whatever they hold."""
    monkeypatch.setattr(folder, "stat_of", lambda status: (status.st_size, 0, 0, 0))
    (target / "a.txt").write_text(f"x = '{WORD}'\n")
    (target / "b.txt").write_text("nothing")
    (target / "large.txt").write_bytes(b"-" * (2 << 20))
    return target


def scanned(target, settings: Settings) -> Report:
    return scan.scan([target], settings)


def without_reading(monkeypatch) -> None:
    def read(*_args, **_options) -> None:
        raise AssertionError("the files were read again")

    monkeypatch.setattr(Reading, "read", read)


@pytest.mark.parametrize("settings", [TRUSTING, HASHING])
def test_an_unchanged_target_has_the_same_report_and_is_not_read_again(blind, monkeypatch, settings):
    first = scanned(blind, settings)
    without_reading(monkeypatch)
    assert encoded(scanned(blind, settings)) == encoded(first)
    assert found_in(first) == {"a.txt"}


def test_changed_bytes_are_noticed_though_the_file_looks_the_same(blind):
    scanned(blind, HASHING)
    (blind / "a.txt").write_text("x = '" + "-" * len(WORD) + "'\n")
    assert found_in(scanned(blind, TRUSTING)) == {"a.txt"}
    assert found_in(scanned(blind, HASHING)) == set()


def test_a_file_that_looks_otherwise_is_read(target):
    (target / "a.txt").write_text("nothing")
    scanned(target, TRUSTING)
    (target / "a.txt").write_text(WORD)
    assert found_in(scanned(target, TRUSTING)) == {"a.txt"}


def test_files_that_come_and_go_are_noticed(blind):
    scanned(blind, TRUSTING)
    (blind / "new.txt").write_text(WORD)
    assert found_in(scanned(blind, TRUSTING)) == {"a.txt", "new.txt"}
    (blind / "a.txt").unlink()
    assert found_in(scanned(blind, TRUSTING)) == {"new.txt"}


@pytest.mark.parametrize(
    "settings",
    [
        Settings(jobs=1, trusts_metadata=True, deployment=Deployment(jurisdictions=("us-or-portland",))),
        Settings(jobs=1, trusts_metadata=True, deployment=Deployment(as_of=date(2001, 1, 1))),
        Settings(jobs=1, trusts_metadata=True, context_bytes=24),
        Settings(jobs=1, trusts_metadata=True, exclude=("b.txt",)),
    ],
)
def test_other_settings_are_another_question(blind, monkeypatch, settings):
    scanned(blind, TRUSTING)
    without_reading(monkeypatch)
    with pytest.raises(AssertionError, match="read again"):
        scanned(blind, settings)


def test_what_another_run_might_read_is_tried_again(target, monkeypatch):
    evil(target, "a", "exit 3")
    assert unread_in(scanned(target, TRUSTING)) == {"a.evil": "crashed"}
    without_reading(monkeypatch)
    with pytest.raises(AssertionError, match="read again"):
        scanned(target, TRUSTING)


def test_a_scan_that_met_the_limit_of_the_whole_target_goes_on_the_next_time(blind, monkeypatch):
    limited = Settings(jobs=1, trusts_metadata=True, target_limits=TargetLimits(items=1))
    with zipfile.ZipFile(blind / "c.zip", "w") as archive:
        for number in range(9):
            archive.writestr(f"{number}.txt", "x")
    assert unread_in(scanned(blind, limited)) == {".": "limit"}
    without_reading(monkeypatch)
    with pytest.raises(AssertionError, match="read again"):
        scanned(blind, limited)


def test_an_interrupt_while_hashing_ends_in_an_incomplete_report(blind):
    scanned(blind, HASHING)

    def interrupt(progress: Progress) -> None:
        if progress.files_done:
            raise KeyboardInterrupt

    report = scan.scan([blind], HASHING, interrupt)
    assert unread_in(report) == {".": "interrupted"}
    assert not report.complete
    assert found_in(scanned(blind, HASHING)) == {"a.txt"}


def test_without_a_cache_nothing_is_kept(blind, monkeypatch):
    scanned(blind, Settings(jobs=1, uses_cache=False))
    assert not (blind.parent / "cache" / "facts-1.sqlite").exists()
