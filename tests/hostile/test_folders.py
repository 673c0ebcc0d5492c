"""Folders that hold what is no file, what may not be read, and what is not here."""

import hashlib
import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from tests.engine.scanning import WORD, causes, examined, found_in, scanned, unread_in

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="these things exist on POSIX systems"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "good.txt").write_text(WORD)
    return tmp_path / "target"


def test_loops_pipes_sockets_and_dangling_links_are_passed_over(folder, monkeypatch):
    (folder / "loop").symlink_to(folder)
    (folder / "self").symlink_to("self")
    (folder / "gone").symlink_to("nowhere")
    (folder / "out").symlink_to("/")
    os.mkfifo(folder / "pipe.zip")
    monkeypatch.chdir(folder)  # the name of a socket has a limit of its own
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.apk")
        report = scanned(folder)
    assert found_in(report) == {"good.txt"}
    assert report.complete
    assert report.coverage.artifacts == 1


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only the superuser makes device nodes")
def test_a_device_is_passed_over(folder):
    try:
        os.mknod(folder / "zero.bin", 0o600 | stat.S_IFCHR, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("this container makes no device nodes")
    report = scanned(folder)
    assert found_in(report) == {"good.txt"}
    assert report.complete


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="the superuser may read everything")
def test_what_may_not_be_read_is_listed(folder):
    (folder / "closed.txt").write_text(WORD)
    (folder / "closed.txt").chmod(0)
    (folder / "shut").mkdir(mode=0)
    report = scanned(folder)
    assert found_in(report) == {"good.txt"}
    assert unread_in(report) == {"closed.txt": "permission", "shut": "permission"}


def test_folders_two_hundred_deep_are_walked(folder):
    deep = folder
    for _ in range(200):
        deep = deep / "deeper"
    deep.mkdir(parents=True)
    (deep / "last.txt").write_text(WORD)
    assert len(found_in(scanned(folder))) == 2


def test_a_pipe_that_took_a_files_place_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    answer = examined(tmp_path / "a.txt")
    assert causes(answer) == {"a.txt": {"vanished"}}


def test_a_link_that_the_user_names_is_followed(tmp_path):
    (tmp_path / "x.txt").write_text(WORD)
    (tmp_path / "link.txt").symlink_to("x.txt")
    report = scanned(tmp_path / "link.txt")
    assert found_in(report) == {"link.txt"}
    assert report.complete


def test_a_link_that_took_a_files_place_is_not_followed(tmp_path):
    (tmp_path / "secret").write_text(WORD)
    (tmp_path / "a.txt").symlink_to("secret")
    answer = examined(tmp_path / "a.txt")
    assert answer.type == "unread"
    assert [bool(facts.observations) for facts in answer.facts] == [False]
    assert len(causes(answer)) == 1


def pointer(size: int = 1234) -> str:
    digest = hashlib.sha256(b"x").hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n"


@pytest.mark.parametrize("name", ["weights.bin", "network.onnx", "app.apk", "README"])
def test_a_git_lfs_pointer_is_not_the_file(folder, name):
    (folder / name).write_text(pointer())
    report = scanned(folder)
    assert not report.complete
    reasons = [u.reason for u in report.unreadable if u.locator == name and u.cause == "vanished"]
    assert len(reasons) == 1
    assert "a file of 1,234 bytes; its content is not here" in reasons[0]


@pytest.mark.parametrize("text", [pointer() + "More about pointers. " * 80, pointer().replace("oid", "old")])
def test_a_text_about_git_lfs_is_a_text(tmp_path: Path, text):
    path = tmp_path / "about.txt"
    path.write_text(text)
    assert causes(examined(path)) == {}
