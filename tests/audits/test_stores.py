"""SQLite and PostgreSQL keep the same and compare the same."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from scanner.audits import BadStore, ResultRow, Store, differences, read_plan, run_audit
from scanner.audits.fleet import check_shard
from scanner.audits.run import Spread, Work
from scanner.audits.shard import Answer
from tests.postgresql import new_database

FACES = "DisplayName0,Version0,Publisher0\nLuxand FaceSDK,8.1,Luxand\n"
NOTHING = "DisplayName0,Version0,Publisher0\nEditor,1,Other\n"


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
    assert compared(tmp_path / "two", new_database(server, "two")) == with_sqlite
    assert compared(tmp_path / "three", new_database(server, "three"), by_another_process) == with_sqlite
    assert {row[0] for row in with_sqlite} == {"new", "unchanged", "gone", "not-looked-at"}


def test_a_store_of_a_later_version_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path / 'audits.sqlite'}"
    with Store(url) as store, store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE frscan_schema SET version = 99")
    with pytest.raises(BadStore, match="later version"):
        Store(url)
