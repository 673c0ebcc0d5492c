"""Programs frozen by py2exe and Nuitka."""

import marshal
import random
import struct
import sys

import pytest

from scanner.containers import nuitka_onefile, py2exe
from scanner.containers.streams import _zstd
from scanner.engine.scan import Settings, scan
from tests.containers.opening import opened

CODE = "import boto3\nclient = boto3.client('rekognition')\nclient.search_faces_by_image()\n"
TYPE = b"\x0c\0" + "PYTHONSCRIPT".encode("utf-16-le")


def py2exe_program(library=f"python{sys.version_info[0]}{sys.version_info[1]}.dll", archive=b"library.zip"):
    codes = marshal.dumps([compile("import sys", "<bootstrap2>", "exec"), compile(CODE, "door.py", "exec")])
    script = struct.pack("<4I", 0x78563412, 0, 0, len(codes)) + archive + b"\0" + codes + b"\0"
    return b"MZ" + bytes(200) + library.encode() + bytes(100) + TYPE + bytes(50) + script + bytes(300)


def nuitka_program(content):
    return b"\x7fELF" + bytes(range(256)) * 4 + b"KAY" + _zstd().compress(content) + bytes(8)


def test_the_scripts_of_a_program_frozen_by_py2exe_are_a_compiled_file():
    found = opened(py2exe, py2exe_program())
    assert found.problems == {}
    assert b"search_faces_by_image" in found.contents["(scripts).pyc"]


def test_what_such_a_script_calls_is_found(tmp_path):
    (tmp_path / "door.exe").write_bytes(py2exe_program())
    report = scan([tmp_path], Settings(jobs=1))
    assert [finding.presence for finding in report.findings] == ["used"]
    assert report.findings[0].evidence[0].locator == "door.exe!/(scripts).pyc"


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (py2exe_program(library="python399.dll"), "unsupported"),
        (py2exe_program()[:400], "damaged"),
        (py2exe_program(archive=b"x" * 2000), "damaged"),
    ],
)
def test_scripts_that_cannot_be_given_are_told(data, cause):
    found = opened(py2exe, data)
    assert found.contents == {}
    assert found.causes() == {"": cause}


def test_what_nuitka_put_into_one_file_is_given_as_a_whole_and_told():
    found = opened(nuitka_onefile, nuitka_program(b"door.dll\0" + b"compare_faces" * 9))
    assert found.contents == {"(unpacked)": b"door.dll\0" + b"compare_faces" * 9}
    assert found.causes() == {"": "unsupported"}


def test_a_report_on_a_file_of_nuitka_is_incomplete(tmp_path):
    (tmp_path / "door").write_bytes(nuitka_program(b"door.so\0" + bytes(2000)))
    report = scan([tmp_path], Settings(jobs=1))
    assert not report.complete
    assert any("Nuitka" in part.reason for part in report.unreadable)


def test_a_cut_stream_gives_what_came_before():
    content = random.Random(1).randbytes(4000)
    assert opened(nuitka_onefile, nuitka_program(content)[:3000]).causes()["(unpacked)"] == "damaged"


def test_a_program_without_the_beginning_is_left_alone():
    assert opened(nuitka_onefile, b"\x7fELF" + b"KAY" + bytes(900)) == ([], {}, {})
