"""Which class of an app loads which native library, and what a report makes of it."""

import sys
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.evidence.edges import Names
from scanner.evidence.edges.native_libraries import edges
from scanner.formats import dalvik, dex_loads
from scanner.model.artifact import Artifact, ArtifactFacts
from scanner.model.locator import app_of
from scanner.model.observation import Library
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.commands import scanned
from tests.sources import BytesSource

FIXTURES = Path(__file__).parents[2] / "fixtures/android"
sys.path.insert(0, str(FIXTURES / "make"))

from dex_assembler import assemble  # noqa: E402 (the fixtures' own maker)
from dex_classes import Class, Method  # noqa: E402
from dex_code import DONE, Code, MethodRef, invoke, result, text  # noqa: E402

TEXT = "java.lang.String"
LOAD_LIBRARY = MethodRef("java.lang.System", "loadLibrary", (TEXT,))
LOAD = MethodRef("java.lang.System", "load", (TEXT,))
RELINK = MethodRef("org.loader.Relink", "loadLibrary", ("android.content.Context", TEXT))
FORGET = MethodRef("org.app.Settings", "load", (TEXT,))
NEXT = MethodRef("org.app.Settings", "next", (), TEXT)


def app(**classes: Code) -> bytes:
    return assemble([Class(f"org.app.{name}", (Method("go", code=(*code, DONE)),)) for name, code in classes.items()])


def loads(data: bytes, *focus: str) -> list[tuple[str, str]]:
    found = list(dex_loads.observe(BytesSource("classes.dex", data, frozenset(focus)), CountingBudget()))
    assert all(
        isinstance(o, Library) and o.role == "loads" and o.place.startswith("code of method_ids[") for o in found
    )
    return [(o.name, o.by) for o in found if isinstance(o, Library)]


def test_a_bare_name_and_a_file_name_are_loads_of_the_file_by_the_class_that_calls():
    data = app(
        Login=(text("v0", "face"), invoke("static", "v0", LOAD_LIBRARY)),
        Door=(text("v0", "libface.so"), invoke("static", "v0", LOAD)),
        Other=(text("v0", "sound"), invoke("static", "v0", LOAD_LIBRARY)),
    )
    assert loads(data, "libface.so") == [("libface.so", "org.app.Door"), ("libface.so", "org.app.Login")]


def test_a_loader_of_its_own_is_known_by_the_name_of_its_method():
    data = app(Login=(text("v1", "face"), invoke("static", "v0 v1", RELINK)))
    assert loads(data, "libface.so") == [("libface.so", "org.app.Login")]


def test_a_text_that_only_stands_there_or_goes_elsewhere_is_no_load():
    data = app(
        Names=(text("v0", "face"),),
        Settings=(text("v0", "face"), invoke("static", "v0", FORGET)),
        Late=(text("v0", "sound"), text("v1", "face"), invoke("static", "v0", LOAD_LIBRARY)),
        Replaced=(text("v0", "face"), invoke("static", "", NEXT), result("v0"), invoke("static", "v0", LOAD_LIBRARY)),
    )
    assert loads(data, "libface.so") == []


def test_nothing_asked_tells_nothing():
    data = app(Login=(text("v0", "face"), invoke("static", "v0", LOAD_LIBRARY)))
    assert loads(data) == []
    assert loads(data, "gate.exe") == []


def test_a_call_with_a_range_of_registers_hands_over_its_texts():
    units = [0x051B, 3, 0, 0x0277, 7, 4, 0x000E]  # const-string/jumbo v5, #3; invoke-static/range {v4, v5}, #7
    found = dalvik.texts_given(units, frozenset({3}), frozenset({7}), CountingBudget())
    assert list(found) == [(3, 7, 3)]


@pytest.mark.parametrize("fixture", ["demo.apk", "renamed.apk"])
def test_the_report_says_which_class_loads_the_library_for_every_processor(fixture):
    graph = scanned(FIXTURES / fixture)["graph"]
    found = {(edge["target"], edge["place"].rpartition(" ")[2]) for edge in graph["edges"] if edge["kind"] == "loads"}
    assert {target.rpartition("!/")[2] for target, _ in found} == {
        "lib/arm64-v8a/liblobby.so",
        "lib/x86_64/liblobby.so",
    }
    assert {by for _, by in found} == {"org.example.lobby.Native"}


def test_an_app_does_not_load_the_library_of_another_app():
    def facts(locator: str, kind: str, *observations: Library) -> ArtifactFacts:
        name = locator.rpartition("/")[2]
        return ArtifactFacts(
            artifact=Artifact(locator=locator, name=name, type=kind, size=1), observations=observations
        )

    library = Library(name="libface.so", role="loads", by="org.app.Login", place="code")
    user = facts("one.apk!/classes.dex", "dex", library)
    known = Names()
    for item in (user, facts("two.apk!/lib/x86/libface.so", "elf"), facts("one.apk!/lib/x86/libface.so", "elf")):
        known.add(item)
    assert [edge.target for edge in edges(user, known)] == ["one.apk!/lib/x86/libface.so"]


def test_an_app_in_splits_is_asked_about_the_libraries_of_its_other_splits(tmp_path):
    with ZipFile(FIXTURES / "demo.apk") as whole, ZipFile(tmp_path / "demo.apks", "w") as splits:
        for split, begins in (
            ("base.apk", ("AndroidManifest", "classes")),
            ("split_config.x86_64.apk", ("lib/x86_64",)),
        ):
            content = BytesIO()
            with ZipFile(content, "w") as made:
                for member in whole.namelist():
                    if member.startswith(begins):
                        made.writestr(member, whole.read(member))
            splits.writestr(split, content.getvalue())
    edges = [e for e in scanned(tmp_path / "demo.apks")["graph"]["edges"] if e["kind"] == "loads"]
    assert [(e["source"], e["target"]) for e in edges] == [
        ("demo.apks!/base.apk!/classes.dex", "demo.apks!/split_config.x86_64.apk!/lib/x86_64/liblobby.so")
    ]


def test_an_app_unpacked_into_a_folder_is_asked_about_the_libraries_beside_its_code(tmp_path):
    with ZipFile(FIXTURES / "demo.apk") as whole:
        whole.extractall(tmp_path / "demo")
    edges = [e for e in scanned(tmp_path)["graph"]["edges"] if e["kind"] == "loads"]
    assert {(e["source"], e["target"]) for e in edges} == {
        ("demo/classes.dex", f"demo/lib/{abi}/liblobby.so") for abi in ("arm64-v8a", "x86_64")
    }


@pytest.mark.parametrize(
    ("locator", "app"),
    [
        ("demo/classes.dex", "demo/"),
        ("demo/lib/x86/libface.so", "demo/"),
        ("classes.dex", "./"),
        ("lib/x86/libface.so", "./"),
        ("all/lib/face/x.dex", "all/"),
        ("one.apk!/lib/x86/libface.so", "one.apk"),
        ("x.apks!/base.apk!/classes.dex", "x.apks"),
    ],
)
def test_an_app_is_its_container_or_the_folder_it_was_unpacked_into(locator, app):
    assert app_of(locator) == app


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=12), st.integers(40, 100))
def test_changed_files_give_loads_or_unreadable_within_the_budget(changes, percent):
    data = bytearray(app(Login=(text("v0", "face"), invoke("static", "v0", LOAD_LIBRARY))))
    for at, value in changes:
        data[at % len(data)] = value
    del data[len(data) * percent // 100 :]
    source = BytesSource("classes.dex", bytes(data), frozenset({"libface.so"}))
    try:
        for found in dex_loads.observe(source, CountingBudget(items=200_000, bytes=1 << 20)):
            assert isinstance(found, Library)
    except Unreadable:
        pass
