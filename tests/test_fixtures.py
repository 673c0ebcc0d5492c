"""The committed fixtures are what their sources give, and real files of their formats."""

import io
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from scanner.engine.discover import Table
from scanner.model.observation import Observation
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Presence, Verdict
from tests.budgets import CountingBudget
from tests.format_fixtures import FOLDER, FormatFixture, format_fixtures
from tests.fuzz.harness import parsers

FIXTURES = Path(__file__).parents[1] / "fixtures"
BUILD = FIXTURES / "android" / "make" / "build.py"
SCANNED = ("android/*.apk", "android/*.zip", "jvm/*.jar", "elf/*", "dotnet/*", "native/*", "text/*")
MACHINE_CODE_LIMIT = 10_000
PACKED_LIMIT = 30_000
FORMATS = format_fixtures()
IDS = [f"{fixture.parser}/{fixture.path.name}" for fixture in FORMATS]
FORMAT_LIMIT = 50_000
SILENT = {"signature-file"}
"""Readers that prove what a file is and have nothing to say of it."""


def run_build(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, BUILD, *arguments], capture_output=True, text=True, timeout=60, check=False)


def fixture_names() -> list[str]:
    return sorted(p.relative_to(FIXTURES).as_posix() for glob in SCANNED for p in FIXTURES.glob(glob) if p.is_file())


def dex_files() -> Iterator[tuple[str, str, bytes]]:
    for path in sorted((FIXTURES / "android").glob("*.apk")):
        if path.name not in ("tampered.apk", "truncated.apk"):
            with zipfile.ZipFile(path) as apk:
                yield from ((path.name, name, apk.read(name)) for name in apk.namelist() if name.endswith(".dex"))


def test_building_into_another_folder_gives_the_committed_bytes(tmp_path):
    result = run_build("--into", str(tmp_path))
    assert (result.returncode, result.stderr) == (0, "")
    built = {p.relative_to(tmp_path).as_posix(): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert built == {name: (FIXTURES / name).read_bytes() for name in built}
    compiled = {name for name in fixture_names() if name.startswith("native/")}
    assert set(fixture_names()) - set(built) == {"elf/gate", "elf/meshtool", "dotnet/gate.exe", *compiled}


def test_the_check_finds_nothing_stale():
    result = run_build("--check")
    assert (result.returncode, result.stderr) == (0, "")


def test_the_check_names_a_fixture_that_differs(tmp_path):
    copy = tmp_path / "fixtures"
    shutil.copytree(FIXTURES, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "android" / "demo.apk").write_bytes(b"changed")
    build = copy / "android" / "make" / "build.py"
    result = subprocess.run([sys.executable, build, "--check"], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert "fixtures/android/demo.apk is not what its source gives" in result.stderr


def test_every_fixture_has_an_expectation_in_known_words():
    expected = YAML(typ="safe").load((FIXTURES / "expected.yaml").read_text(encoding="utf-8"))
    assert sorted(expected) == fixture_names()
    for entry in expected.values():
        assert set(entry) == {"verdict", "complete", "technologies"}
        assert entry["verdict"] is None or Verdict(entry["verdict"])
        assert isinstance(entry["complete"], bool)
        assert all(Presence(presence) for presence in entry["technologies"].values())


def test_the_fixtures_stay_small():
    sizes = {name: (FIXTURES / name).stat().st_size for name in fixture_names()}
    assert {name: size for name, size in sizes.items() if size >= PACKED_LIMIT} == {}
    compiled = [*FIXTURES.glob("android/native/*/*.so"), FIXTURES / "elf/gate", FIXTURES / "elf/meshtool"]
    compiled += [path for path in FIXTURES.glob("native/*") if path.is_file()]
    assert [path.name for path in compiled if path.stat().st_size >= MACHINE_CODE_LIMIT] == []


@pytest.mark.skipif(
    shutil.which("dexdump") is None, reason="dexdump is not installed (Debian: apt-get install dexdump)"
)
@pytest.mark.parametrize(
    ("apk", "name", "content"), [pytest.param(*each, id=f"{each[0]}-{each[1]}") for each in dex_files()]
)
def test_dexdump_accepts_the_assembled_dex(tmp_path, apk, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    verified = subprocess.run(["dexdump", "-c", path], capture_output=True, text=True, timeout=60, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert "Checksum verified" in verified.stdout
    listed = subprocess.run(
        ["dexdump", "-d", path], capture_output=True, text=True, errors="replace", timeout=60, check=False
    )
    assert (listed.returncode, listed.stderr) == (0, "")
    assert "return-void" in listed.stdout or "return-object" in listed.stdout


@pytest.mark.parametrize(
    "name", ["demo.apk", "renamed.apk", "detection_only.apk", "clean.apk", "device_unlock.apk", "nested.zip"]
)
def test_another_zip_reader_finds_every_entry_whole(name):
    with zipfile.ZipFile(FIXTURES / "android" / name) as archive:
        assert archive.namelist()
        assert archive.testzip() is None


def test_the_tampered_app_defeats_plain_zip_readers_and_holds_the_demo():
    from apkInspector.headers import ZipEntry

    tampered = (FIXTURES / "android" / "tampered.apk").read_bytes()
    with zipfile.ZipFile(io.BytesIO(tampered)) as plain:
        with pytest.raises(NotImplementedError):
            plain.read("AndroidManifest.xml")
        with pytest.raises(RuntimeError, match="encrypted"):
            plain.read("classes.dex")
    patient = ZipEntry.parse(io.BytesIO(tampered))
    with zipfile.ZipFile(FIXTURES / "android" / "demo.apk") as demo:
        assert {n: patient.read(n) for n in demo.namelist()} == {n: demo.read(n) for n in demo.namelist()}


def test_the_renamed_app_keeps_only_the_names_it_must():
    content = {name: data for apk, name, data in dex_files() if apk == "renamed.apk"}["classes.dex"]
    for gone in (
        b"FaceTecSDK",
        b"AmazonRekognition",
        b"CheckIn",
        b"createAndLaunchSession",
        b"SearchFacesByImageRequest",
    ):
        assert gone not in content
    for kept in (b"Lcom/facetec/sdk/FaceTecSessionActivity;", b"Lorg/example/lobby/Native;", b"createRecognizer"):
        assert kept in content


@pytest.mark.parametrize("name", sorted(parsers()))
def test_every_reader_and_container_has_a_fixture(name):
    assert [fixture for fixture in FORMATS if fixture.parser == name], f"put a small file into {FOLDER / name}"


def test_no_fixture_is_left_of_a_reader_that_is_gone():
    assert {fixture.parser for fixture in FORMATS} - set(parsers()) == set()


@pytest.mark.parametrize("fixture", FORMATS, ids=IDS)
def test_a_fixture_is_small_and_handed_to_what_it_is_for(fixture: FormatFixture):
    source = fixture.source
    assert source.size <= FORMAT_LIMIT
    info = parsers()[fixture.parser].INFO
    wanted = Table().wanted(source.name, source.head, source)
    is_asked_later = info.depth or bool(info.marks)
    assert is_asked_later or fixture.parser in {one.INFO.name for one in (*wanted.readers, *wanted.containers)}


@pytest.mark.parametrize("fixture", FORMATS, ids=IDS)
def test_a_fixture_gives_something_or_the_reason_why_not(fixture: FormatFixture):
    parser = parsers()[fixture.parser]
    budget = CountingBudget()
    produce = parser.observe if hasattr(parser, "observe") else parser.members
    found: list[object] = []
    try:
        found.extend(produce(fixture.source, budget))
    except Unreadable as why:
        found.append(why)
    assert found or fixture.parser in SILENT
    assert all(hasattr(one, "chunks") or isinstance(one, Observation | Unreadable) for one in found)
