"""What native files load by name, and the package they say they were built for."""

import json
import shutil
import struct
import subprocess

import pytest

from scanner.formats import elf, loader_settings, pe
from scanner.formats.elf_tables import Note
from scanner.formats.loaded_names import loaded_names
from scanner.formats.package_note import package_of_note
from scanner.model.observation import Identity, Library, RunPath
from tests.budgets import CountingBudget
from tests.formats.reading import read
from tests.formats.windows_files import pe_with, utf16
from tests.sources import BytesSource

SOURCE = """
#include <dlfcn.h>
static const char *const kept[] = {"/opt/acme/libface_engine.so.3", "libspare.so", "notes.so.txt", "a libodd.so"};
int main(int n, char **v) { return dlopen(kept[n % 4], RTLD_NOW) == 0; }
"""


def loads(found) -> list[str]:
    return [fact.name for fact in found if isinstance(fact, Library) and fact.role == "loads"]


def test_a_stripped_program_that_imports_dlopen_tells_what_it_loads(tmp_path):
    if not shutil.which("gcc"):
        pytest.skip("gcc is not installed")
    (tmp_path / "door.c").write_text(SOURCE)
    subprocess.run(["gcc", "-s", "-o", "door", "door.c", "-ldl"], cwd=tmp_path, check=True, timeout=60)
    found = read(elf, BytesSource("door", (tmp_path / "door").read_bytes()))
    assert loads(found) == ["libface_engine.so.3", "libspare.so"]
    (tmp_path / "still.c").write_text(SOURCE.replace("dlopen(kept[n % 4], RTLD_NOW)", "kept[n % 4]"))
    subprocess.run(["gcc", "-s", "-o", "still", "still.c"], cwd=tmp_path, check=True, timeout=60)
    assert loads(read(elf, BytesSource("still", (tmp_path / "still").read_bytes()))) == []


def test_a_windows_program_that_imports_the_loader_tells_what_it_loads():
    constants = (
        b"\0LoadLibraryW\0" + b"plain.dll\0bin\\folded.DLL\0" + b"\0" + utf16("C:\\acme\\wide.dll") + b"no.dllx\0"
    )
    assert loads(read(pe, BytesSource("x.exe", pe_with({5: constants})))) == ["plain.dll", "folded.DLL", "wide.dll"]
    silent = constants.replace(b"LoadLibraryW", b"NoSuchThing_")
    assert loads(read(pe, BytesSource("x.exe", pe_with({5: silent})))) == []


def test_a_thousand_mentions_of_a_name_are_one():
    budget = CountingBudget(items=2000)
    assert len(list(loaded_names(memoryview(b"liba.so\0" * 1000), "elf", budget))) == 1


@pytest.mark.parametrize("purl", [None, "pkg:deb/debian/door@1.2?arch=amd64"])
def test_the_package_note_names_the_package(purl):
    said = {"type": "deb", "os": "debian", "name": "door", "version": "1.2"} | ({"purl": purl} if purl else {})
    note = Note(b"FDO", 0xCAFE1A7E, json.dumps(said).encode() + b"\0\0")
    assert list(package_of_note(note, CountingBudget())) == [
        Identity(subject="self", name="door", version="1.2", purl="pkg:deb/debian/door", place="package note")
    ]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"name": 3}', b"\xff" * 9, b"[" * 4000])
def test_a_package_note_that_is_none_says_nothing(content):
    assert list(package_of_note(Note(b"FDO", 0xCAFE1A7E, content), CountingBudget())) == []


def test_the_note_is_found_in_a_program(tmp_path):
    if not (shutil.which("gcc") and shutil.which("objcopy")):
        pytest.skip("gcc and binutils are not installed")
    said = b'{"type":"deb","os":"debian","name":"door","version":"1.2"}\0'
    words = struct.pack("<III", 4, len(said), 0xCAFE1A7E) + b"FDO\0" + said + bytes(-len(said) % 4)
    values = ",".join(str(byte) for byte in words)
    source = (
        f'__attribute__((section(".note.package"), used, aligned(4))) static const unsigned char n[] = {{{values}}};'
    )
    (tmp_path / "door.c").write_text(source + "int main(void) { return 0; }")
    assembly = tmp_path / "door.s"
    subprocess.run(["gcc", "-S", "-o", assembly, "door.c"], cwd=tmp_path, check=True, timeout=60)
    assembly.write_text(assembly.read_text().replace('.note.package,"a"', '.note.package,"a",@note'))
    subprocess.run(["gcc", "-s", "-o", "door", assembly], cwd=tmp_path, check=True, timeout=60)
    found = read(elf, BytesSource("door", (tmp_path / "door").read_bytes()))
    assert [fact.name for fact in found if isinstance(fact, Identity)] == ["door"]


def test_the_folders_of_the_loader_are_read():
    main = b"# of the house\ninclude /etc/ld.so.conf.d/*.conf\n/opt/acme/lib # ours\n"
    assert loader_settings.wants("ld.so.conf", main)
    assert read(loader_settings, BytesSource("ld.so.conf", main)) == [RunPath(value="/opt/acme/lib", place="line 3")]


@pytest.mark.parametrize(
    ("head", "wanted"),
    [(b"/opt/acme\n", True), (b"", False), (b"a = 1\n", False), (b"/a b\n", False), (b"# x\n", False)],
)
def test_only_lists_of_folders_are_taken_for_settings_of_the_loader(head, wanted):
    assert loader_settings.wants("acme.conf", head) is wanted
