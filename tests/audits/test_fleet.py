"""An audit over a cluster gives what one machine gives, byte for byte, and loses nothing when a worker is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.audits import BadFleet, Store, read_plan, run_audit
from scanner.audits.remote import at_hand
from scanner.audits.shard import Answer, done
from scanner.cli.exits import Exit
from scanner.targets import MissingTarget
from tests.audits.test_audit_command import FACES, NOTHING, planned
from tests.commands import FIXTURES, frscan, frscan_here

pytest.importorskip("distributed", reason="the extra “fleet” is not installed")
EPOCH = {"SOURCE_DATE_EPOCH": "1780000000"}


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "scheduler.json"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words, "--scheduler-file", str(self._file)]
        quiet = subprocess.DEVNULL
        child = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, env={**os.environ, **EPOCH})
        self._processes.append(child)
        return child

    def worker(self) -> subprocess.Popen[bytes]:
        return self._start("worker", "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard")

    @property
    def address(self) -> str:
        import json

        deadline = time.monotonic() + 60
        while not self._file.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        address: str = json.loads(self._file.read_text(encoding="utf-8"))["address"]
        return address

    def end(self) -> None:
        for child in self._processes:
            child.kill()
            child.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path)
    yield cluster
    cluster.end()


def desks(folder: Path) -> Path:
    """A plan of eight targets: lists, an app, and one that is not there."""
    folder.mkdir()
    for number in range(6):
        (folder / f"desk{number}.csv").write_text(FACES if number % 2 else NOTHING)
    (folder / "demo.apk").write_bytes((FIXTURES / "android" / "demo.apk").read_bytes())
    return planned(folder, "desk*.csv", "demo.apk", "gone.csv")


def kept(plan: Path) -> list[tuple[object, ...]]:
    """Everything that a store has of its one audit, the reports as they are."""
    read = read_plan(plan)
    with Store(read.store) as store:
        (audit,) = store.audits()
        assert audit.finished
        results = [tuple(getattr(row, f) for f in row.__struct_fields__) for row in store.results(1, with_reports=True)]
        findings = [tuple(getattr(row, f) for f in row.__struct_fields__) for row in store.findings(1)]
        facts = [(result[1], *store.facts(read.name, str(result[1]))) for result in results]
    return [*results, *findings, *facts]


def has_children(process: subprocess.Popen[bytes]) -> bool:
    children = Path(f"/proc/{process.pid}/task").glob("*/children")
    return any(file.read_text() for file in children)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="who has a child is seen in /proc")
def test_a_cluster_that_loses_a_worker_keeps_what_one_machine_keeps(tmp_path, cluster):
    alone = frscan("audit", "run", "-q", desks(tmp_path / "alone"), **EPOCH)
    plan = desks(tmp_path / "spread")
    lost, _ = cluster.worker(), cluster.worker()
    command = [sys.executable, "-m", "scanner", "audit", "run", "-q", "--engine", "dask"]
    with subprocess.Popen(
        [*command, "--scheduler", cluster.address, str(plan)], stdout=subprocess.PIPE, env={**os.environ, **EPOCH}
    ) as running:
        deadline = time.monotonic() + 60
        while not has_children(lost) and running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        lost.send_signal(signal.SIGKILL)
        assert running.poll() is None, "the audit was over before a worker could be lost"
        assert running.stdout is not None
        out = running.stdout.read().decode()
    assert (running.returncode, out) == (alone.status, alone.out)
    assert kept(plan) == kept(tmp_path / "alone" / "plan.toml")


def test_workers_on_this_machine_need_no_cluster(tmp_path):
    plan = planned(tmp_path, "a.csv", "gone.csv")
    (tmp_path / "a.csv").write_text(FACES)
    ran = frscan("audit", "run", "-j", "1", "--engine", "dask", plan)
    assert ran.status == Exit.FOUND, ran.err
    assert ran.out == "frscan audit=1 plan=desks targets=2 not-checked=1 recognition=1 incomplete=1\n"
    assert "there is no such file" in ran.err


def test_what_another_worker_has_done_is_not_done_again(tmp_path):
    (tmp_path / "a.csv").write_text(FACES)
    answers: list[Answer] = []

    def twice(work):
        first = done(work)
        (tmp_path / "a.csv").unlink()
        answers.extend((first, done(work)))
        yield from answers[1].results

    read = read_plan(planned(tmp_path, "a.csv"))
    with Store(read.store) as store:
        run_audit(read, store, spread=twice, jobs=1)
        assert store.results(1)[0].verdict == "recognition"
    assert answers[0] == answers[1]


def test_a_worker_with_other_signatures_does_nothing(tmp_path):
    import msgspec

    (tmp_path / "a.csv").write_text(FACES)
    read = read_plan(planned(tmp_path, "a.csv"))

    def elsewhere(work):
        other = msgspec.structs.replace(work.tool, signatures="2020.1.1")
        answer = done(msgspec.structs.replace(work, tool=other))
        assert answer.results == ()
        raise BadFleet(answer.refused)

    with Store(read.store) as store, pytest.raises(BadFleet, match=r"with signatures 2020\.1\.1"):
        run_audit(read, store, spread=elsewhere)


def test_several_machines_need_a_store_that_all_reach(tmp_path):
    (tmp_path / "a.csv").write_text(FACES)
    plan = planned(tmp_path, "a.csv")
    ran = frscan_here("audit", "run", "-q", "--engine", "dask", "--scheduler", "tcp://fleet.example:8786", plan)
    assert (ran.status, ran.out) == (Exit.USAGE, "")
    assert "PostgreSQL" in ran.err
    assert frscan_here("audit", "run", "--scheduler", "tcp://127.0.0.1:1", plan).status == Exit.USAGE


def test_a_target_by_address_is_read_like_a_file(tmp_path):
    import fsspec

    (tmp_path / "here.csv").write_text(FACES)
    fsspec.filesystem("memory").pipe("/lists/there.csv", FACES.encode())
    address = f"file://{tmp_path.as_posix()}/here.csv"
    read = read_plan(planned(tmp_path, address, "here.csv", "memory://lists/there.csv", "memory://lists/gone.csv"))
    with Store(read.store) as store:
        run_audit(read, store, jobs=1)
        results = {result.target: result for result in store.results(1)}
        by_address, by_path = (store.report(1, name) for name in (address, "here.csv"))
    assert results["memory://lists/there.csv"].verdict == "recognition"
    assert results["memory://lists/gone.csv"].error == "There is no such file at this address."
    assert by_address is not None
    assert by_path is not None
    assert (by_address.target, by_address.findings) == (by_path.target, by_path.findings)


def test_a_copy_of_a_target_is_gone_afterwards():
    import fsspec

    fsspec.filesystem("memory").pipe("/lists/once.csv", b"x")
    with at_hand("memory://lists/once.csv") as path:
        assert path.read_bytes() == b"x"
    assert not path.exists()


def test_a_file_system_that_nobody_knows_is_told():
    with pytest.raises(MissingTarget, match="could not be read"), at_hand("nosuch://lists/a.csv"):
        pass


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sftp://me:secret@host/a.csv", "a password"),
        ("zip://a.csv::s3://lists/a.zip", "one file"),
        ("s3://lists/", "one file"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(tmp_path, address, said):
    ran = frscan_here("audit", "run", planned(tmp_path, address))
    assert (ran.status, ran.out) == (Exit.USAGE, "")
    assert said in ran.err
    assert "secret" not in ran.err
