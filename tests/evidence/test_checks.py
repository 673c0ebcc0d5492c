"""Commands by which a person sees what was seen: each is run here, over files of our own."""

import shutil
import subprocess

import pytest

from scanner.evidence.checks import check_for
from scanner.model.observation import ByteHit, Library, Symbol
from tests.commands import FIXTURES


def run(command: str, name: str, tmp_path) -> str:
    shutil.copy(FIXTURES / "native" / name, tmp_path)
    command = command.replace("/tmp/frscan-check", str(tmp_path / "step"))
    ran = subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    return ran.stdout + ran.stderr


@pytest.mark.skipif(shutil.which("ar") is None, reason="ar is not installed (Debian: apt-get install binutils)")
def test_a_member_of_a_static_library_is_taken_out_by_ar(tmp_path):
    fact = Library(role="is", name="facesdk.dll", place="section .idata$6")
    command = check_for(fact, "facesdk.lib!/facesdk.dll", "coff")
    assert command.startswith("ar p facesdk.lib facesdk.dll > ")
    assert "facesdk.dll" in run(command, "facesdk.lib", tmp_path)


def test_a_file_in_a_compressed_tar_archive_is_taken_out_step_by_step(tmp_path):
    fact = Library(role="links", name="Entry", place="LC_LOAD_DYLIB[0]")
    command = check_for(fact, "visitors.tar.gz!/visitors.tar!/gate", "macho")
    assert "Entry" in run(command, "visitors.tar.gz", tmp_path)


def test_a_network_in_a_program_is_cut_out_where_it_begins():
    hit = ByteHit(pattern="k", offset=4, length=4, text="TFL3", place="offset 0x4")
    assert check_for(hit, "kiosk!/(network at 0x90)", "tflite").startswith("tail -c +145 kiosk > ")


def test_only_an_elf_file_is_looked_into_by_readelf():
    fact = Symbol(role="imports", name="FSDK_MatchFaces", place="symbol 22")
    assert check_for(fact, "door.so", "elf").startswith("readelf")
    assert check_for(fact, "door.obj", "coff").startswith("(strings -a door.obj")
