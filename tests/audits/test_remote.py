"""Targets by address are read like those of this machine, and what of them cannot be had is told."""

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from scanner.audits import Store, read_plan, run_audit
from scanner.audits.remote import at_hand
from scanner.cli.exits import Exit
from scanner.model.report import Report
from scanner.targets import MissingTarget
from tests.audits.test_audit_command import FACES, planned
from tests.commands import FIXTURES, frscan_here

fsspec = pytest.importorskip("fsspec", reason="the extra “fleet” is not installed")


def reports(folder: Path, *targets: str) -> dict[str, Report | str]:
    """What an audit says of each target: its report without the times, or why there is none."""
    read = read_plan(planned(folder, *targets))
    with Store(read.store) as store:
        run_audit(read, store, jobs=1)
        found: dict[str, Report | str] = {}
        for result in store.results(1):
            report = store.report(1, result.target)
            untimed = msgspec.structs.replace(report, started="", finished="") if report else None
            found[result.target] = untimed or result.error
        return found


def office(folder: Path) -> Path:
    """A folder in folders, with something to find, a neighbour that is asked for, a link and an odd name."""
    place = folder / "office"
    (place / "apps" / "empty").mkdir(parents=True)
    (place / "apps" / "demo.apk").write_bytes((FIXTURES / "android" / "demo.apk").read_bytes())
    (place / "apps" / "a name, with ümläuts.csv").write_text(FACES)
    return place


@pytest.fixture
def store_of_objects() -> Iterator[str]:
    """The address of a bucket in an object store on the loopback, which is empty."""
    server_module = pytest.importorskip("moto.server", reason="the extra “object-store” is not installed")
    pytest.importorskip("s3fs", reason="the extra “object-store” is not installed")
    server = server_module.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    os.environ |= {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any", "AWS_DEFAULT_REGION": "us-east-1"}
    os.environ["AWS_ENDPOINT_URL"] = f"http://{host}:{port}"
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir("city")
    yield "s3://city"
    server.stop()


def test_a_folder_in_an_object_store_is_read_like_one_of_this_machine(tmp_path, store_of_objects):
    place = office(tmp_path)
    bucket = fsspec.filesystem("s3", skip_instance_cache=True)
    bucket.put(str(place), "city/office", recursive=True)
    bucket.pipe("city/office/apps/", b"")
    file = f"{store_of_objects}/office/apps/demo.apk"
    found = reports(tmp_path, "office", f"{store_of_objects}/office", file, "office/apps/demo.apk", "s3://city/gone")
    assert isinstance(found["office"], Report)
    assert found["office"].verdict == "recognition"
    assert found[f"{store_of_objects}/office"] == found["office"]
    assert found[file] == found["office/apps/demo.apk"]
    assert found["s3://city/gone"] == "There is no such file or folder at this address."


def test_a_folder_by_address_is_read_like_one_of_this_machine(tmp_path):
    place = office(tmp_path)
    (place / "link").symlink_to("apps")
    memory = fsspec.filesystem("memory")
    memory.pipe("/office/demo.apk", (place / "apps" / "demo.apk").read_bytes())
    address = place.as_uri()
    found = reports(tmp_path, "office", address, "memory://office/demo.apk", "office/apps/demo.apk")
    assert found[address] == found["office"]
    assert found["memory://office/demo.apk"] == found["office/apps/demo.apk"]


def test_what_of_a_folder_cannot_be_copied_is_told(tmp_path, monkeypatch):
    from fsspec.implementations.memory import MemoryFile, MemoryFileSystem

    memory = fsspec.filesystem("memory")
    names = ("list.csv", "locked.csv", "locked/a.csv", "same/a.csv", "..", "back\\slash")
    memory.store.clear()
    for name in names:
        memory.store[f"/office/{name}"] = MemoryFile(memory, f"/office/{name}", FACES.encode())
    opened, listed = MemoryFileSystem.open, MemoryFileSystem.ls

    def open_some(self, path, *more, **named):
        if "locked" in path:
            raise PermissionError(path)
        return opened(self, path, *more, **named)

    def list_some(self, path, *more, **named):
        if path.endswith("locked"):
            raise OSError("a secret")
        found = listed(self, path, *more, **named)
        return [*found, {"name": "/office/same", "type": "file"}] if path == "/office" else found

    monkeypatch.setattr(MemoryFileSystem, "open", open_some)
    monkeypatch.setattr(MemoryFileSystem, "ls", list_some)
    (report,) = reports(tmp_path, "memory://office").values()
    assert isinstance(report, Report)
    assert report.verdict == "recognition"
    told = {unread.locator: (unread.stage, unread.cause) for unread in report.unreadable}
    assert told == {
        "locked": ("list", "vanished"),
        "locked.csv": ("open", "permission"),
        "same": ("open", "unsupported"),
        "..": ("open", "unsupported"),
    }
    assert "secret" not in repr(report)


def test_a_copy_of_a_target_is_gone_afterwards():
    fsspec.filesystem("memory").pipe("/lists/once.csv", b"x")
    with at_hand("memory://lists/once.csv") as (path, *_):
        assert path.read_bytes() == b"x"
    assert not path.exists()


def test_a_file_system_that_nobody_knows_is_told():
    with pytest.raises(MissingTarget, match="could not be read"), at_hand("nosuch://lists/a.csv"):
        pass


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("sftp://me:secret@host/a.csv", "a password"),
        ("zip://a.csv::s3://lists/a.zip", "one file or folder"),
        ("s3://", "one file or folder"),
        ("sftp://host/..", "one file or folder"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused(tmp_path, address, said):
    ran = frscan_here("audit", "run", planned(tmp_path, address))
    assert (ran.status, ran.out) == (Exit.USAGE, "")
    assert said in ran.err
    assert "secret" not in ran.err
