"""The reader of Java and Kotlin source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats import java_source
from scanner.model.observation import ClassName
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

JAVA = """package org.example.door;

import com.vendor.face.Matcher;
import com.vendor.face.Unused;
import static com.vendor.tools.Maths.root;
import com.vendor.all.*;
import java.util.List;

// import com.vendor.Comment;
class Door { Matcher matcher = new Matcher(root(2)); }
"""
KOTLIN = """package org.example
import com.vendor.face.Face as F
import kotlin.math.abs
fun open(face: F) = 1
"""


def seen(name, text):
    return [(c.name, c.by, c.place) for c in read(java_source, BytesSource(name, text.encode()))]


def test_classes_imported_are_referred_to_by_the_file_that_uses_them():
    door = "org.example.door.Door"
    assert seen("Door.java", JAVA) == [
        ("com.vendor.face.Matcher", door, "line 3"),
        ("com.vendor.face.Unused", "", "line 4"),
        ("com.vendor.tools.Maths.root", door, "line 5"),
        ("com.vendor.all.*", door, "line 6"),
    ]


def test_a_class_imported_under_another_name_is_used_under_that_name():
    assert seen("Open.kt", KOTLIN) == [("com.vendor.face.Face", "org.example.Open", "line 2")]


@pytest.mark.parametrize("line", ["import x;", "import", "important.thing", 'val s = "import com.a.B"'])
def test_what_is_no_import_gives_nothing(line):
    assert seen("X.kt", line) == []


@given(junk=st.binary(max_size=200), cut=st.integers(0, 200))
def test_mutated_source_gives_observations_or_unreadable(junk, cut):
    data = JAVA.encode()
    found, _ = read_until_stopped(java_source, BytesSource("A.java", data[:cut] + junk + data[cut:]))
    assert all(isinstance(one, ClassName) for one in found)
