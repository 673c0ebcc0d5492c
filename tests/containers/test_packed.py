"""Packed programs: recognised by UPX's mark or by code without order, unpacked by upx where it is there."""

import random
import shutil
import struct
import subprocess

import pytest
from hypothesis import given, settings

from scanner.containers import packed
from scanner.containers.program_code import looks_like_noise
from scanner.engine.scan import Settings, scan
from tests.commands import FIXTURES, scanned
from tests.containers.opening import assert_it_survives, damaged, opened
from tests.formats.windows_files import pe_with
from tests.sources import BytesSource

NOISE = random.Random(7).randbytes(40_000)
CODE = b"\x55\x48\x89\xe5\x48\x83\xec\x10\x89\x7d\xfc\xe8\x00\x00\x00\x00" * 2500
UPX = pe_with({}, is_library=False, code=b"UPX!" + NOISE)


def elf(code: bytes, *, wide: bool) -> bytes:
    head = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9)
    if wide:
        head += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
        return head + struct.pack("<IIQQQQQQ", 1, 5, 120, 0, 0, len(code), len(code), 4096) + code
    head += struct.pack("<HHIIIIIHHHHHH", 2, 3, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    return head + struct.pack("<IIIIIIII", 1, 84, 0, 0, len(code), len(code), 5, 4096) + code


def macho(code: bytes) -> bytes:
    segment = struct.pack("<II16s4Q4I", 0x19, 72, b"__TEXT", 0, 0, 104, len(code), 5, 5, 0, 0)
    return struct.pack("<IIIIIIII", 0xFEEDFACF, 7, 3, 2, 1, len(segment), 0, 0) + segment + code


MAKERS = {
    "elf64": lambda code: elf(code, wide=True),
    "elf32": lambda code: elf(code, wide=False),
    "pe": lambda code: pe_with({}, code=code),
    "macho": macho,
}


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Puts a program of one's own making in the place of upx; nothing else is found."""

    def put(script: str) -> None:
        file = tmp_path / "upx"
        file.write_text("#!/bin/sh\n" + script)
        file.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    monkeypatch.setenv("PATH", "")
    return put


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_code_without_order_is_reported_as_packed(kind):
    data = MAKERS[kind](NOISE)
    assert packed.confirms(BytesSource("x", data))
    assert opened(packed, data).causes() == {"": "packed"}


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_ordinary_code_is_not(kind):
    assert not packed.confirms(BytesSource("x", MAKERS[kind](CODE)))
    # A picture or a compressed table inside the code does not make it packed.
    assert not packed.confirms(BytesSource("x", MAKERS[kind](CODE + NOISE[:20_000])))


@pytest.mark.parametrize("name", ["elf/gate", "elf/meshtool", "dotnet/gate.exe", "text/not_an_app.apk"])
def test_ordinary_programs_are_not(name):
    assert not packed.confirms(BytesSource(name, (FIXTURES / name).read_bytes()))


def test_without_upx_the_report_says_what_to_install(program):
    found = opened(packed, UPX)
    assert packed.confirms(BytesSource("x.exe", UPX))
    assert found.causes() == {"": "packed"}
    assert "install the program upx" in found.problems[""].reason


def test_with_upx_the_program_is_unpacked_in_a_folder_that_is_gone_afterwards(program, tmp_path):
    program(f'[ "$1" = -d ] && /bin/cat "$6" "$6" > "$5" && /bin/pwd > {tmp_path}/where; exit 0')
    found = opened(packed, UPX)
    assert found.contents == {"(unpacked)": UPX + UPX}
    folder = (tmp_path / "where").read_text().strip()
    assert folder
    assert not __import__("pathlib").Path(folder).exists()


@pytest.mark.parametrize(
    ("name", "technology"), [("native/badge.dll", "dlib-face-recognition"), ("elf/gate", "opencv-face")]
)
def test_a_program_that_the_real_upx_packed_is_seen_into(tmp_path, name, technology):
    upx = shutil.which("upx")
    if upx is None:
        pytest.skip("upx is not installed (Debian: apt-get install upx-ucl, from the backports for Debian 12)")
    packing = [upx, "-q", "-q", "-q", "--force", "-o", tmp_path / "packed", FIXTURES / name]
    subprocess.run(packing, check=True, capture_output=True, timeout=60)
    report = scanned(tmp_path)
    found = {finding["technology"]["id"]: finding for finding in report["findings"]}
    assert report["complete"]
    assert any(one["locator"].startswith("packed!/(unpacked)") for one in found[technology]["evidence"])
    assert found[technology]["component"]["locator"] == "packed"


def test_what_upx_packed_is_never_silently_clean_where_it_cannot_be_unpacked(program, tmp_path):
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "x.dll").write_bytes(UPX)
    report = scan([tmp_path / "target"], Settings(jobs=1, uses_cache=False))
    assert (report.verdict, report.complete) == ("none", False)
    assert [(u.locator, u.cause) for u in report.unreadable] == [("x.dll", "packed")]


@pytest.mark.parametrize("script", ["exit 1", '/bin/cat "$6" > "$5"; exit 1', "exit 0", 'ln -s /etc/hosts "$5"'])
def test_what_upx_cannot_unpack_is_reported(program, script):
    program(script)
    assert opened(packed, UPX).causes() == {"(unpacked)": "packed"}


def test_an_unpacking_that_takes_too_long_is_ended(program, monkeypatch):
    monkeypatch.setattr(packed, "_SECONDS", 1)
    program("exec /bin/sleep 60")
    assert opened(packed, UPX).causes() == {"(unpacked)": "packed"}


def test_noise_in_any_part_that_runs_is_told():
    data = elf(CODE, wide=True)
    # A second program header takes the place of the first bytes of code.
    small = CODE + NOISE[:20_000]
    head = bytearray(elf(small, wide=True)[:64])
    head[56:58] = struct.pack("<H", 2)
    at = 64 + 2 * 56
    rows = struct.pack("<IIQQQQQQ", 1, 5, at, 0, 0, len(CODE), len(CODE), 4096)
    rows += struct.pack("<IIQQQQQQ", 1, 5, at + len(CODE), 0, 0, 20_000, 20_000, 4096)
    assert looks_like_noise(memoryview(bytes(head) + rows + small))
    assert not looks_like_noise(memoryview(data))


@pytest.mark.parametrize(("name", "packed_later"), [(b"ACME0", True), (b".textbss", False)])
def test_a_windows_program_whose_code_is_not_in_the_file_yet_is_told(name, packed_later):
    data = bytearray(pe_with({}, code=CODE[:512]))
    row = data.index(b".text\0\0\0")
    data[row : row + 8] = name.ljust(8, b"\0")
    struct.pack_into("<I4xI", data, row + 8, 64 << 10, 0)
    assert packed.confirms(BytesSource("x.exe", bytes(data))) is packed_later


def test_a_table_that_is_claimed_to_lie_behind_every_file_makes_no_program():
    lying = bytearray(elf(NOISE, wide=True))
    lying[32:40] = b"\xff" * 8
    assert not packed.confirms(BytesSource("x", bytes(lying)))


@settings(max_examples=150, deadline=None)
@given(data=damaged(elf(NOISE[:20_000], wide=True)))
def test_damaged_programs_are_survived(data):
    looks_like_noise(memoryview(data))
    assert_it_survives(packed, data)
