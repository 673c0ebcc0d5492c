"""The reader of Bun's binary lock files."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.packages import bun_lock_binary
from scanner.model.observation import Package, Requires
from scanner.model.vocabulary import Cause, Scope
from tests.formats.reading import read_until_stopped
from tests.sources import BytesSource

MAGIC = b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n"
ROOT, FROM_REGISTRY, FOLDER = 1, 2, 4
RUNTIME, OPTIONAL, DEV = 2, 4, 8
NUMBERS = {2: "<3I4x", 3: "<3Q", 4: "<3Q"}
ROWS = [
    (ROOT, "shop", (0, 0, 0), "", [(1, RUNTIME), (3, DEV)]),
    (FROM_REGISTRY, "@acme/face-matcher", (1, 4, 0), "beta.2", [(2, RUNTIME), (3, OPTIONAL)]),
    (FROM_REGISTRY, "pixels", (2, 0, 11), "", []),
    (FROM_REGISTRY, "checks", (0, 3, 1), "", []),
    (FOLDER, "local", (0, 0, 0), "", []),
]


class Texts:
    """The bytes of all texts that do not stand in place."""

    def __init__(self):
        self.data = b""

    def stored(self, text):
        raw = text.encode()
        if len(raw) <= 8:
            return raw.ljust(8, b"\0")
        self.data += raw
        return struct.pack("<Q", 1 << 63 | len(raw) << 32 | len(self.data) - len(raw))


def lock_file(rows=ROWS, version=2):
    """A lock file of packages: kind, name, version, what stands behind `-`, and what it asks for (row, behaviour)."""
    texts, empty = Texts(), bytes(16)
    columns = [[] for _ in range(5)]
    dependencies = resolved = b""
    for kind, name, numbers, before, asked in rows:
        url = texts.stored("https://registry.example.invalid/x.tgz")
        tags = texts.stored(before) + bytes(8) + empty
        asked_slice = struct.pack("<2I", len(resolved) // 4, len(asked))
        cells = (
            texts.stored(name),
            bytes(8),
            bytes([kind]) + bytes(7) + url + struct.pack(NUMBERS[version], *numbers) + tags,
            asked_slice,
            asked_slice,
        )
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
        for row, behaviour in asked:
            dependencies += texts.stored(rows[row][1]) + bytes(8) + bytes([behaviour, 0]) + texts.stored("^1")
            resolved += struct.pack("<I", row)
    table = b"".join(b"".join(column) for column in columns) + bytes(157 * len(rows))
    begin = 128
    data = MAGIC + struct.pack("<I", version) + bytes(32)
    data += struct.pack("<6Q", 0, len(rows), 8, 8, begin, begin + len(table)).ljust(begin - len(data), b"\0") + table
    for buffer in (b"", b"", resolved, dependencies, b"", texts.data):
        start = (len(data) + 16 + 7) // 8 * 8
        data = (data + struct.pack("<2Q", start, start + len(buffer))).ljust(start, b"\0") + buffer
    return data


def found(data):
    return read_until_stopped(bun_lock_binary, BytesSource("bun.lockb", data))


@pytest.mark.parametrize("version", [2, 3])
def test_packages_of_a_registry_are_declared_with_their_versions(version):
    packages = [fact for fact in found(lock_file(version=version))[0] if isinstance(fact, Package)]
    assert [(fact.purl, fact.version, fact.place) for fact in packages] == [
        ("pkg:npm/%40acme/face-matcher", "1.4.0-beta.2", "package[1]"),
        ("pkg:npm/pixels", "2.0.11", "package[2]"),
        ("pkg:npm/checks", "0.3.1", "package[3]"),
    ]
    assert {fact.role for fact in packages} == {"declares"}


@pytest.mark.parametrize("version", [2, 3])
def test_who_asks_for_whom_is_told_with_its_scope(version):
    asked = [fact for fact in found(lock_file(version=version))[0] if isinstance(fact, Requires)]
    assert [(fact.by, fact.purls, fact.scope) for fact in asked] == [
        ("", ("pkg:npm/%40acme/face-matcher",), Scope.RUNTIME),
        ("", ("pkg:npm/checks",), Scope.DEV),
        ("pkg:npm/%40acme/face-matcher", ("pkg:npm/pixels",), Scope.RUNTIME),
        ("pkg:npm/%40acme/face-matcher", ("pkg:npm/checks",), Scope.OPTIONAL),
    ]


@pytest.mark.parametrize("data", [b"", MAGIC, b"{}", lock_file(version=4)])
def test_another_format_says_that_it_is_not_read(data):
    facts, stopped = found(data)
    assert facts == []
    assert stopped is not None
    assert stopped.cause is Cause.UNSUPPORTED


@pytest.mark.parametrize("kept", [80, 100, 200, 900])
def test_a_cut_file_is_damaged(kept):
    stopped = found(lock_file()[:kept])[1]
    assert stopped is not None
    assert stopped.cause is Cause.DAMAGED


@given(st.data())
def test_a_lying_file_gives_observations_or_is_unreadable(data):
    content = bytearray(lock_file())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(len(MAGIC) + 4, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    found(bytes(content))
