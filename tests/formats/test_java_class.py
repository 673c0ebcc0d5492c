"""The class-file reader: against files assembled here, broken ones, and javac's where there is one."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.formats import java_class
from scanner.model.observation import Call, ClassName
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource


def class_file(this: bytes = b"com/example/App", major: int = 52) -> bytes:
    """A class that names a vendor class, an array of one, a method of one, a field type, and the platform's."""

    def utf8(text: bytes) -> bytes:
        return struct.pack(">BH", 1, len(text)) + text

    pool = [
        utf8(this),  # 1
        struct.pack(">BH", 7, 1),  # 2 this class
        utf8(b"java/lang/Object"),  # 3
        struct.pack(">BH", 7, 3),  # 4
        utf8(b"com/vendor/Sdk"),  # 5
        struct.pack(">BH", 7, 5),  # 6
        utf8(b"start"),  # 7
        utf8(b"(Lcom/vendor/Config;I[Ljava/lang/String;)Lcom/vendor/Sdk$Result;"),  # 8
        struct.pack(">BHH", 12, 7, 8),  # 9
        struct.pack(">BHH", 10, 6, 9),  # 10 Sdk.start
        struct.pack(">Bq", 5, 1),  # 11 a long, which takes 12 too
        utf8(b"[[Lcom/vendor/Face;"),  # 13
        struct.pack(">BH", 7, 13),  # 14
        utf8(b"[I"),  # 15
        struct.pack(">BH", 7, 15),  # 16
        utf8(b"field"),  # 17
        utf8(b"Lcom/vendor/Listener;"),  # 18
        utf8(b"Deprecated"),  # 19
        struct.pack(">BHH", 11, 6, 9),  # 20 the same method through an interface
        utf8(b"toString"),  # 21
        struct.pack(">BHH", 12, 21, 8),  # 22
        struct.pack(">BHH", 10, 4, 22),  # 23 Object.toString
    ]
    data = struct.pack(">IHHH", 0xCAFEBABE, 0, major, len(pool) + 2) + b"".join(pool)
    data += struct.pack(">HHHH", 0x21, 2, 4, 0)
    data += struct.pack(">HHHHH", 1, 1, 17, 18, 1) + struct.pack(">HI", 19, 0)
    return data + struct.pack(">HH", 0, 0)


def test_a_class_gives_its_name_references_and_calls():
    own = "com.example.App"
    assert read(java_class, BytesSource("App.class", class_file())) == [
        ClassName(language="java", role="defines", name=own, place="this_class"),
        ClassName(language="java", role="references", name="com.vendor.Sdk", by=own, place="constant_pool[6]"),
        ClassName(language="java", role="references", name="com.vendor.Face", by=own, place="constant_pool[14]"),
        ClassName(language="java", role="references", name="com.vendor.Config", by=own, place="constant_pool[22]"),
        ClassName(language="java", role="references", name="com.vendor.Sdk$Result", by=own, place="constant_pool[22]"),
        ClassName(language="java", role="references", name="com.vendor.Listener", by=own, place="fields[0]"),
        Call(language="java", name="com.vendor.Sdk.start", by=own, place="constant_pool[10]"),
    ]


def test_a_class_of_the_platform_still_defines_itself():
    found = read(java_class, BytesSource("X.class", class_file(this=b"java/lang/X")))
    assert found[0] == ClassName(language="java", role="defines", name="java.lang.X", place="this_class")


def test_a_name_in_modified_utf8_is_decoded():
    smile = "\U0001f600".encode("utf-16-be")
    paired = b"".join(chr(int.from_bytes(smile[n : n + 2], "big")).encode("utf-8", "surrogatepass") for n in (0, 2))
    found = read(java_class, BytesSource("X.class", class_file(this=b"a/" + paired)))
    assert isinstance(found[0], ClassName)
    assert found[0].name == "a.\U0001f600"


@pytest.mark.parametrize(
    ("head", "wanted"),
    [
        (class_file(), True),
        (class_file()[:6], True),
        (b"\xca\xfe\xba\xbe\0\0\0\x02" + bytes(40), False),
        (b"class App {}", False),
        (b"", True),
    ],
)
def test_class_files_are_told_from_fat_binaries_and_text(head: bytes, wanted: bool):
    assert java_class.wants("app.class", head) is wanted


def test_a_truncated_class_keeps_what_its_pool_held():
    data = class_file()
    found, stopped = read_until_stopped(java_class, BytesSource("App.class", data[:-25]))
    assert "com.vendor.Sdk" in {fact.name for fact in found if isinstance(fact, ClassName)}
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def test_many_entries_that_share_a_long_name_are_bounded():
    name = b"x" * 60_000
    pool = struct.pack(">BH", 1, len(name)) + name + struct.pack(">BH", 7, 1) * 60_000
    data = struct.pack(">IHHH", 0xCAFEBABE, 0, 52, 60_002) + pool + struct.pack(">HHHHHH", 0, 0, 0, 0, 0, 0)
    budget = CountingBudget(bytes=2_000_000)
    with pytest.raises(Unreadable) as stopped:
        read(java_class, BytesSource("x.class", data), budget)
    assert stopped.value.cause is Cause.LIMIT


@settings(max_examples=200, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=10), cut=st.integers(0, 600))
def test_a_mutated_class_gives_observations_or_unreadable(flips, cut):
    data = bytearray(class_file())
    for offset, value in flips:
        if offset < len(data):
            data[offset] = value
    read_until_stopped(java_class, BytesSource("x.class", bytes(data[:cut])))


@pytest.mark.skipif(
    shutil.which("javac") is None, reason="no Java compiler here; the assembled class above covers the reader"
)
def test_a_compiled_class_gives_the_classes_and_methods_its_source_names(tmp_path: Path):
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor/Sdk.java").write_text(
        "package vendor; public class Sdk { public static int go(Sdk[] s) { return 1; } }"
    )
    (tmp_path / "App.java").write_text("import vendor.Sdk; class App { Sdk kept; int run() { return Sdk.go(null); } }")
    subprocess.run(["javac", "-d", tmp_path, "App.java", "vendor/Sdk.java"], cwd=tmp_path, check=True)
    found = read(java_class, BytesSource("App.class", (tmp_path / "App.class").read_bytes()))
    assert [(type(fact).__name__, getattr(fact, "name", "")) for fact in found] == [
        ("ClassName", "App"),
        ("ClassName", "vendor.Sdk"),
        ("Call", "vendor.Sdk.go"),
    ]
