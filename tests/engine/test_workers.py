"""A worker that crashes, hangs or swells costs the file at hand, and nothing else."""

import mmap
import os
import signal
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

import pytest

from scanner.engine import memory, worker_process, workers
from scanner.engine.budget import Limits
from scanner.engine.memory import own_bytes
from scanner.engine.task import Batch
from scanner.engine.workers import Pool
from tests.engine.scanning import WORD, evil, found_in, innocent, plan_of, scanned, unread_in
from tests.hostile.archives import zipped

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the misbehaving reader reaches workers only where they fork"),
    # Since Python 3.12 a fork beside threads warns; workers touch no lock that such a thread could hold.
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]
NAMES = [f"{n}.txt" for n in range(12)]
KILLS = 10


@pytest.mark.parametrize(
    ("command", "cause"),
    [
        ("signal SIGSEGV", "crashed"),
        ("signal SIGBUS", "crashed"),
        ("signal SIGKILL", "crashed"),
        ("exit 3", "crashed"),
        ("fail", "crashed"),
        ("swell", "limit"),
    ],
)
def test_a_worker_that_dies_costs_the_file_at_hand(target, command, cause):
    evil(target, "a", command)
    good = innocent(target, NAMES)
    report = scanned(target)
    assert unread_in(report) == {"a.evil": cause}
    assert found_in(report) == good
    assert not report.complete


def test_where_the_system_bounds_no_memory_a_worker_that_swells_is_ended(target, monkeypatch):
    monkeypatch.setattr(memory, "SYSTEM_BOUNDS_IT", False)
    evil(target, "a", "swell_slowly")
    good = innocent(target, NAMES)
    report = scanned(target, Limits(worker_bytes=own_bytes(os.getpid(), 0) + (60 << 20)))
    assert unread_in(report) == {"a.evil": "limit"}
    assert found_in(report) == good


def test_what_a_worker_holds_is_counted_without_the_files_it_has_mapped(tmp_path):
    (tmp_path / "large").write_bytes(bytes(64 << 20))
    before = own_bytes(os.getpid(), 0)
    with (tmp_path / "large").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert mapped.find(b"x") == -1
        assert abs(own_bytes(os.getpid(), 0) - before) < 16 << 20


def test_a_worker_that_hangs_with_the_lock_held_is_ended_by_the_system(target, monkeypatch):
    monkeypatch.setattr(worker_process, "GRACE_S", 0.3)
    monkeypatch.setattr(workers, "GRACE_S", 0.3)
    evil(target, "a", "hang")
    good = innocent(target, NAMES)
    before = time.monotonic()
    report = scanned(target, Limits(seconds=0.3))
    assert unread_in(report) == {"a.evil": "timed-out"}
    assert found_in(report) == good
    assert time.monotonic() - before < 10


def test_a_death_inside_a_batch_loses_one_file_of_the_batch(target):
    good = innocent(target, NAMES)
    evil(target, "a", "signal SIGSEGV")
    batch = Batch(root=str(target), names=("0.txt", "1.txt", "a.evil", *NAMES[2:]))
    with Pool(plan_of(Limits()), 1) as pool:
        answers = list(pool.run([batch]))
    assert [number for _, number, _ in answers] == list(range(len(batch.names)))
    seen = {facts.artifact.locator for _, _, answer in answers for facts in answer.facts if facts.observations}
    lost = {unread.locator for _, _, answer in answers for facts in answer.facts for unread in facts.unread}
    assert (seen, lost) == (good, {"a.evil"})


def test_workers_killed_again_and_again_do_not_end_the_scan(target):
    """Also while they wait for work, when no task can be blamed."""
    batches = [Batch(root=str(target), names=(name,)) for name in innocent(target, NAMES)]
    killed: list[int] = []
    with Pool(plan_of(Limits()), 2) as pool:
        list(pool.run(batches))
        killer = threading.Thread(target=_kill_children, args=(killed,))
        killer.start()
        rounds = []
        while killer.is_alive():
            rounds.append(len(list(pool.run(batches))))
            time.sleep(0.05)
        answers = list(pool.run(batches))
    assert len(killed) >= KILLS
    assert set(rounds) == {len(batches)}
    assert all(answer.facts[0].observations for _, _, answer in answers)


def _kill_children(killed: list[int]) -> None:
    while len(killed) < KILLS:
        listed = [path.read_text().split() for path in Path("/proc/self/task").glob("*/children")]
        for child in {int(number) for numbers in listed for number in numbers} - set(killed):
            os.kill(child, signal.SIGKILL)
            killed.append(child)
        time.sleep(0.1)


def test_a_pool_that_cannot_start_its_workers_says_so_of_every_file(target, monkeypatch):
    monkeypatch.setattr(worker_process, "prepare", lambda _plan: os._exit(9))
    innocent(target, NAMES[:3])
    report = scanned(target)
    assert unread_in(report) == dict.fromkeys(NAMES[:3], "crashed")


def test_a_killed_worker_leaves_no_temporary_file(target, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    with zipfile.ZipFile(target / "a.zip", "w") as archive:
        archive.writestr("x.evil", b"signal SIGKILL\n" + bytes(5000))
        archive.writestr("y.txt", WORD)
    report = scanned(target, Limits(memory_bytes=1000))
    assert unread_in(report) == {"a.zip!/x.evil": "crashed"}
    assert found_in(report) == {"a.zip!/y.txt"}
    assert os.listdir(tmp_path / "temporary") == []


def test_members_that_end_workers_cost_themselves_and_not_their_archive(target):
    """An app could otherwise hide behind one file in it that crashes a library."""
    inner = zipped(("a.evil", b"signal SIGSEGV\n"), ("b.txt", WORD.encode()), ("c.evil", b"exit 3\n"))
    (target / "app.zip").write_bytes(
        zipped(
            ("first.txt", WORD.encode()), ("in.zip", inner), ("z.evil", b"signal SIGKILL\n"), ("zz.txt", WORD.encode())
        )
    )
    report = scanned(target)
    assert unread_in(report) == dict.fromkeys(
        ("app.zip!/in.zip!/a.evil", "app.zip!/in.zip!/c.evil", "app.zip!/z.evil"), "crashed"
    )
    assert found_in(report) == {"app.zip!/first.txt", "app.zip!/in.zip!/b.txt", "app.zip!/zz.txt"}


def test_a_member_that_hangs_costs_itself(target, monkeypatch):
    monkeypatch.setattr(worker_process, "GRACE_S", 0.3)
    (target / "app.zip").write_bytes(zipped(("a.evil", b"hang\n"), ("b.txt", WORD.encode())))
    report = scanned(target, Limits(seconds=0.3))
    assert unread_in(report) == {"app.zip!/a.evil": "timed-out"}
    assert found_in(report) == {"app.zip!/b.txt"}


def test_an_archive_of_nothing_but_crashes_is_given_up_and_what_came_before_is_kept(target):
    evils = ((f"{n}.evil", b"exit 3\n") for n in range(40))
    (target / "app.zip").write_bytes(zipped(("a.txt", WORD.encode()), *evils, ("z.txt", WORD.encode())))
    innocent(target, NAMES[:1])
    before = time.monotonic()
    report = scanned(target)
    assert set(unread_in(report)) == {"app.zip", *(f"app.zip!/{n}.evil" for n in range(8))}
    assert found_in(report) == {"app.zip!/a.txt", *NAMES[:1]}
    assert time.monotonic() - before < 20


def test_what_ended_a_worker_once_only_is_read_on_the_second_try(target):
    evil(target, "a", "once")
    report = scanned(target)
    assert report.complete
    assert (target / "once").exists()


def test_children_do_not_import_from_the_current_folder(target, monkeypatch):
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    innocent(target, NAMES[:1])
    scanned(target)
    assert os.environ["PYTHONSAFEPATH"] == "1"


def test_a_spawned_worker_runs_no_code_of_the_folder_it_is_started_in(target, monkeypatch):
    for name in ("multiprocessing", "pickle", "yara", "json", "threading"):
        (target / f"{name}.py").write_text("raise SystemExit('code of the target was run')\n")
    good = innocent(target, NAMES[:2])
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    monkeypatch.chdir(target)
    fork = workers.multiprocessing.get_context
    monkeypatch.setattr(workers.multiprocessing, "get_context", lambda _method: fork("spawn"))
    assert found_in(scanned(target)) == good
