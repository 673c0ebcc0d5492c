"""Zip archives: honest, tampered, overlapping, cut and prepended ones."""

import bz2
import io
import random
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import Member, containers
from scanner.containers import zip as zip_container
from scanner.containers.jail import Jail
from scanner.containers.zip import members
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.sources import BytesSource

FIXTURES = Path(__file__).parents[2] / "fixtures"
TEXT = b"All the faces of a city. " * 200


def archive(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():  # the standard library warns of a second entry of the same name
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(out, "w", method) as made:
            for name, content in entries:
                made.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def listed(data: bytes, budget: CountingBudget | None = None) -> tuple[list[Member], Unreadable | None]:
    found: list[Member] = []
    try:
        for member in members(BytesSource("a.zip", data), budget or CountingBudget()):
            found.append(member)  # noqa: PERF402 (kept when the listing stops)
    except Unreadable as problem:
        return found, problem
    return found, None


def read(member: Member) -> tuple[bytes, Unreadable | None]:
    out = b""
    try:
        for piece in member.chunks():
            assert 0 < len(piece) <= 1 << 20
            out += piece
    except Unreadable as problem:
        return out, problem
    return out, None


def contents(data: bytes) -> dict[str, bytes]:
    found, problem = listed(data)
    assert problem is None
    return {member.name: b"".join(member.chunks()) for member in found}


def patched(data: bytes, *, local: tuple[int, bytes] | None = None, central: tuple[int, bytes] | None = None) -> bytes:
    """The archive with bytes changed at an offset into its first local header or its first directory entry."""
    out = bytearray(data)
    for signature, change in ((b"PK\3\4", local), (b"PK\1\2", central)):
        if change is not None:
            at = data.index(signature) + change[0]
            out[at : at + len(change[1])] = change[1]
    return bytes(out)


def test_the_container_is_found_by_its_place():
    assert zip_container in containers()
    assert zip_container.RANDOM_ACCESS is True


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_method_the_standard_library_writes_is_read(method):
    entries = (("empty.txt", b""), ("a/text.txt", TEXT), ("noise", random.Random(1).randbytes(3 << 20)))
    assert contents(archive(*entries, method=method)) == dict(entries)


def test_the_standard_library_reads_the_same_from_every_fixture():
    for path in (*FIXTURES.glob("*/*.apk"), *FIXTURES.glob("*/*.jar"), *FIXTURES.glob("*/*.zip")):
        if path.stem in {"tampered", "truncated", "not_an_app"}:
            continue
        with zipfile.ZipFile(path) as reference:
            assert contents(path.read_bytes()) == {name: reference.read(name) for name in reference.namelist()}


def test_the_tampered_app_reads_like_the_honest_one():
    assert contents((FIXTURES / "android/tampered.apk").read_bytes()) == contents(
        (FIXTURES / "android/demo.apk").read_bytes()
    )


@pytest.mark.filterwarnings("ignore")
def test_apkinspector_reads_the_same_from_the_tampered_app():
    from apkInspector.headers import ZipEntry

    data = (FIXTURES / "android/tampered.apk").read_bytes()
    reference = ZipEntry.parse(io.BytesIO(data))
    ours = contents(data)
    assert set(ours) == set(reference.namelist())
    # Its reading of an encryption flag and of a stored entry is Android's too.
    assert all(reference.read(name) == content for name, content in ours.items())


@pytest.mark.parametrize("method", [77, 12, 14, 99, 9])
def test_a_wrong_method_does_not_hide_deflated_bytes(method):
    number = struct.pack("<H", method)
    data = patched(archive(("classes.dex", TEXT)), local=(8, number), central=(10, number))
    (member,), _ = listed(data)
    assert read(member) == (TEXT, None)


def test_an_encryption_flag_on_plain_bytes_hides_nothing():
    data = patched(archive(("classes.dex", TEXT)), local=(6, b"\1\0"), central=(8, b"\1\0"))
    (member,), _ = listed(data)
    assert read(member) == (TEXT, None)


def test_an_encrypted_entry_is_said_to_be_encrypted():
    scrambled = patched(archive(("a", TEXT)), local=(6, b"\1\0"), central=(8, b"\1\0"))
    at = scrambled.index(b"PK\3\4") + 31
    scrambled = scrambled[:at] + random.Random(2).randbytes(20) + scrambled[at + 20 :]
    (member,), problem = listed(scrambled)
    assert problem is None
    content, refused = read(member)
    assert content == b""
    assert refused is not None
    assert refused.cause is Cause.ENCRYPTED


def test_a_method_that_is_not_read_is_named():
    stored = archive(("a", random.Random(3).randbytes(100)), method=zipfile.ZIP_STORED)
    data = patched(stored, local=(8, b"\x09\0"), central=(10, b"\x09\0"))
    data = patched(data, central=(16, b"\0\0\0\0"))  # no checksum that would give away that it is merely copied
    (member,), _ = listed(data)
    _, refused = read(member)
    assert refused is not None
    assert refused.cause is Cause.UNSUPPORTED
    assert "Deflate64" in refused.reason


def test_a_wrong_checksum_is_told_after_the_bytes():
    data = patched(archive(("a", TEXT)), central=(16, b"\0\0\0\0"))
    (member,), _ = listed(data)
    content, problem = read(member)
    assert content == TEXT
    assert problem is not None
    assert problem.cause is Cause.DAMAGED


def test_a_size_that_lies_is_told_after_the_bytes():
    data = patched(archive(("a", TEXT)), central=(24, struct.pack("<I", 5)))
    (member,), _ = listed(data)
    content, problem = read(member)
    assert member.size == 5
    assert content == TEXT
    assert problem is not None
    assert "claims to have 5 bytes" in problem.reason


def test_a_size_beyond_the_archive_gives_what_is_there():
    stored = archive(("a", b"abc"), method=zipfile.ZIP_STORED)
    huge = struct.pack("<II", 0xFFFFFFF0, 0xFFFFFFF0)
    (member,), _ = listed(patched(stored, central=(20, huge)))
    content, problem = read(member)
    assert content.startswith(b"abc")
    assert problem is not None
    assert problem.cause is Cause.DAMAGED


def test_a_bomb_stops_at_the_budget():
    data = archive(("zeros", bytes(40 << 20)))
    budget = CountingBudget(bytes=3 << 20)
    (member,), _ = listed(data, budget)
    content, problem = read(member)
    assert problem is not None
    assert problem.cause is Cause.LIMIT
    assert len(content) <= 3 << 20


def test_more_entries_than_the_budget_allows_are_not_listed():
    data = archive(*((f"f{n}", b"") for n in range(50)))
    found, problem = listed(data, CountingBudget(items=20))
    assert 0 < len(found) < 20
    assert problem is not None
    assert problem.cause is Cause.LIMIT


def overlapping(count: int) -> bytes:
    """One kernel of bytes to which every directory entry points."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    kernel = packed.compress(bytes(1 << 20)) + packed.flush()
    facts = struct.pack("<5H3I", 20, 0, 8, 0, 33, zlib.crc32(bytes(1 << 20)), len(kernel), 1 << 20)
    local = b"PK\3\4" + facts + struct.pack("<2H", 1, 0) + b"a" + kernel
    directory = b"".join(
        b"PK\1\2\x14\3" + facts + struct.pack("<5H2I", 3, 0, 0, 0, 0, 0, 0) + b"%03d" % number
        for number in range(count)
    )
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, len(directory), len(local), 0)
    return local + directory + end


def test_entries_over_the_same_bytes_are_told_and_soon_refused():
    budget = CountingBudget()
    found, problem = listed(overlapping(300), budget)
    assert problem is None
    read_out = [read(member) for member in found]
    assert read_out[0] == (bytes(1 << 20), None)
    assert all(why is not None and "another entry" in why.reason for _, why in read_out[1:])
    assert read_out[-1][0] == b""
    assert budget.bytes_spent < 40 << 20
    assert all("Its bytes are at the same time those of another entry." in member.notes for member in found[1:])


def test_bytes_before_the_archive_move_every_offset():
    data = archive(("a", TEXT), ("b/c", b"x"))
    assert contents(b"#!/bin/sh\nexit\n" * 100 + data) == {"a": TEXT, "b/c": b"x"}


def test_bytes_behind_the_archive_do_not_hide_it():
    assert contents(archive(("a", TEXT)) + bytes(200_000)) == {"a": TEXT}


def test_a_decoy_directory_does_not_hide_the_real_one():
    decoy = archive(("harmless.txt", b"nothing here"))
    real = archive(("classes.dex", TEXT))
    directory = decoy[decoy.index(b"PK\1\2") : decoy.rindex(b"PK\5\6")]
    end = bytearray(real[real.rindex(b"PK\5\6") :])
    end[12:16] = struct.pack("<I", len(directory))
    found, _ = listed(real[: real.rindex(b"PK\5\6")] + directory + bytes(end))
    assert TEXT in [read(member)[0] for member in found]


def test_zip64_fields_are_read():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made, made.open("big", "w", force_zip64=True) as entry:
        entry.write(TEXT)
    assert contents(out.getvalue()) == {"big": TEXT}


def test_a_truncated_archive_gives_what_is_left():
    data = archive(("first", TEXT), ("second", TEXT), ("third", TEXT))
    found, problem = listed(data[: data.index(b"PK\1\2") - 20])
    assert [member.name for member in found] == ["first", "second", "third"]
    assert problem is not None
    assert problem.cause is Cause.DAMAGED
    assert read(found[0]) == (TEXT, None)
    content, cut = read(found[2])
    assert cut is not None
    assert TEXT.startswith(content)


def test_a_truncated_archive_of_a_stream_gives_what_is_left():
    class Unseekable(io.RawIOBase):
        def __init__(self) -> None:
            self.out = b""

        def writable(self) -> bool:
            return True

        def write(self, data, /) -> int:
            self.out += bytes(data)
            return len(data)

    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:  # type: ignore[type-var]  # enough of a file
        made.writestr("first", TEXT)
        made.writestr("second", TEXT)
    found, problem = listed(out.out[: out.out.index(b"PK\1\2")])
    assert problem is not None
    assert [(member.name, read(member)) for member in found] == [("first", (TEXT, None)), ("second", (TEXT, None))]


def test_a_directory_that_breaks_off_is_completed_from_local_headers():
    data = archive(("first", TEXT), ("second", TEXT))
    at = data.index(b"PK\1\2", data.index(b"PK\1\2") + 1)
    found, problem = listed(data[:at] + b"XXXX" + data[at + 4 :])
    assert [member.name for member in found] == ["first", "second"]
    assert problem is not None


@pytest.mark.parametrize("data", [b"", b"Just a text file named like an app.\n", b"PK\3\4", b"PK"])
def test_what_is_no_archive_is_damaged(data):
    found, problem = listed(data)
    assert found == []
    assert problem is not None
    assert problem.cause is Cause.DAMAGED


def test_an_empty_archive_is_whole_and_empty():
    assert contents(archive()) == {}


def test_links_and_folders_are_told_apart():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        link = zipfile.ZipInfo("link")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "../../etc/passwd")
        made.writestr("folder/", b"")
        hidden = zipfile.ZipInfo("classes.dex")
        hidden.external_attr = 0o120777 << 16
        made.writestr(hidden, b"dex\n035\0" + bytes(200))
        fake = zipfile.ZipInfo("lib/")
        made.writestr(fake, b"bytes in a folder")
    found, _ = listed(out.getvalue())
    assert [(member.name, member.kind) for member in found] == [
        ("link", "link"),
        ("folder", "folder"),
        ("classes.dex", "file"),
        ("lib", "file"),
    ]
    assert found[2].notes == ("It is marked as a link and holds the bytes of a file.",)


def test_names_that_lead_outside_become_harmless_text():
    names = ["../../x", "/etc/passwd", "a/../b", "C:\\Windows\\x", "a", "a", "A", "nul.txt", "what!/is", "a//b"]
    found, _ = listed(archive(*((name, b"") for name in names)))
    assert [member.name for member in found] == [
        r"\x2e\x2e/\x2e\x2e/x",
        r"\x2fetc/passwd",
        r"a/\x2e\x2e/b",
        r"C:\\Windows\\x",
        "a",
        "a~2",
        "A",
        "nul.txt",
        r"what\x21/is",
        r"a/\x2fb",
    ]
    assert [bool(member.notes) for member in found] == [True, True, True, True, False, True, True, True, False, False]


@given(st.lists(st.binary(max_size=12) | st.text(st.characters(codec=None), max_size=12), max_size=30))
def test_the_jail_gives_each_name_once_as_valid_text(names):
    jail = Jail()
    given_out = [jail.admit(name, made_on_windows=True) for name in names]
    texts = [name.text for name in given_out]
    assert len(set(texts)) == len(texts)
    for text in texts:
        text.encode()
        parts = text.split("/")
        assert "\0" not in text
        assert "!/" not in text
        assert not {"", ".", ".."} & set(parts)


def test_a_name_of_backslashes_made_on_windows_means_folders():
    assert Jail().admit(b"a\\b.txt", made_on_windows=True).text == "a/b.txt"
    assert Jail().admit(b"a\\b.txt").text == r"a\\b.txt"


SEEDS = (
    archive(("a.txt", TEXT), ("b/c.bin", bytes(300)), ("d", b"")),
    archive(("a.txt", TEXT), method=zipfile.ZIP_LZMA),
    archive(("a.txt", bz2.compress(TEXT)), method=zipfile.ZIP_BZIP2),
    (FIXTURES / "android/tampered.apk").read_bytes(),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=8), st.integers(0, 99))
def test_changed_archives_give_members_or_unreadable_within_the_budget(seed, changes, cut_percent):
    data = bytearray(seed)
    for at, value in changes:
        data[at % len(data)] = value
    if cut_percent > 60:
        del data[len(data) * cut_percent // 100 :]
    budget = CountingBudget(items=2000, bytes=1 << 20)
    found, _ = listed(bytes(data), budget)
    for member in found:
        read(member)
    assert budget.items_spent <= 2001
    assert len({member.name for member in found}) == len(found)
