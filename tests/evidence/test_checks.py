"""Commands by which a person sees what was seen: each is run here, over files of our own."""

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

from scanner.engine.scan import Settings, scan
from scanner.evidence.checks import check_for
from scanner.model.observation import ByteHit, Library, Symbol
from tests.commands import FIXTURES
from tests.containers.test_container_image import archive as container_layer
from tests.containers.test_container_image import saved

PROGRAMS = {"unzip", "tar", "ar", "gzip", "strings", "readelf", "javap", "xxd", "sha256sum", "sed", "grep", "tail"}
SOURCE = """import boto3
import face_recognition as fr
fr.compare_faces([], None)
client = boto3.client("rekognition")
client.search_faces_by_image(CollectionId="c")
"""
TREE = {"app/svc.py": SOURCE.encode(), "app/requirements.txt": b"face_recognition_models==0.3.0\n"}


def tar(members: dict[str, bytes], begins: str = "./") -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for name, data in members.items():
            entry = tarfile.TarInfo(begins + name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return whole.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return whole.getvalue()


@pytest.fixture
def frscan_on_path(tmp_path, monkeypatch):
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "frscan").write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m scanner "$@"\n')
    (programs / "frscan").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def lacks_a_program(command: str) -> bool:
    asked = PROGRAMS & set(re.findall(r"[a-z0-9]+", command))
    return any(shutil.which(program) is None for program in asked)


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are for a POSIX shell")
def test_every_command_shows_what_was_seen(frscan_on_path, tmp_path):
    target = tmp_path / "target"
    target.mkdir()
    for name, data in {
        "plain.py": SOURCE.encode(),
        "requirements.txt": TREE["app/requirements.txt"],
        "app.zip": zipped(TREE),
        "unnamed.bin": zipped(TREE),
        "app.tgz": tar(TREE),
        "plain.tar.gz": tar(TREE, begins=""),
        "image.tar": saved(container_layer(TREE)),
        "nested.zip": zipped({"inner.tar.gz": tar(TREE), "demo.apk": (FIXTURES / "android/demo.apk").read_bytes()}),
        "badge.jar": (FIXTURES / "jvm/badge.jar").read_bytes(),
        "gate": (FIXTURES / "elf/gate").read_bytes(),
        "turnstile": (FIXTURES / "native/turnstile").read_bytes(),
        "badge.dll": (FIXTURES / "native/badge.dll").read_bytes(),
    }.items():
        (target / name).write_bytes(data)
    report = scan([target], Settings(jobs=1, uses_cache=False))
    evidence = [one for finding in report.findings for one in finding.evidence]
    assert {one.locator.partition("!/")[0] for one in evidence} >= {path.name for path in target.iterdir()} - {"gate"}
    silent = []
    for command in sorted({one.check for one in evidence}):
        if not lacks_a_program(command):
            command = command.replace("/tmp/frscan-check", str(tmp_path / "step"))
            ran = subprocess.run(["sh", "-c", command], cwd=target, capture_output=True, timeout=60, check=False)
            if ran.returncode or not ran.stdout:
                silent.append((command, ran.stderr))
    assert silent == []


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
