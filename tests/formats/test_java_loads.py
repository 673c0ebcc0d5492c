"""Which Java class loads which native library: by a class that javac made, by broken ones, and in a report."""

import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import java_class, java_loads
from scanner.model.observation import Library
from tests.budgets import CountingBudget
from tests.commands import FIXTURES, scanned
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

ALBUM = (FIXTURES / "jvm" / "classes" / "org" / "example" / "photos" / "Album.class").read_bytes()
OWN = "org.example.photos.Album"


def loads(data: bytes) -> list[Library]:
    return [fact for fact in read(java_class, BytesSource("A.class", data)) if isinstance(fact, Library)]


def test_a_class_tells_what_it_loads_as_each_system_names_the_file():
    found = loads(ALBUM)
    assert [(fact.name, fact.role, fact.by) for fact in found] == [
        ("libbooth.so", "loads", OWN),
        ("libphotos.so", "loads", OWN),
        ("photos.dll", "loads", OWN),
        ("libphotos.dylib", "loads", OWN),
    ]
    assert all(fact.place.startswith("code of methods[") for fact in found)


def test_a_load_of_anything_but_the_platform_is_none():
    assert [fact.name for fact in loads(ALBUM.replace(b"java/lang/Runtime", b"org/acme/Settings"))] == [
        "libphotos.so",
        "photos.dll",
        "libphotos.dylib",
    ]


def test_a_loader_of_its_own_is_known_by_the_name_of_its_method():
    assert "libphotos.so" in [fact.name for fact in loads(ALBUM.replace(b"java/lang/System", b"org/acme/Relinks"))]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("face", ("libface.so", "face.dll", "libface.dylib")),
        ("C:\\acme\\Face.DLL", ("Face.DLL",)),
        ("libface.so.3", ("libface.so.3",)),
        ("native/", ()),
        ("", ()),
    ],
)
def test_a_name_is_what_the_loader_makes_a_file_name_of(text: str, names: tuple[str, ...]):
    assert java_loads.file_names(text) == names


def test_a_program_on_the_java_machine_uses_the_native_library_beside_it(tmp_path):
    classes = tmp_path / "classes" / "org" / "example" / "photos"
    classes.mkdir(parents=True)
    (classes / "Album.class").write_bytes(ALBUM)
    (tmp_path / "natives").mkdir()
    shutil.copy(FIXTURES / "native" / "libphotos.so", tmp_path / "natives")
    report = scanned(tmp_path)
    (edge,) = [edge for edge in report["graph"]["edges"] if edge["kind"] == "loads"]
    assert (edge["source"], edge["target"]) == ("classes/org/example/photos/Album.class", "natives/libphotos.so")
    (finding,) = report["findings"]
    assert (finding["technology"]["id"], finding["presence"]) == ("inspireface", "used")


@settings(max_examples=200, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 255)), max_size=8), cut=st.integers(0, 1000))
def test_a_mutated_class_gives_loads_or_unreadable(flips, cut):
    data = bytearray(ALBUM)
    for offset, value in flips:
        if offset < len(data):
            data[offset] = value
    read_until_stopped(java_class, BytesSource("x.class", bytes(data[:cut])))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_code_of_any_bytes_is_walked_to_its_end(code):
    list(java_loads._handed(code[:280] + bytes(16), {1}, CountingBudget(items=1000)))
