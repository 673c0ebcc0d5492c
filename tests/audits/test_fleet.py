"""An audit over a cluster gives what one machine gives, byte for byte, and loses nothing when a worker is lost."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.audits import BadFleet, Store, read_plan, run_audit
from scanner.audits.shard import Answer, done
from scanner.catalogue.cache_file import cache_folder
from scanner.cli.exits import Exit
from tests.audits.test_audit_command import FACES, NOTHING, planned
from tests.commands import FIXTURES, frscan, frscan_here
from tests.postgresql import new_database

pytest.importorskip("distributed", reason="the extra “fleet” is not installed")
EPOCH = {"SOURCE_DATE_EPOCH": "1780000000"}


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "scheduler.json"
        self._processes: list[subprocess.Popen[bytes]] = []
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")

    def _start(self, *words: str, **surroundings: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words, "--scheduler-file", str(self._file)]
        quiet = subprocess.DEVNULL
        child = subprocess.Popen(
            command, stdin=quiet, stdout=quiet, stderr=quiet, env={**os.environ, **EPOCH, **surroundings}
        )
        self._processes.append(child)
        return child

    def worker(self) -> subprocess.Popen[bytes]:
        """One that knows nothing of what another machine has read; signatures are compiled already."""
        number = len(self._processes)
        cache = self._file.parent / f"machine-{number}"
        cache.mkdir(mode=0o700)
        for file in cache_folder().iterdir():
            if "sqlite" not in file.suffix:
                shutil.copy2(file, cache)
        words = ("--no-nanny", "--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard")
        return self._start("worker", *words, FRSCAN_CACHE_DIR=str(cache))

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


def desks(folder: Path, database: str = "") -> Path:
    """A plan of eight targets: lists, computers with the same app, and one that is not there."""
    folder.mkdir()
    for number in range(5):
        (folder / f"desk{number}.csv").write_text(FACES if number % 2 else NOTHING)
    for number in range(2):
        (folder / f"phone{number}").mkdir()
        (folder / f"phone{number}" / "demo.apk").write_bytes((FIXTURES / "android" / "demo.apk").read_bytes())
    plan = planned(folder, "desk*.csv", "phone*", "gone.csv", **{"shared-facts": f'"{database}"'})
    if database:
        plan.write_text(plan.read_text().replace("audits.sqlite", database, 1))
    return plan


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


def how_many_shared(plan: Path) -> int:
    import psycopg

    with psycopg.connect(read_plan(plan).shared_facts.replace("+psycopg", "")) as connection:
        return len(connection.execute("SELECT key FROM frscan_facts_1").fetchall())


def has_children(process: subprocess.Popen[bytes]) -> bool:
    children = Path(f"/proc/{process.pid}/task").glob("*/children")
    return any(file.read_text() for file in children)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="who has a child is seen in /proc")
def test_a_cluster_that_loses_a_worker_keeps_what_one_machine_keeps(tmp_path, cluster, server_if_any):
    """Also where results and what was read lie in PostgreSQL, and no worker knows by itself what others have read."""
    alone = frscan("audit", "run", "-q", desks(tmp_path / "alone"), **EPOCH)
    plan = desks(tmp_path / "spread", new_database(server_if_any, "fleet") if server_if_any else "")
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
    assert not server_if_any or how_many_shared(plan)


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
