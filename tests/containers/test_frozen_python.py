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


def unpacked_by_nuitka(files, *, is_windows=False, checksum=b""):
    """The payload, as OnefileBootstrap.c reads it; None is a link."""
    width = "utf-16-le" if is_windows else "utf-8"
    payload = b""
    for name, content in files.items():
        payload += f"{name}\0".encode(width)
        if not is_windows:
            payload += b"\2" if content is None else b"\1"
        payload += b"lib.so.1\0" if content is None else struct.pack("<Q", len(content)) + checksum + content
    return payload + "\0".encode(width)


FILES = {"door.bin": b"\x7fELF" + bytes(90), "lib/face.so": b"compare_faces" * 9, "empty": b"", "lib.so": None}


@pytest.mark.parametrize("checksum", [b"", b"\1\2\3\4"])
def test_the_files_in_a_program_of_nuitka_come_under_their_names(checksum):
    found = opened(nuitka_onefile, nuitka_program(unpacked_by_nuitka(FILES, checksum=checksum)))
    assert found.contents == {name: content or b"" for name, content in FILES.items()}
    assert found.kinds()["lib.so"] == "link"
    assert found.problems == {}


def test_names_in_a_program_for_windows_are_wider():
    files = {"door.dll": b"MZ" + bytes(90), "Türe/face.py": b"import face_recognition\n"}
    program = b"MZ" + nuitka_program(unpacked_by_nuitka(files, is_windows=True))
    assert opened(nuitka_onefile, program).contents == files


def test_a_layout_that_is_not_known_is_given_as_a_whole_and_told(tmp_path):
    content = b"door.dll\0" + b"compare_faces" * 9
    found = opened(nuitka_onefile, nuitka_program(content))
    assert found.contents == {"(unpacked)": content}
    assert found.causes() == {"": "unsupported"}
    (tmp_path / "door").write_bytes(nuitka_program(content))
    report = scan([tmp_path], Settings(jobs=1))
    assert any("Nuitka" in part.reason for part in report.unreadable)


def test_a_script_that_nuitka_put_beside_its_program_is_read_as_one(tmp_path):
    files = {
        "door.bin": b"\x7fELF" + bytes(90),
        "check.py": b"import face_recognition\nface_recognition.compare_faces(a, b)\n",
    }
    (tmp_path / "door").write_bytes(nuitka_program(unpacked_by_nuitka(files)))
    report = scan([tmp_path], Settings(jobs=1))
    assert [finding.evidence[0].locator for finding in report.findings] == ["door!/check.py"]


def test_a_cut_stream_gives_what_came_before():
    content = random.Random(1).randbytes(4000)
    assert opened(nuitka_onefile, nuitka_program(content)[:3000]).causes()["(unpacked)"] == "damaged"


def test_a_program_without_the_beginning_is_left_alone():
    assert opened(nuitka_onefile, b"\x7fELF" + b"KAY" + bytes(900)) == ([], {}, {})
