"""What distributions leave compressed in stripped programs: made by gcc and objcopy, where they are installed."""

import lzma
import shutil
import struct
import subprocess

import pytest
from hypothesis import given, settings

from scanner.containers import elf_debug_data
from tests.commands import FIXTURES
from tests.containers.opening import assert_it_survives, damaged, opened

SOURCE = "".join(f"int face_of_a_clock_number_{n}(int hour) {{ return hour + {n}; }}\n" for n in range(200))
SOURCE += "int main(void) { return face_of_a_clock_number_7(1); }"


def elf_with(name: bytes, content: bytes) -> bytes:
    """Two sections: one of the given name, and the names."""
    names = b"\0" + name + b"\0.shstrtab\0"
    body = content + names
    header = b"\x7fELF\2\1\1" + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, 64 + len(body), 0, 64, 56, 0, 64, 3, 2)
    rows = bytes(64)
    rows += struct.pack("<IIQQQQIIQQ", 1, 1, 0, 0, 64, len(content), 0, 0, 1, 0)
    rows += struct.pack("<IIQQQQIIQQ", 2 + len(name), 3, 0, 0, 64 + len(content), len(names), 0, 0, 1, 0)
    return header + body + rows


SYMBOLS = elf_with(b".gnu_debugdata", lzma.compress(b"symbols"))


def test_the_small_table_of_symbols_is_a_member():
    assert opened(elf_debug_data, SYMBOLS).contents == {".gnu_debugdata": lzma.compress(b"symbols")}


def test_a_program_without_them_holds_nothing():
    for name in ("elf/gate", "elf/meshtool"):
        assert opened(elf_debug_data, (FIXTURES / name).read_bytes(), name) == ([], {}, {})
    plain = elf_with(b".debug_str", b"not compressed at all, but text\0")
    assert opened(elf_debug_data, plain).contents == {}


def test_compressed_texts_of_debug_information_are_members(tmp_path):
    if not (shutil.which("gcc") and shutil.which("objcopy")):
        pytest.skip("gcc and binutils are not installed")
    (tmp_path / "clock.c").write_text(SOURCE)
    command = ["gcc", "-g", "-gz=zlib", "-o", "clock", "clock.c"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    data = (tmp_path / "clock").read_bytes()
    found = opened(elf_debug_data, data)
    assert not found.problems
    assert b"face_of_a_clock_number_7" in found.contents[".debug_str"]


@settings(max_examples=150, deadline=None)
@given(data=damaged(SYMBOLS))
def test_damaged_programs_are_survived(data):
    assert_it_survives(elf_debug_data, data)
