"""SQLite and PostgreSQL keep the same and compare the same."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from scanner.audits import BadStore, ResultRow, Store, differences, read_plan, run_audit
from scanner.audits.fleet import check_shard
from scanner.audits.run import Spread, Work
from scanner.audits.shard import Answer

FACES = "DisplayName0,Version0,Publisher0\nLuxand FaceSDK,8.1,Luxand\n"
NOTHING = "DisplayName0,Version0,Publisher0\nEditor,1,Other\n"


def program(name: str) -> str | None:
    """A program of PostgreSQL's server, which Debian keeps off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@pytest.fixture
def server() -> Iterator[str]:
    """The URL of a database in a server of its own, reached by a socket in a folder of the test."""
    pytest.importorskip("psycopg", reason="the PostgreSQL client (psycopg) is not installed")
    initdb, postgres = program("initdb"), program("postgres")
    if initdb is None or postgres is None:
        pytest.skip("the PostgreSQL server is not installed")
    with TemporaryDirectory(prefix="frscan-") as folder:  # not pytest's, into which another account may not look
        yield from _serving(Path(folder), initdb, postgres)


def _serving(folder: Path, initdb: str, postgres: str) -> Iterator[str]:
    as_user: list[str] = []
    if os.name == "posix" and os.geteuid() == 0:  # the server refuses to run as the superuser
        if shutil.which("runuser") is None or subprocess.run(["id", "postgres"], capture_output=True).returncode:
            pytest.skip("there is no account to run the PostgreSQL server under")
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    data = str(folder / "data")
    subprocess.run([*as_user, initdb, "-D", data, "-U", "frscan", "-A", "trust"], check=True, capture_output=True)
    command = [*as_user, postgres, "-D", data, "-k", str(folder), "-c", "listen_addresses=", "-F"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        url = f"postgresql+psycopg://frscan@/postgres?host={folder}"
        try:
            yield _once_up(url)
        finally:
            running.terminate()


def _once_up(url: str) -> str:
    for _ in range(100):
        try:
            with Store(url):
                return url
        except BadStore:
            time.sleep(0.1)
    pytest.skip("the PostgreSQL server did not start")


def by_another_process(work: Work) -> Iterator[ResultRow]:
    """What a worker of a cluster does with work, without the cluster."""
    answer = msgspec.msgpack.decode(check_shard(msgspec.msgpack.encode(work)), type=Answer)
    assert not answer.refused
    yield from answer.results


def compared(folder: Path, store_url: str, spread: Spread | None = None) -> list[tuple[str, ...]]:
    """Two audits and a repeated one in a store; what changed, and the lock, as far as all stores agree on them."""
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.csv").write_text(FACES if name != "c" else NOTHING)
    plan = folder / "plan.toml"
    plan.write_text(f'name = "p"\nstore = "{store_url}"\n[[group]]\ntargets = ["a.csv", "b.csv", "c.csv", "d.csv"]\n')
    read = read_plan(plan)
    with Store(read.store) as store:
        first = run_audit(read, store, jobs=1, spread=spread)
        (folder / "a.csv").write_text(NOTHING)
        (folder / "b.csv").unlink()
        (folder / "c.csv").write_text(FACES)
        second = run_audit(read, store, jobs=1, spread=spread)
        again = run_audit(read, store, jobs=1, from_facts=True)
        with store.locked("p"), Store(read.store) as other, pytest.raises(BadStore), other.locked("p"):
            pass
        found = [*differences(store, first, second), *differences(store, second, again)]
        return [tuple(str(getattr(d, name)) for name in d.__struct_fields__) for d in found]


def test_sqlite_and_postgresql_give_equal_differences(tmp_path, server):
    with_sqlite = compared(tmp_path / "one", "audits.sqlite")
    assert compared(tmp_path / "two", server) == with_sqlite
    assert compared(tmp_path / "three", server.replace("/postgres?", "/template1?"), by_another_process) == with_sqlite
    assert {row[0] for row in with_sqlite} == {"new", "unchanged", "gone", "not-looked-at"}


def test_a_store_of_a_later_version_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 'audits.sqlite'}"
    with Store(url) as store, store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE frscan_schema SET version = 99")
    with pytest.raises(BadStore, match="later version"):
        Store(url)
