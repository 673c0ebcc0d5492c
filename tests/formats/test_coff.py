"""Object files of Windows and the members of import libraries, made here and by Clang and LLVM (`fixtures/native`)."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import ar
from scanner.formats import coff, coff_symbols
from scanner.model.observation import Library, Symbol
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.commands import FIXTURES
from tests.formats.reading import read, read_until_stopped
from tests.sources import BytesSource

DOOR = (FIXTURES / "native" / "door.obj").read_bytes()
LIBRARY = (FIXTURES / "native" / "facesdk.lib").read_bytes()
BIG_CLASS = bytes.fromhex("c7a1bad1eebaa94baf20faf66aa4dcb8")
X64, X86 = 0x8664, 0x14C


def object_file(*, machine: int = X64, big: bool = False, symbols: tuple[tuple[str, int], ...] = ()) -> bytes:
    """An object with linker directives and the given external symbols: name, number of the section."""
    directives = b' /DEFAULTLIB:"facesdk" -defaultlib:libcmt.lib '
    head_size, row = (56, "<8sIiHBB") if big else (20, "<8sIhHBB")
    strings, table = b"", struct.pack(row, b".file", 0, -2, 0, 103, 1) + bytes(20 if big else 18)
    for name, section in symbols:
        raw = name.encode()
        if len(raw) > 8:
            raw, strings = struct.pack("<II", 0, 4 + len(strings)), strings + raw + b"\0"
        table += struct.pack(row, raw, 0, section, 0, 2, 0)
    table_at = head_size + 40 + len(directives)
    sections = struct.pack("<8sIIIIIIHHI", b".drectve", 0, 0, len(directives), head_size + 40, 0, 0, 0, 0, 0)
    if big:
        head = struct.pack("<HHHHI", 0, 0xFFFF, 2, machine, 0) + BIG_CLASS + bytes(16)
        head += struct.pack("<III", 1, table_at, len(symbols) + 2)
    else:
        head = struct.pack("<HHIIIHH", machine, 1, 0, table_at, len(symbols) + 2, 0, 0)
    return head + sections + directives + table + struct.pack("<I", 4 + len(strings)) + strings


def members(data: bytes) -> list[BytesSource]:
    found = ar.members(BytesSource("x.lib", data), CountingBudget())
    return [BytesSource(member.name, b"".join(member.chunks())) for member in found]


@pytest.mark.parametrize("big", [False, True])
def test_an_object_tells_the_libraries_it_asks_for_and_its_symbols(big: bool):
    source = BytesSource("x.obj", object_file(big=big, symbols=(("short", 1), ("a_longer_name", 0))))
    assert coff.wants("x.obj", source.head)
    assert read(coff, source) == [
        Library(role="links", name="facesdk.lib", place=".drectve, default library"),
        Library(role="links", name="libcmt.lib", place=".drectve, default library"),
    ]
    assert read(coff_symbols, source) == [
        Symbol(role="defines", name="short", place="symbol 2"),
        Symbol(role="imports", name="a_longer_name", place="symbol 3"),
    ]
    assert [region.name for region in coff.regions(source, CountingBudget())] == [".drectve"]


@pytest.mark.parametrize(
    ("machine", "raw"), [(X64, "__imp_MatchFaces"), (X86, "__imp__MatchFaces"), (X86, "_MatchFaces")]
)
def test_what_the_compiler_put_before_a_name_is_left_out_and_told_at_once(machine: int, raw: str):
    source = BytesSource("x.obj", object_file(machine=machine, symbols=((raw, 0),)))
    told = [fact for fact in read(coff, source) if isinstance(fact, Symbol)]
    assert told == [Symbol(role="imports", name="MatchFaces", place="symbol 2")]
    assert read(coff_symbols, source) == []


def test_symbols_are_asked_for_by_name():
    data = object_file(symbols=(("one_function", 0), ("another_function", 1)))
    found = read(coff_symbols, BytesSource("x.obj", data, focus=frozenset({"one_*"})))
    assert [fact.name for fact in found if isinstance(fact, Symbol)] == ["one_function"]


def test_an_object_of_a_real_compiler_is_read():
    source = BytesSource("door.obj", DOOR)
    assert coff.wants("door.obj", source.head)
    found = read(coff, source)
    assert Library(role="links", name="facesdk.lib", place=".drectve, default library") in found
    calls = {fact.name for fact in found if isinstance(fact, Symbol) and fact.role == "imports"}
    assert calls == {"FSDK_ActivateLibrary", "FSDK_MatchFaces"}
    assert "may_enter" in {fact.name for fact in read(coff_symbols, source) if isinstance(fact, Symbol)}


def test_each_member_of_an_import_library_names_the_library_it_stands_for():
    parts = members(LIBRARY)
    assert all(coff.wants(part.name, part.head) for part in parts)
    names = [{fact.name for fact in read(coff, part) if isinstance(fact, Library)} for part in parts]
    assert names.count({"facesdk.dll"}) == 3
    offered = [fact for part in parts for fact in read(coff_symbols, part) if getattr(fact, "role", "") == "exports"]
    assert offered == [
        Symbol(role="exports", name=name, place="import header, in facesdk.dll")
        for name in ("FSDK_ActivateLibrary", "FSDK_MatchFaces")
    ]


@pytest.mark.parametrize(
    "head",
    [b"", b"d\x86", b"d\x86" + bytes(60), b"L\x01text with these letters" + b"x" * 60, b"\0\0\xff\xff" + bytes(60)],
)
def test_two_bytes_alone_make_no_object(head: bytes):
    assert not coff.wants("x.bin", head)


def test_a_member_whose_name_has_no_end_is_damaged():
    data = struct.pack("<HHHHIIHH", 0, 0xFFFF, 0, X64, 0, 9, 0, 4) + b"FSDK_Mat"
    found, stopped = read_until_stopped(coff, BytesSource("x", data))
    assert found == []
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def test_a_cut_object_keeps_what_was_read():
    found, stopped = read_until_stopped(
        coff, BytesSource("x", object_file(symbols=(("a_name_that_is_long", 0),))[:120])
    )
    assert [fact.name for fact in found if isinstance(fact, Library)] == ["facesdk.lib", "libcmt.lib"]
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


def test_an_object_that_claims_endless_symbols_is_damage_and_not_memory():
    data = bytearray(object_file())
    struct.pack_into("<I", data, 12, 0xFFFFFFFF)
    _, stopped = read_until_stopped(coff, BytesSource("x", bytes(data)))
    assert stopped is not None


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_a_flipped_or_cut_object_is_survived(data):
    whole = data.draw(st.sampled_from([DOOR, object_file(big=True, symbols=(("a_longer_name", 0),)), LIBRARY[230:]]))
    at = data.draw(st.integers(0, len(whole) - 1))
    flipped = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    source = BytesSource("x", flipped[: data.draw(st.integers(0, len(flipped)))])
    for reader in (coff, coff_symbols):
        read_until_stopped(reader, source)
    list(coff.regions(source, CountingBudget()))
