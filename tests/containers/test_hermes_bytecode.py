"""Hermes bytecode: the texts of compiled JavaScript. The files are built by the specification in both widths."""

import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import hermes_bytecode
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.commands import scanned
from tests.sources import BytesSource

LONG = "x" * 300
TEXTS = ["detect", "Überprüfung 顔", LONG, "api", "rekognition.us-east-1.amazonaws.com", "fetch"]


def compiled(texts: list[str], *, width: int = 16, identifiers: int = 2, functions: int = 3) -> bytes:
    """A file whose storage has no byte between two texts."""
    storage, entries, overflow = bytearray(), [], []
    for text in texts:
        is_wide = not text.isascii()
        offset = len(storage)
        storage += text.encode("utf-16-le" if is_wide else "ascii")
        if len(text) >= 255:
            entries.append(int(is_wide) | len(overflow) << 1 | 255 << 24)
            overflow.append((offset, len(text)))
        else:
            entries.append(int(is_wide) | offset << 1 | len(text) << 24)
    kinds = [len(texts) - identifiers, identifiers | 1 << 31]
    counts = (functions, len(kinds), identifiers, len(texts), len(overflow), len(storage))
    header = struct.pack("<QI20sII6I", 0x1F1903C103BC1FC6, 96, bytes(20), 0, 0, *counts).ljust(128, b"\0")
    tables = [struct.pack("<I", kind) for kind in kinds] + [bytes(4)] * identifiers
    tables += [struct.pack("<I", entry) for entry in entries] + [struct.pack("<2I", *pair) for pair in overflow]
    return header + bytes(width * functions) + b"".join(tables) + storage


def texts_of(data: bytes) -> list[str]:
    (member,) = hermes_bytecode.members(BytesSource("index.android.bundle", data), CountingBudget())
    assert member.name == "strings"
    return b"".join(member.chunks()).decode().splitlines()


@pytest.mark.parametrize("width", [16, 12])
def test_every_text_stands_alone_whatever_the_width_of_function_headers(width):
    assert texts_of(compiled(TEXTS, width=width)) == TEXTS


def test_more_texts_than_a_piece_holds_come_in_order():
    many = [f"name{number}" for number in range(60_000)]
    assert texts_of(compiled(many)) == many


def test_a_layout_that_does_not_add_up_is_searched_as_bytes_and_said_to_be_unread():
    data = bytearray(compiled(TEXTS))
    data[0x34] += 1  # one text more than the runs of kinds have
    found = hermes_bytecode.members(BytesSource("x", bytes(data)), CountingBudget())
    member = next(found)
    assert b"".join(member.chunks()) == bytes(data[8:])
    with pytest.raises(Unreadable, match="layout") as problem:
        next(found)
    assert problem.value.cause is Cause.UNSUPPORTED


def test_a_host_that_touches_other_texts_in_the_storage_is_found(tmp_path):
    data = compiled(TEXTS)
    assert b"apirekognition.us-east-1.amazonaws.comfetch" in data
    app = tmp_path / "app.apk"
    with zipfile.ZipFile(app, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assets/index.android.bundle", data)
    report = scanned(app)
    assert report["complete"]
    places = [(e["kind"], e["locator"]) for f in report["findings"] for e in f["evidence"]]
    assert places == [("endpoint", "app.apk!/assets/index.android.bundle!/strings")]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=12), st.integers(0, 100))
def test_changed_files_give_members_or_unreadable_within_the_budget(changes, percent):
    data = bytearray(compiled(TEXTS))
    for at, value in changes:
        data[at % len(data)] = value
    del data[len(data) * percent // 100 :]
    try:
        for member in hermes_bytecode.members(BytesSource("x", bytes(data)), CountingBudget(items=5000, bytes=1 << 16)):
            assert all(len(piece) <= 1 << 20 for piece in member.chunks())
    except Unreadable:
        pass
