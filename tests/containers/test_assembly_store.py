"""Stores of .NET assemblies in Android apps, built here as the specification says."""

import struct

import lz4.block
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.containers import assembly_store
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.sources import BytesSource

ASSEMBLIES = {b"Door.Face.dll": b"MZ" + b"face" * 500, b"en/Door.resources.dll": b"MZ plain"}


def compressed(content: bytes) -> bytes:
    return struct.pack("<4sII", b"XALZ", 0, len(content)) + lz4.block.compress(content, store_size=False)


def new_store(assemblies: dict[bytes, bytes] = ASSEMBLIES, *, version: int = 0x80010003) -> bytes:
    index = bytes(9 * 2 * len(assemblies))
    names = b"".join(struct.pack("<I", len(name)) + name for name in assemblies)
    at = 20 + len(index) + 28 * len(assemblies) + len(names)
    table, data = b"", b""
    for content in assemblies.values():
        packed = compressed(content) if len(content) > 100 else content
        table += struct.pack("<7I", 0, at + len(data), len(packed), 0, 0, 0, 0)
        data += packed
    head = b"XABA" + struct.pack("<IIII", version, len(assemblies), 2 * len(assemblies), len(index))
    return head + index + table + names + data


def old_store() -> bytes:
    at = 20 + 24 * len(ASSEMBLIES)
    table, data = b"", b""
    for content in ASSEMBLIES.values():
        packed = compressed(content)
        table += struct.pack("<6I", at + len(data), len(packed), 0, 0, 0, 0)
        data += packed
    return b"XABA" + struct.pack("<IIII", 1, len(ASSEMBLIES), len(ASSEMBLIES), 0) + table + data


def opened(source: BytesSource) -> dict[str, bytes]:
    return {m.name: b"".join(m.chunks()) for m in assembly_store.members(source, CountingBudget())}


@pytest.mark.parametrize("before", [b"", b"\x7fELF" + bytes(4092)])
def test_the_assemblies_of_a_store_come_out_whole_also_from_inside_a_library(before):
    source = BytesSource("libassemblies.arm64-v8a.blob.so", before + new_store())
    assert assembly_store.wants(source.name, source.head)
    assert assembly_store.confirms(source)
    assert opened(source) == {name.decode(): content for name, content in ASSEMBLIES.items()}


def test_a_store_of_the_first_version_takes_its_names_from_the_manifest_beside_it():
    manifest = b"Hash 32     Hash 64             Blob ID  Blob idx  Name\n0x1a  0x2b  000  0000  Door.Face\n"
    source = BytesSource("assemblies.blob", old_store(), neighbours={"assemblies.manifest": manifest})
    assert list(opened(source)) == ["Door.Face.dll", "assembly-1.dll"]


def test_other_libraries_are_left_alone():
    assert not assembly_store.wants("libfoo.so", b"\x7fELF")


def test_an_assembly_that_lies_about_its_length_is_told_and_the_others_are_read():
    data = bytearray(new_store())
    at = data.index(b"XALZ")
    data[at + 8 : at + 12] = struct.pack("<I", 0x7FFFFFFF)
    listed = list(assembly_store.members(BytesSource("a.blob", bytes(data)), CountingBudget()))
    with pytest.raises(Unreadable) as raised:
        b"".join(listed[0].chunks())
    assert raised.value.cause is Cause.LIMIT
    assert b"".join(listed[1].chunks()) == b"MZ plain"


@given(cut=st.integers(0, 700), noise=st.binary(max_size=24))
def test_a_mutated_store_gives_members_or_unreadable(cut, noise):
    data = new_store()
    source = BytesSource("a.blob", data[:cut] + noise + data[cut + len(noise) :])
    total = 0
    try:
        for member in assembly_store.members(source, CountingBudget(items=1000, bytes=1 << 22)):
            total += sum(map(len, member.chunks()))
    except Unreadable:
        pass
    assert total <= 1 << 22
