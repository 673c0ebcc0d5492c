"""Unity programs compiled to machine code: their metadata, built here by the specification, in each size of records."""

import struct
import zipfile
from contextlib import suppress
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import il2cpp_literals
from scanner.formats import il2cpp_metadata
from scanner.model.observation import ClassName
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.commands import scanned
from tests.sources import BytesSource

RECORD_BYTES = {24: (104, 100, 92), 27: (88,), 29: (88,), 31: (88,)}
SIZES = [(version, size) for version, sizes in RECORD_BYTES.items() for size in sizes]
TYPES = [("", "<Module>"), ("org.example", "Gate"), ("", "Inner"), ("", "<>c"), ("org.example", "Pair`2")]
LITERALS = ["Wer ist da? 顔", "rekognition.us-east-1.amazonaws.com", "", "fetch"]


def metadata(
    *, version: int = 29, size: int = 88, types: list[tuple[str, str]] = TYPES, literals: list[str] = LITERALS
) -> bytes:
    """A file in which the second type has the third and fourth inside it."""
    names, index = bytearray(b"\0"), {"": 0}
    for name in [part for pair in types for part in pair]:
        if name not in index:
            index[name] = len(names)
            names += name.encode() + b"\0"
    records = []
    for number, (space, name) in enumerate(types):
        record = bytearray(size)
        struct.pack_into("<2I", record, 0, index[name], index[space])
        struct.pack_into("<I", record, size - 40, 0)
        struct.pack_into("<H", record, size - 16, 2 if number == 1 else 0)
        struct.pack_into("<I", record, size - 4, 0x02000001 + number)
        records.append(bytes(record))
    content = [literal.encode() for literal in literals]
    starts = [0, *accumulate(map(len, content))][:-1]
    rows = b"".join(struct.pack("<2I", len(text), start) for text, start in zip(content, starts, strict=True))
    parts = {0x08: rows, 0x10: b"".join(content), 0x18: bytes(names), 0x80: struct.pack("<2I", 2, 3)}
    parts[0xA0] = b"".join(records)
    header, body = bytearray(0x100), b""
    struct.pack_into("<2I", header, 0, 0xFAB11BAF, version)
    for at, part in parts.items():
        struct.pack_into("<2I", header, at, len(header) + len(body), len(part))
        body += part
    return bytes(header) + body


def types_of(data: bytes) -> list[str]:
    found = list(il2cpp_metadata.observe(BytesSource("global-metadata.dat", data), CountingBudget()))
    assert all(isinstance(one, ClassName) and one.language == "dotnet" and one.role == "defines" for one in found)
    return [one.name for one in found if isinstance(one, ClassName)]


def literals_of(data: bytes) -> list[str]:
    (member,) = il2cpp_literals.members(BytesSource("global-metadata.dat", data), CountingBudget())
    return b"".join(member.chunks()).decode().split("\n")[:-1]


@pytest.mark.parametrize(("version", "size"), SIZES)
def test_types_and_those_inside_them_are_named_whatever_the_version(version, size):
    data = metadata(version=version, size=size)
    assert types_of(data) == ["org.example.Gate", "org.example.Gate$Inner", "org.example.Pair"]


def test_every_text_of_the_code_stands_alone():
    assert literals_of(metadata()) == LITERALS


def test_more_types_and_texts_than_a_piece_holds_come_in_order():
    types = [("", "<Module>"), *(("a", f"T{number}") for number in range(9000))]
    literals = [f"text {number}" for number in range(70_000)]
    data = metadata(types=types, literals=literals)
    assert types_of(data)[2:] == ["a.T0$T2", *(f"a.T{number}" for number in range(3, 9000))]
    assert literals_of(data) == literals


def test_a_host_in_the_code_and_a_type_of_a_library_are_found_in_an_app(tmp_path):
    types = [*TYPES, ("FaceONNX", "FaceEmbedder")]
    app = tmp_path / "app.apk"
    with zipfile.ZipFile(app, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assets/bin/Data/Managed/Metadata/global-metadata.dat", metadata(types=types))
    report = scanned(app)
    assert report["complete"]
    assert report["verdict"] == "recognition"
    seen = {(e["kind"], e["value"], e["locator"].rpartition("/")[2]) for f in report["findings"] for e in f["evidence"]}
    assert ("class", "FaceONNX.FaceEmbedder", "global-metadata.dat") in seen
    assert ("endpoint", "rekognition.us-east-1.amazonaws.com", "literals") in seen


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"\x11\x22\x33\x44" * 100, Cause.ENCRYPTED),
        (metadata(version=39), Cause.UNSUPPORTED),
        (metadata(size=96), Cause.UNSUPPORTED),
        (metadata()[:150], Cause.DAMAGED),
        (metadata()[:-1], Cause.DAMAGED),
    ],
)
def test_what_cannot_be_read_is_said(data, cause):
    with pytest.raises(Unreadable) as problem:
        types_of(data)
    assert problem.value.cause is cause


def test_an_app_with_encrypted_metadata_is_not_said_to_be_read(tmp_path):
    app = tmp_path / "app.apk"
    with zipfile.ZipFile(app, "w") as archive:
        archive.writestr("assets/bin/Data/Managed/Metadata/global-metadata.dat", bytes(range(256)) * 8)
    report = scanned(app)
    assert not report["complete"]
    assert [part["cause"] for part in report["unreadable"]] == ["encrypted"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=12), st.integers(0, 100))
def test_changed_files_give_types_texts_or_unreadable_within_the_budget(changes, percent):
    data = bytearray(metadata())
    for at, value in changes:
        data[at % len(data)] = value
    del data[len(data) * percent // 100 :]
    source = BytesSource("global-metadata.dat", bytes(data))
    for run in (il2cpp_metadata.observe, lambda *given: [list(m.chunks()) for m in il2cpp_literals.members(*given)]):
        with suppress(Unreadable):
            list(run(source, CountingBudget(items=5000, bytes=1 << 16)))
