"""Plain object files: what is called plain is a file of which no reader and no container says anything."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue.rules import byte_rules
from scanner.containers.ar import members
from scanner.engine.budget import Allowance, Limits
from scanner.engine.discover import Table
from scanner.engine.notes import Notes
from scanner.engine.settled import Settled
from scanner.formats.elf_object import is_plain
from scanner.matching.bytescan import ByteScanner
from tests.budgets import CountingBudget
from tests.catalogues import shipped_catalogue
from tests.containers.opening import damaged
from tests.engine.scanning import examined
from tests.sources import BytesSource

NAMES = b"\0.text\0.shstrtab\0"


def object_file(names: bytes = NAMES, content: bytes = b"\x90" * 64, *, wide: bool = True, order: str = "<") -> bytes:
    """A relocatable file with one section of content and the section of names; its table of sections comes last."""
    head_bytes, row = (64, "2I4Q2I2Q") if wide else (52, "10I")
    start = head_bytes
    sections = start + len(content) + len(names)
    ident = b"\x7fELF" + bytes((2 if wide else 1, 1 if order == "<" else 2, 1)) + bytes(9)
    words = struct.pack(order + ("HHIQQQI6H" if wide else "HHIIIII6H"), 1, 62, 1, 0, 0, sections, 0, head_bytes, 0, 0,
                        struct.calcsize("<" + row), 3, 2)  # fmt: skip
    text = (1, 1, 6, 0, start, len(content), 0, 0, 1, 0)
    own = (7, 3, 0, 0, start + len(content), len(names), 0, 0, 1, 0)
    rows = b"".join(struct.pack(order + row, *fields) for fields in ((0,) * 10, text, own))
    return ident + words + content + names + rows


def said_of(data: bytes, name: str = "a.o") -> tuple[list[object], tuple[object, ...], str]:
    """What readers, and which containers, have to say of a file; and its type."""
    source = BytesSource(name, data)
    wanted = Table().wanted(name, source.head, source)
    budget = Allowance.for_file(Limits(), len(data))
    told = [seen for reader in wanted.readers for seen in reader.observe(source, budget)]
    return told, wanted.containers, wanted.type


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_ordinary_object_is_plain(wide, order):
    data = object_file(wide=wide, order=order)
    assert is_plain(memoryview(data))
    assert said_of(data) == ([], (), "elf")


@pytest.mark.parametrize(
    "data",
    [
        object_file() + b"behind",
        object_file()[:-1],
        object_file().replace(b"\1\0\x3e", b"\2\0\x3e"),
        b"\x7fELF\2\1",
        b"",
    ],
)
def test_what_may_tell_something_is_not_plain(data):
    assert not is_plain(memoryview(data))


@given(damaged(object_file()))
def test_whatever_is_called_plain_has_nothing_to_tell(data):
    if is_plain(memoryview(data)) and not Table().is_asked_beside("a.o", data):
        assert said_of(data) == ([], (), "elf")


@given(st.binary(max_size=200))
def test_any_bytes_are_judged(data):
    assert is_plain(memoryview(data)) in (True, False)


def ar(*members: tuple[bytes, bytes]) -> bytes:
    heads = (
        (b"%-16s" % name + b"0           0     0     644     %-10d`\n" % len(data), data) for name, data in members
    )
    return b"!<arch>\n" + b"".join(head + data + b"\n" * (len(data) % 2) for head, data in heads)


def test_plain_members_are_counted_and_hits_in_them_are_told(tmp_path):
    hit = object_file(content=b"acme_face_match_engine\0")
    (tmp_path / "liba.a").write_bytes(ar((b"plain.o/", object_file()), (b"hit.o/", hit), (b"other.o/", object_file())))
    answer = examined(tmp_path / "liba.a")
    assert answer.nested == {"elf": 2}
    assert [facts.artifact.locator for facts in answer.facts] == ["liba.a!/hit.o"]


def test_a_zip_archive_at_the_end_of_a_plain_member_is_opened(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("face.txt", "acme_face_match_engine")
    (tmp_path / "liba.a").write_bytes(
        ar((b"plain.o/", object_file()), (b"zip.o/", object_file(content=out.getvalue())))
    )
    answer = examined(tmp_path / "liba.a")
    assert "liba.a!/zip.o!/face.txt" in [facts.artifact.locator for facts in answer.facts]


@pytest.mark.parametrize("section", [".go.buildinfo", ".dep-v0", ".gnu_debugdata", ".debug_str"])
def test_a_member_with_a_section_that_is_looked_into_is_not_settled(section):
    other = object_file(b"\0.text\0" + section.encode() + b"\0")
    library = BytesSource("a.a", ar((b"plain.o/", object_file()), (b"other.o/", other)))
    settled = Settled(Table(), ByteScanner(byte_rules(shipped_catalogue())), frozenset())
    assert [settled.of(member, Notes()) is not None for member in members(library, CountingBudget())] == [True, False]


def test_a_plain_member_whose_name_somebody_asks_for_is_read(tmp_path):
    (tmp_path / "liba.a").write_bytes(ar((b"package.json/", object_file())))
    assert Table().is_asked_beside("package.json", object_file())
    assert Table().is_asked_beside("a.o", bytes(257) + b"ustar")
    assert not Table().is_asked_beside("a.o", object_file())
    assert examined(tmp_path / "liba.a").facts
