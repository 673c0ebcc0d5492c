"""Scans that are interrupted or killed: nothing is left behind, nothing is corrupt, and they can be resumed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from scanner.containers import zip as zip_container
from scanner.engine import discover
from scanner.engine import scan as scan_module
from scanner.engine.budget import Limits, TargetLimits
from scanner.model.law import Deployment
from tests.commands import FIXTURES
from tests.engine.scanning import (
    WORD,
    causes,
    encoded,
    evil,
    examined,
    found_in,
    innocent,
    scanned,
    unread_in,
    untimed,
)
from tests.hostile.archives import zipped

ROOT = Path(__file__).parents[2]
FILES = 24
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
forks = pytest.mark.skipif(
    sys.platform != "linux", reason="the misbehaving reader reaches workers only where they fork"
)
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


@pytest.fixture
def slow(tmp_path):
    """A folder whose files take their time, and the environment of a scan of it."""
    folder = tmp_path / "slow"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number}.slow").write_text(f"{WORD} {number}\n")
    (tmp_path / "temporary").mkdir()
    return folder


def started(folder: Path, seconds: float, *arguments: str) -> "subprocess.Popen[bytes]":
    around = folder.parent
    environment = {**os.environ, "FRSCAN_CACHE_DIR": str(around / "cache"), "TMPDIR": str(around / "temporary")}
    command = [sys.executable, "-m", "tests.engine.slow_scan", str(seconds), str(around / "log"), "scan", "-q"]
    command += ["-j", "2", "-f", "json", "--fail-on", "never", *arguments, str(folder)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def finished(process: "subprocess.Popen[bytes]") -> tuple[int, dict[str, Any], bytes]:
    out, err = process.communicate(timeout=60)
    return process.returncode, json.loads(out), err


def read_so_far(folder: Path) -> list[str]:
    log = folder.parent / "log"
    return log.read_text().split() if log.exists() else []


def wait_for_some(folder: Path) -> None:
    deadline = time.monotonic() + 60
    while len(read_so_far(folder)) < FILES // 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(read_so_far(folder)) < FILES


def children_of(pid: int) -> set[int]:
    listed = [path.read_text().split() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    return {int(number) for numbers in listed for number in numbers}


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def assert_resumed_equals_uninterrupted(folder: Path) -> None:
    before = read_so_far(folder)
    status, resumed, err = finished(started(folder, 0, "--resume"))
    assert (status, err) == (0, b"")
    assert resumed["complete"] is True
    assert len(read_so_far(folder)) - len(before) < FILES, "the resumed scan read everything again"
    status, whole, err = finished(started(folder, 0, "--no-cache"))
    assert (status, err) == (0, b"")
    assert untimed(resumed) == untimed(whole)
    assert len(whole["findings"][0]["evidence"]) > 0
    assert os.listdir(folder.parent / "temporary") == []


@linux_only
def test_workers_end_with_a_killed_scan_and_it_can_be_resumed(slow):
    process = started(slow, 0.15)
    wait_for_some(slow)
    workers = children_of(process.pid)
    assert len(workers) == 2
    process.kill()
    process.communicate(timeout=10)
    deadline = time.monotonic() + 5
    while any(map(is_running, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [worker for worker in workers if is_running(worker)] == []
    connection = sqlite3.connect(slow.parent / "cache" / "facts-1.sqlite")
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    assert_resumed_equals_uninterrupted(slow)


@linux_only
def test_an_interrupted_scan_reports_what_it_has_and_can_be_resumed(slow):
    process = started(slow, 0.15)
    wait_for_some(slow)
    before = time.monotonic()
    process.send_signal(signal.SIGINT)
    status, report, err = finished(process)
    assert time.monotonic() - before < 10
    assert (status, err) == (130, b"")
    assert report["complete"] is False
    assert [unread["cause"] for unread in report["unreadable"]] == ["interrupted"]
    assert f"of {FILES} files were not examined" in report["unreadable"][0]["reason"]
    assert_resumed_equals_uninterrupted(slow)


@linux_only
def test_a_worker_killed_from_outside_costs_nothing_that_can_be_read_again(slow):
    process = started(slow, 0.1)
    wait_for_some(slow)
    os.kill(min(children_of(process.pid)), signal.SIGKILL)
    status, report, _ = finished(process)
    assert (status, report["complete"]) == (0, True)
    assert os.listdir(slow.parent / "temporary") == []


def test_an_interrupt_while_files_are_listed_still_gives_a_report(target, monkeypatch):
    def interrupted(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(scan_module, "listed", interrupted)
    report = scanned(target)
    assert not report.complete
    assert unread_in(report) == {".": "interrupted"}


@forks
def test_while_one_file_takes_long_the_scan_goes_on_telling_which(target):
    evil(target, "a", "sleep 2.5", size=100)
    told: list[tuple[int, str]] = []
    settings = scan_module.Settings(jobs=1, uses_cache=False)
    scan_module.scan([target], settings, lambda progress: told.append((progress.files_done, progress.current)))
    assert told.count((0, "a.evil")) >= 2
    assert told[-1][0] == 1


@forks
def test_time_for_the_whole_target_ends_a_scan_and_what_was_read_is_kept(target):
    good = innocent(target, ["y.txt"])
    evil(target, "a", "sleep 30", size=100)
    limits = TargetLimits(seconds=1.0)
    settings = scan_module.Settings(jobs=2, uses_cache=False, target_limits=limits)
    before = time.monotonic()
    report = scan_module.scan([target], settings)
    assert time.monotonic() - before < 20
    assert unread_in(report) == {".": "timed-out"}
    assert "1 of 2 files were not examined" in report.unreadable[0].reason
    assert found_in(report) == good


@pytest.mark.parametrize("limits", [TargetLimits(items=30), TargetLimits(inflated_bytes=4000)])
def test_what_the_whole_target_may_cost_cuts_every_scan_of_it_at_the_same_place(target, limits):
    for number in range(9):
        (target / f"{number}.zip").write_bytes(zipped(*((f"{n}.txt", WORD.encode() * 9) for n in range(6))))
    reports = []
    for jobs in (1, 2):
        settings = scan_module.Settings(jobs=jobs, uses_cache=False, target_limits=limits)
        reports.append(scan_module.scan([target], settings))
    assert encoded(reports[0]) == encoded(reports[1])
    assert unread_in(reports[0]) == {".": "limit"}
    assert 0 < len(found_in(reports[0])) < 54
    assert "of 9 files were not examined." in reports[0].unreadable[0].reason


@forks
def test_a_file_that_goes_between_listing_and_reading_has_vanished(target):
    evil(target, "a", "remove z.txt", size=100)
    good = innocent(target, ["y.txt", "z.txt"])
    report = scanned(target)
    assert unread_in(report) == {"z.txt": "vanished"}
    assert found_in(report) == good - {"z.txt"}


@forks
def test_a_file_cut_short_under_the_reader_costs_no_other(target):
    """Touching what is gone of a mapped file is a bus error; on the second try the file is what it is by then."""
    evil(target, "a", "truncate a.evil", size=2 << 20)
    good = innocent(target, ["y.txt", "z.txt"])
    report = scanned(target)
    assert found_in(report) == good
    assert set(unread_in(report)) <= {"a.evil"}


def test_a_file_that_changes_while_it_is_read_is_told_and_not_kept(target):
    evil(target, "a", f"append a.evil\n{WORD}")
    evil(target, "b", f"nothing\n{WORD}")
    answer = examined(target / "a.evil", uses_cache=True)
    assert causes(answer) == {"a.evil": {"vanished"}}
    assert answer.facts[0].unread[-1].reason == "It changed while it was being read."
    assert (answer.content, answer.keep) == (b"", {})
    unchanged = examined(target / "b.evil", uses_cache=True)
    assert causes(unchanged) == {}
    assert unchanged.keep


def test_what_lack_of_memory_cut_short_is_not_kept(target):
    evil(target, "a", "swell")
    answer = examined(target / "a.evil", uses_cache=True)
    assert causes(answer) == {"a.evil": {"limit"}}
    assert answer.keep == {}


def test_a_list_that_lack_of_memory_cut_short_is_not_kept_either(target, monkeypatch):
    def swelling(*_: object) -> object:
        raise MemoryError

    (target / "a.zip").write_bytes(zipped(("a.txt", WORD.encode())))
    monkeypatch.setattr("scanner.containers.zip.members", swelling)
    monkeypatch.setattr(discover, "containers", lambda: (zip_container,))
    answer = examined(target / "a.zip", uses_cache=True)
    assert causes(answer) == {"a.zip": {"limit"}}
    assert answer.keep == {}


@forks
def test_a_large_member_is_spooled_to_a_file_without_a_name(target, tmp_path, monkeypatch):
    import zipfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with zipfile.ZipFile(target / "a.zip", "w") as archive:
        archive.writestr("y.txt", "a" * 5000 + f" {WORD}")
    report = scanned(target, Limits(memory_bytes=1000))
    assert found_in(report) == {"a.zip!/y.txt"}
    assert os.listdir(tmp_path / "temporary") == []


@linux_only
def test_a_scan_writes_nothing_outside_its_cache(tmp_path):
    for name in ("home", "temporary", "here", "target", "cache"):
        (tmp_path / name).mkdir()
    for path in FIXTURES.glob("android/*.*"):
        (tmp_path / "target" / path.name).write_bytes(path.read_bytes())
    (tmp_path / "target" / "a.slow").write_text(WORD)
    before = snapshot(tmp_path)
    places = {"HOME": "home", "XDG_CACHE_HOME": "home", "TMPDIR": "temporary", "FRSCAN_CACHE_DIR": "cache"}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {name: str(tmp_path / place) for name, place in places.items()}
    command = [sys.executable, "-m", "tests.engine.slow_scan", "0", str(tmp_path / "cache" / "log"), "scan"]
    command += ["-f", "json", "--fail-on", "never", str(tmp_path / "target")]
    ran = subprocess.run(command, cwd=tmp_path / "here", env=environment, capture_output=True, timeout=60, check=True)
    assert json.loads(ran.stdout)["findings"]
    after = {path: status for path, status in snapshot(tmp_path).items() if not path.startswith("cache/")}
    assert after == before


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file, and only the names of folders."""
    found = {}
    for path in folder.rglob("*"):
        status = path.stat()
        found[str(path.relative_to(folder))] = (0, 0) if path.is_dir() else (status.st_size, status.st_mtime_ns)
    return found


def test_a_scan_that_finds_nothing_loads_no_law(tmp_path, monkeypatch):
    (tmp_path / "empty.txt").write_text("nothing to see", encoding="utf-8")
    monkeypatch.setattr("scanner.ordinances.laws", None)  # a call would fail
    deployment = Deployment(jurisdictions=("us-ma-boston",))
    settings = scan_module.Settings(deployment=deployment, uses_cache=False, jobs=1)
    report = scan_module.scan([tmp_path], settings)
    assert (report.findings, report.assessments, report.ordinances) == ((), (), ())
