"""Ar archives, Debian packages, cpio archives, RPM packages."""

import bz2
import gzip
import lzma
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import ar, cpio, deb, rpm
from tests.budgets import CountingBudget
from tests.containers.opening import assert_it_survives, damaged, opened

TEXT = b"All the faces of a city. " * 9


def ar_entry(name: bytes, content: bytes, size: int | None = None) -> bytes:
    said = len(content) if size is None else size
    header = name.ljust(16) + b"0".ljust(12) + b"0".ljust(6) * 2 + b"100644  " + b"%-10d" % said + b"`\n"
    return header + content + b"\n" * (len(content) % 2)


def ar_archive(*entries: tuple[bytes, bytes]) -> bytes:
    return b"!<arch>\n" + b"".join(ar_entry(*entry) for entry in entries)


GNU = ar_archive((b"/", b"\0" * 4), (b"//", b"a_very_long_name_of_an_object.o/\n"), (b"/0", TEXT), (b"b.o/", b"two"))


def test_a_static_library_of_the_gnu_kind_is_read():
    assert opened(ar, GNU).contents == {"a_very_long_name_of_an_object.o": TEXT, "b.o": b"two"}


def test_a_static_library_of_the_bsd_kind_is_read():
    data = ar_archive((b"__.SYMDEF SORTED", b"1234"), (b"#1/20", b"long_name_of_bsd.o\0\0" + TEXT), (b"b.o", b"two"))
    assert opened(ar, data).contents == {"long_name_of_bsd.o": TEXT, "b.o": b"two"}


def test_objects_of_one_name_are_kept_apart_and_are_nothing_odd():
    found = opened(ar, ar_archive((b"a.o/", b"one"), (b"a.o/", b"two")))
    assert found.contents == {"a.o": b"one", "a.o~2": b"two"}
    assert not found.notes("a.o~2")


def test_an_ar_archive_may_lead_nowhere():
    assert list(opened(ar, ar_archive((b"../../x", TEXT))).contents) == ["\\x2e\\x2e/\\x2e\\x2e/x"]


def test_a_lying_size_in_an_ar_archive_gives_what_is_there():
    found = opened(ar, b"!<arch>\n" + ar_entry(b"a.o/", TEXT, 9_000_000_000))
    assert found.contents["a.o"].startswith(TEXT)
    assert found.causes() == {"a.o": "damaged", "": "damaged"}


def test_what_follows_a_damaged_ar_header_is_looked_at():
    found = opened(ar, GNU + b"no header at all")
    assert found.contents["(behind the end)"] == b"no header at all"
    assert found.causes() == {"": "damaged"}


def test_a_thin_archive_says_that_its_members_lie_elsewhere():
    assert opened(ar, b"!<thin>\n" + ar_entry(b"a.o/", b"")).causes() == {"": "vanished"}


DEB = ar_archive((b"debian-binary", b"2.0\n"), (b"control.tar.gz", gzip.compress(b"c")), (b"data.tar.xz", b"d"))


def test_a_debian_package_has_its_parts_as_members():
    assert list(opened(deb, DEB).contents) == ["debian-binary", "control.tar.gz", "data.tar.xz"]
    assert not ar.wants("a.deb", DEB)
    assert ar.wants("a.a", GNU)


def test_a_debian_package_without_content_says_so():
    found = opened(deb, ar_archive((b"debian-binary", b"2.0\n"), (b"control.tar.gz", b"c")))
    assert found.problems[""].reason == "The package lacks a part: data."


def newc(name: bytes, content: bytes = b"", mode: int = 0o100644) -> bytes:
    numbers = (0, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08X" % number for number in numbers) + name + b"\0"
    return head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)


def posix(name: bytes, content: bytes = b"", mode: int = 0o100644) -> bytes:
    return b"070707" + b"%06o" * 7 % (0, 0, mode, 0, 0, 1, 0) + b"%011o%06o%011o" % (
        0, len(name) + 1, len(content),
    ) + name + b"\0" + content  # fmt: skip


def binary(order: str, name: bytes, content: bytes = b"", mode: int = 0o100644) -> bytes:
    size = len(content)
    head = struct.pack(f"{order}13H", 0o70707, 0, 0, mode, 0, 0, 1, 0, 0, 0, len(name) + 1, size >> 16, size & 0xFFFF)
    name += b"\0"
    return head + name + bytes(len(name) % 2) + content + bytes(size % 2)


CPIO_KINDS = {
    "new": newc,
    "posix": posix,
    "little": lambda *args: binary("<", *args),
    "big": lambda *args: binary(">", *args),
}


def cpio_archive(kind: str = "new") -> bytes:
    make = CPIO_KINDS[kind]
    entries = make(b".", b"", 0o40755), make(b"./a.txt", TEXT), make(b"d/b.txt", b"two"), make(b"TRAILER!!!")
    return b"".join(entries)


@pytest.mark.parametrize("kind", CPIO_KINDS)
def test_each_kind_of_cpio_archive_is_read(kind):
    data = cpio_archive(kind)
    assert cpio.wants("a.cpio", data)
    found = opened(cpio, data + bytes(512))
    assert found.contents == {"\\x2e": b"", "a.txt": TEXT, "d/b.txt": b"two"}
    assert not found.problems


def test_links_devices_and_folders_of_a_cpio_archive_are_no_files():
    modes = {b"link": 0o120777, b"pipe": 0o10644, b"disk": 0o60644, b"folder": 0o40755}
    data = b"".join(newc(name, b"", mode) for name, mode in modes.items()) + newc(b"TRAILER!!!")
    kinds = opened(cpio, data).kinds()
    assert kinds == {"link": "link", "pipe": "device", "disk": "device", "folder": "folder"}


def test_a_second_archive_behind_a_cpio_archive_is_a_member():
    second = gzip.compress(cpio_archive())
    assert opened(cpio, cpio_archive() + bytes(64) + second).contents["(behind the end)"] == second


def test_a_cut_cpio_archive_says_so():
    found = opened(cpio, cpio_archive()[:-124])
    assert found.contents["a.txt"] == TEXT
    assert found.causes()[""] == "damaged"


def test_two_bytes_alone_make_no_cpio_archive():
    assert not cpio.wants("x", b"\xc7\x71" + bytes(100))
    assert not cpio.wants("x", b"070701 is how a new archive begins" + b" " * 100)


def test_the_kind_of_rpm_alone_is_said_to_be_unread():
    assert cpio.wants("x", b"07070X00000000")
    assert opened(cpio, b"07070X00000000").causes() == {"": "unsupported"}


def rpm_package(payload: bytes, compressor: bytes = b"xz") -> bytes:
    store = b"cpio\0" + compressor + b"\0"
    entries = struct.pack(">4I", 1124, 6, 0, 1) + struct.pack(">4I", 1125, 6, 5, 1)
    signatures = b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">2I", 0, 3) + b"sig"
    header = b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">2I", 2, len(store)) + entries + store
    lead = b"\xed\xab\xee\xdb".ljust(96, b"\0")
    return lead + signatures + bytes(-len(signatures) % 8) + header + payload


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_the_payload_of_a_package_is_one_cpio_archive(compress):
    found = opened(rpm, rpm_package(compress(cpio_archive())))
    assert found.contents == {"payload.cpio": cpio_archive()}
    assert not found.problems


def test_a_payload_of_an_unknown_compression_is_said_to_be_unread():
    found = opened(rpm, rpm_package(b"????", b"shrink"))
    assert found.causes() == {"": "unsupported"}
    assert "“shrink”" in found.problems[""].reason


@pytest.mark.parametrize("length", [0, 50, 100, 120, 140])
def test_a_package_cut_in_its_headers_says_so(length):
    assert opened(rpm, rpm_package(b"")[:length]).causes() == {"": "damaged"}


def test_a_header_that_claims_four_thousand_million_entries_is_not_believed():
    data = bytearray(rpm_package(gzip.compress(TEXT)))
    data[104:108] = b"\xff" * 4
    assert opened(rpm, bytes(data), budget=CountingBudget(items=10)).causes() == {"": "damaged"}


SAMPLES = [(ar, GNU), (deb, DEB), (rpm, rpm_package(lzma.compress(cpio_archive())))]
SAMPLES += [(cpio, cpio_archive(kind)) for kind in CPIO_KINDS]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_gives_members_or_a_reason(data):
    container, whole = data.draw(st.sampled_from(SAMPLES))
    assert_it_survives(container, data.draw(damaged(whole)))
