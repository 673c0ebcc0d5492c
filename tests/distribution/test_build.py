"""What is built for computers without a network or Python works there: in an environment with nothing in it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanner import __version__
from scanner.cli.exits import Exit
from tests.commands import FIXTURES, scanned

pytestmark = [
    pytest.mark.distribution,
    pytest.mark.source_tree,
    pytest.mark.skipif("FRSCAN_TEST_DISTRIBUTION" not in os.environ, reason="takes minutes and asks a registry"),
]
BUILD = Path(__file__).parents[2] / "distribution" / "build.py"
APP = FIXTURES / "android" / "demo.apk"


def bare(*command: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command that finds no Python, no site-packages and no settings."""
    surroundings = {"HOME": str(home), "PATH": "", "FRSCAN_CACHE_DIR": str(home / "cache")}
    return subprocess.run([str(word) for word in command], env=surroundings, cwd=home, capture_output=True, text=True)


def check(*program: str | Path, home: Path) -> None:
    assert bare(*program, "--version", home=home).stdout == f"frscan {__version__}\n"
    ran = bare(*program, "scan", "-q", "-f", "json", APP, home=home)
    assert ran.returncode == Exit.FOUND, ran.stderr
    report, usual = json.loads(ran.stdout), scanned(APP)
    assert report["tool"]["signatures"] == usual["tool"]["signatures"]
    assert report["findings"] == usual["findings"]
    assert report["complete"] == usual["complete"]


def kept(home: Path) -> dict[str, int]:
    """The files of compiled signatures, readers and laws (not the database of facts), and when each was written."""
    return {file.name: file.stat().st_mtime_ns for file in (home / "cache").iterdir() if "sqlite" not in file.suffix}


def test_the_wheelhouse_needs_no_registry(tmp_path):
    folder = tmp_path / "wheels"
    subprocess.run([sys.executable, str(BUILD), str(folder)], check=True)
    assert all(file.suffix == ".whl" for file in folder.iterdir())
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--no-index", f"--find-links={folder}", "frscan"]
    subprocess.run([str(word) for word in install], check=True)
    check(python, "-I", "-m", "scanner", home=tmp_path)


def test_the_program_needs_no_python_and_compiles_its_signatures_once(tmp_path):
    subprocess.run([sys.executable, str(BUILD), str(tmp_path), "--without-python"], check=True)
    (archive,) = tmp_path.iterdir()
    home = tmp_path / "elsewhere"
    home.mkdir()
    subprocess.run(["tar", "-xf", str(archive), "-C", str(home)], check=True)
    program = home / "frscan" / ("frscan.exe" if sys.platform == "win32" else "frscan")
    check(program, home=home)
    before = kept(home)
    assert any(name.endswith(".knowledge") for name in before)
    check(program, home=home)
    assert kept(home) == before


@pytest.mark.skipif(sys.platform == "win32", reason="the file is a script of a shell")
def test_the_one_file_unpacks_itself_once_and_brings_its_licences(tmp_path):
    subprocess.run([sys.executable, str(BUILD), str(tmp_path / "out"), "--one-file"], check=True)
    (program,) = (tmp_path / "out").iterdir()
    home = tmp_path / "home"
    home.mkdir()
    programs = f"FRSCAN_PROGRAM_DIR={home / 'programs'}"
    for _ in range(2):
        check("/usr/bin/env", "PATH=/usr/bin:/bin", programs, program, home=home)
    (unpacked,) = (home / "programs").iterdir()
    assert (unpacked / "licenses" / "python" / "LICENSE.txt").is_file()
    assert list((unpacked / "licenses").glob("msgspec-*/**/LICENSE*"))
    assert not list(unpacked.rglob("*readline*"))
    cut = tmp_path / "cut"
    cut.write_bytes(program.read_bytes()[:1_000_000])
    ran = bare("/usr/bin/env", "PATH=/usr/bin:/bin", f"FRSCAN_PROGRAM_DIR={home / 'other'}", "sh", cut, home=home)
    assert "could not be unpacked" in ran.stderr
