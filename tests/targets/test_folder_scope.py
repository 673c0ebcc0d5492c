"""Which folders of a live system are walked: one file system, no views of the running system, nothing from a cloud."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from scanner.model.artifact import Unread
from scanner.targets import Entry, PassedOver, folder, mounts, open_target
from scanner.targets.mounts import is_pseudo, kinds_in

TABLE = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
24 27 0:6 / /dev rw - tmpfs tmpfs rw
27 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw,discard
28 27 0:25 / /mnt/with\\040space ro - nfs4 host:/x ro
garbage
30 27 0:x / /y - proc
"""


class Pretending:
    """A folder's entry whose status is another: another device, attributes that only other systems have."""

    def __init__(self, entry: "os.DirEntry[str]", changes: dict[str, int]) -> None:
        self.name, self.path = entry.name, entry.path
        status = entry.stat(follow_symlinks=False)
        known = {name: getattr(status, name) for name in dir(status) if name.startswith("st_")}
        self._status = SimpleNamespace(**known | changes)

    def stat(self, *, follow_symlinks: bool) -> SimpleNamespace:
        return self._status


@pytest.fixture
def pretend(monkeypatch):
    """Make files and folders of some names have another status."""
    real = os.scandir

    class Listing:
        def __init__(self, place: str, changes: dict[str, dict[str, int]]) -> None:
            with real(place) as listing:
                self._entries = [Pretending(entry, changes.get(entry.name, {})) for entry in listing]

        def __enter__(self) -> list[Pretending]:
            return self._entries

        def __exit__(self, *_: object) -> None:
            pass

    def put(changes: dict[str, dict[str, int]]) -> None:
        monkeypatch.setattr(folder.os, "scandir", lambda place: Listing(place, changes))

    return put


@pytest.fixture
def tree(tmp_path):
    for name in ("here/a.txt", "disk/b.txt", "disk/deeper/c.txt", "proc/kcore"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def names(found: list[object]) -> set[str]:
    return {one.name.replace(os.sep, "/") for one in found if isinstance(one, Entry)}


def test_the_systems_own_table_tells_what_is_mounted_where():
    kinds = kinds_in(TABLE)
    assert kinds[0, 21] == ("proc", frozenset({"/proc"}))
    assert kinds[254, 0] == ("ext4", frozenset({"/"}))
    assert kinds[0, 25][0] == "nfs4"
    assert len(kinds) == 4


def test_views_of_the_running_system_are_told_from_file_systems(monkeypatch):
    monkeypatch.setattr(mounts, "_kinds", lambda: kinds_in(TABLE))
    assert is_pseudo("/proc", os.makedev(0, 21))
    assert is_pseudo("/dev", os.makedev(0, 6))
    assert not is_pseudo("/", os.makedev(254, 0))
    assert not is_pseudo("/somewhere", os.makedev(9, 9))


def test_another_file_system_is_a_gap_unless_it_is_asked_for(tree, pretend):
    pretend({"disk": {"st_dev": 77}, "b.txt": {"st_dev": 77}, "deeper": {"st_dev": 77}})
    found = list(folder.entries(tree))
    assert names(found) == {"here/a.txt", "proc/kcore"}
    (gap,) = [one for one in found if isinstance(one, Unread)]
    assert (gap.locator, gap.cause.value) == ("disk", "limit")
    assert "--all-file-systems" in gap.reason
    assert names(list(folder.entries_everywhere(tree))) == {
        "here/a.txt", "proc/kcore", "disk/b.txt", "disk/deeper/c.txt",
    }  # fmt: skip


@pytest.mark.parametrize("listing", [folder.entries, folder.entries_everywhere])
def test_a_view_of_the_running_system_is_passed_over_and_counted(tree, pretend, monkeypatch, listing):
    pretend({"proc": {"st_dev": 88}})
    monkeypatch.setattr(folder, "is_pseudo", lambda _place, device: device == 88)
    found = list(listing(tree))
    assert names(found) == {"here/a.txt", "disk/b.txt", "disk/deeper/c.txt"}
    assert [one for one in found if not isinstance(one, Entry)] == [PassedOver("view of the running system", 1)]


def test_a_file_system_that_is_mounted_in_itself_is_entered_once(tree, pretend):
    pretend(
        {
            "disk": {"st_dev": 77, "st_ino": 2},
            "deeper": {"st_dev": 78, "st_ino": 2},
            "here": {"st_dev": 78, "st_ino": 2},
        }
    )
    found = list(folder.entries_everywhere(tree))
    assert names(found) == {"disk/b.txt", "here/a.txt", "proc/kcore"}
    assert PassedOver("view of the running system", 1) in found


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are made on POSIX systems")
def test_what_is_no_file_is_counted_by_reason(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "c").symlink_to("d")
    os.mkfifo(tmp_path / "pipe")
    assert list(folder.entries(tmp_path)) == [PassedOver("socket, pipe or device", 1), PassedOver("symbolic link", 2)]


@pytest.mark.parametrize(
    "changes",
    [{"st_file_attributes": 0x00400000}, {"st_file_attributes": 0x1000}, {"st_flags": 0x40000000}],
    ids=["recall on access", "offline", "dataless"],
)
def test_a_placeholder_of_a_cloud_drive_is_said_to_be_elsewhere(tree, pretend, changes):
    pretend({"a.txt": changes})
    (gap,) = [one for one in folder.entries(tree) if isinstance(one, Unread)]
    assert (gap.locator, gap.cause.value) == ("here/a.txt", "vanished")
    assert "placeholder of a cloud drive" in gap.reason


def test_a_placeholder_that_is_the_target_itself_is_not_opened(tmp_path, monkeypatch):
    path = tmp_path / "app.apk"
    path.write_bytes(b"PK")
    real = Path.stat

    def stat_of(self: Path, **options: bool) -> object:
        status = real(self, **options)
        if self != path:
            return status
        known = {name: getattr(status, name) for name in dir(status) if name.startswith("st_")}
        return SimpleNamespace(**known | {"st_file_attributes": 0x00400000})

    monkeypatch.setattr(Path, "stat", stat_of)
    monkeypatch.setattr(Path, "open", None)  # a call would fail
    (gap,) = open_target(path).listing(everywhere=False)
    assert isinstance(gap, Unread)
    assert gap.locator == "app.apk"
