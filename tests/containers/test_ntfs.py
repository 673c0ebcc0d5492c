"""NTFS, by images that its own tools filled and a few bytes of which are changed here."""

import random
import struct

import pytest

from scanner.containers import disk_image
from scanner.containers.filesystems.ntfs_compression import undone
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.containers.opening import Opened, assert_it_survives, opened
from tests.containers.test_disk_image import TREE, image
from tests.sources import BytesSource

LONG, PLAIN = "usr/lib/long", "etc/plain"
DATA = struct.pack("<I", 0x80)


def read(data: bytes) -> Opened:
    return opened(disk_image, data, "a.img")


def record_of(data: bytes, name: str) -> int:
    """Where the record of a file begins: it holds the name."""
    raw = name.encode("utf-16-le")
    return next(
        at
        for at in range(0, len(data), 1024)
        if data[at : at + 4] == b"FILE" and raw in data[at : at + 1024] and data[at + 22] == 1  # in use, and no folder
    )


def content_of(data: bytes, record: int) -> int:
    """Where the attribute begins that holds the content."""
    return next(at for at in range(record + 56, record + 1024, 8) if data[at : at + 4] == DATA)


def test_what_lies_on_the_disk_as_it_is_is_read_where_it_lies_and_the_rest_piece_by_piece():
    for name, in_place in (("ntfs", {PLAIN, LONG}), ("ntfs-compressed", {PLAIN})):
        members = {m.name: m for m in disk_image.members(BytesSource("a.img", image(name)), CountingBudget())}
        seen = {path for path in (PLAIN, LONG) if members[path].in_place() is not None}
        assert seen == in_place
        for path in seen:
            assert b"".join(members[path].in_place()) == TREE[path]


def test_what_was_never_written_of_a_file_reads_as_zeros_whatever_lies_there():
    data = bytearray(image("ntfs"))
    at = content_of(data, record_of(data, "long"))
    data[at + 56 : at + 64] = (10_000).to_bytes(8, "little")
    found = read(bytes(data))
    assert found.contents[LONG] == TREE[LONG][:10_000] + bytes(len(TREE[LONG]) - 10_000)
    assert not found.problems


def test_a_file_that_the_file_system_encrypted_is_told():
    data = bytearray(image("ntfs"))
    data[content_of(data, record_of(data, "long")) + 13] |= 0x40
    assert read(bytes(data)).causes() == {LONG: "encrypted"}


@pytest.mark.parametrize(("tag", "reason"), [(0x80000017, "CompactOS"), (0x80000013, "together with that of other")])
def test_a_file_whose_content_windows_keeps_in_another_form_is_told(tag, reason):
    """Its content is a hole, which says nothing of what is in it."""
    data = bytearray(image("ntfs"))
    at = content_of(data, record_of(data, "long"))
    length, runs = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (4, 32))
    hole = bytes([0x01, 20, 0])
    mark = struct.pack("<IIBBHHHIHH", 0xC0, 32, 0, 0, 0, 0, 9, 8, 24, 0) + struct.pack("<II", tag, 0)
    end = struct.pack("<II", 0xFFFFFFFF, 0)
    assert length - runs >= len(hole)
    data[at + runs : at + runs + len(hole)] = hole
    data[at + length : at + length + len(mark) + len(end)] = mark + end
    record = record_of(data, "long")
    data[record + 24 : record + 28] = (at + length + len(mark) + len(end) - record).to_bytes(4, "little")
    problem = read(bytes(data)).problems[LONG]
    assert problem.cause is Cause.UNSUPPORTED
    assert reason in problem.reason


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, b"BAAD"), (16, b"\x09\x00"), (22, b"\x00"), (510, b"\x77\x77"), (20, b"\xf0\xff"), (4, b"\xff\xff")],
    ids=["unreadable", "used anew", "deleted", "half written", "attributes outside", "marks outside"],
)
def test_a_file_whose_record_is_not_its_own_or_damaged_is_told_and_hides_no_other(place, value):
    data = bytearray(image("ntfs"))
    at = record_of(data, "long") + place
    data[at : at + len(value)] = value
    found = read(bytes(data))
    assert found.causes() == {"": "damaged"}
    assert LONG not in found.contents
    assert found.contents.items() >= {path: content for path, content in TREE.items() if path != LONG}.items()


def test_a_folder_that_says_to_be_larger_than_all_there_is_is_damage_and_ends():
    data = bytearray(image("ntfs"))
    root = next(at for at in range(0, len(data), 1024) if data[at : at + 4] == b"FILE" and data[at + 44] == 5)
    at = next(at for at in range(root + 56, root + 1024, 8) if data[at : at + 4] == struct.pack("<I", 0xA0))
    data[at + 48 : at + 56] = (1 << 60).to_bytes(8, "little")
    assert read(bytes(data)).causes()[""] == "limit"


def test_runs_that_lead_nowhere_are_damage():
    whole = image("ntfs")
    at = content_of(whole, record_of(whole, "long"))
    at += int.from_bytes(whole[at + 32 : at + 34], "little")
    for runs in (b"\x00", b"\x11\x80\x10\x00", b"\x11\x20\x80\x00", b"\x8f", b"\x21\x20\xff\x7f\x00"):
        data = bytearray(whole)
        data[at : at + len(runs)] = runs
        assert read(bytes(data)).causes() == {LONG: "damaged"}


def test_records_and_indexes_with_turned_bits_give_files_or_say_why_not():
    chance = random.Random(5)
    for name in ("ntfs", "ntfs-compressed"):
        whole = image(name)
        heads = [at for at in range(0, len(whole), 512) if whole[at : at + 4] in (b"FILE", b"INDX")]
        for _ in range(12):
            data = bytearray(whole)
            for _ in range(30):
                data[chance.choice(heads) + chance.randrange(500)] ^= 1 << chance.randrange(8)
            assert_it_survives(disk_image, bytes(data))


def test_compressed_parts_are_undone_and_those_that_lead_before_their_beginning_are_damage():
    as_it_is = struct.pack("<H", 0x3000 | 2) + b"abc"
    repeated = struct.pack("<H", 0xB000 | 5) + b"\x08xyz" + struct.pack("<H", 2 << 12 | 6)
    assert undone(as_it_is + repeated + bytes(2), 8192) == b"abc".ljust(4096, b"\0") + b"xyzxyzxyzxyz".ljust(
        4096, b"\0"
    )
    with pytest.raises(Unreadable):
        undone(struct.pack("<H", 0xB000 | 2) + b"\x01" + b"\x00\xf0", 4096)
