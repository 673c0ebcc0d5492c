"""Disc images with their three kinds of names, and cabinets of Windows."""

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import cab, iso
from tests.budgets import CountingBudget
from tests.containers.opening import assert_it_survives, damaged, opened
from tests.sources import BytesSource

TEXT = b"All the faces of a city. " * 9


def both(number: int) -> bytes:
    return struct.pack("<I", number) + struct.pack(">I", number)


def record(name: bytes, sector: int, size: int, flags: int = 0, system: bytes = b"") -> bytes:
    padded = name + bytes(1 - len(name) % 2)
    body = both(sector) + both(size) + bytes(7) + bytes([flags, 0, 0]) + b"\1\0\0\1" + bytes([len(name)]) + padded
    length = 2 + len(body) + len(system)
    return bytes([length + length % 2, 0]) + body + system + bytes(length % 2)


def descriptor(kind: int, root: bytes, escape: bytes = b"") -> bytes:
    data = bytearray(2048)
    data[0:7] = bytes([kind]) + b"CD001\1"
    data[88 : 88 + len(escape)] = escape
    data[128:130] = struct.pack("<H", 2048)
    data[156 : 156 + len(root)] = root
    return bytes(data)


def folder(*records: bytes, sector: int, system: bytes = b"") -> bytes:
    own = record(b"\0", sector, 2048, 2, system) + record(b"\1", sector, 2048, 2)
    return (own + b"".join(records)).ljust(2048, b"\0")


def rock_ridge(name: bytes) -> bytes:
    return b"NM" + bytes([5 + len(name), 1, 0]) + name


SUSP = b"SP\x07\x01\xbe\xef\0"


def image(kind: str = "plain", *extra: bytes) -> bytes:
    """Sectors: 16 to 18 descriptors, 19 root, 20 folder, 21 Joliet's root, 22 and 23 content."""
    is_rock = kind == "rock"
    long_name = rock_ridge(b"a long name.txt") if is_rock else b""
    root = folder(
        record(b"A.TXT;1", 22, len(TEXT), system=long_name), record(b"D", 20, 2048, 2), *extra,
        sector=19, system=SUSP if is_rock else b"",
    )  # fmt: skip
    inner = folder(record(b"B.TXT;1", 23, 3), sector=20)
    joliet = folder(record("ä.txt".encode("utf-16-be"), 22, len(TEXT)), sector=21)
    supplementary = descriptor(2, record(b"\0", 21, 2048, 2), b"%/E") if kind == "joliet" else descriptor(255, b"")
    sectors = [descriptor(1, record(b"\0", 19, 2048, 2)), supplementary, descriptor(255, b""), root, inner, joliet]
    return bytes(16 * 2048) + b"".join(sectors) + TEXT.ljust(2048, b"\0") + b"two".ljust(2048, b"\0")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("plain", {"A.TXT": TEXT, "D": b"", "D/B.TXT": b"two"}),
        ("rock", {"a long name.txt": TEXT, "D": b"", "D/B.TXT": b"two"}),
        ("joliet", {"ä.txt": TEXT}),
    ],
)
def test_a_disc_image_is_read_by_its_best_names(kind, expected):
    data = image(kind)
    assert iso.wants("x.bin", data[:4096])
    assert iso.confirms(BytesSource("x.bin", data))
    found = opened(iso, data)
    assert found.contents == expected
    assert not found.problems


def test_zeros_are_no_disc_image():
    assert not iso.confirms(BytesSource("x.iso", bytes(80_000)))


def test_links_and_devices_of_a_disc_image_are_no_files():
    link = record(b"L", 0, 0, system=b"SL\x05\1\0")
    device = record(b"T", 0, 0, system=b"PN\x14\1" + bytes(16))
    kinds = opened(iso, image("rock", link, device)).kinds()
    assert (kinds["L"], kinds["T"]) == ("link", "device")


def test_a_file_in_several_parts_is_one_file():
    parts = record(b"P.BIN;1", 23, 3, 128), record(b"P.BIN;1", 23, 3)
    assert opened(iso, image("plain", *parts)).contents["P.BIN"] == b"twotwo"


def test_a_part_that_is_the_last_against_its_word_is_kept():
    assert opened(iso, image("plain", record(b"P.BIN;1", 23, 3, 128))).contents["P.BIN"] == b"two"


def test_a_folder_that_holds_itself_is_entered_once():
    found = opened(iso, image("plain", record(b"LOOP", 19, 2048, 2)))
    assert found.causes() == {"": "damaged"}
    assert len(found.members) == 4


def test_a_folder_too_deep_for_the_format_is_found_where_it_was_moved():
    leads_there = record(b"DEEP", 23, 0, system=b"CL\x0c\1" + both(20))
    found = opened(iso, image("rock", leads_there))
    assert found.contents["DEEP/B.TXT"] == b"two"


def test_names_that_lead_outside_a_disc_image_are_made_harmless():
    found = opened(iso, image("rock", record(b"E", 23, 3, system=rock_ridge(b"../../evil"))))
    assert found.contents["\\x2e\\x2e/\\x2e\\x2e/evil"] == b"two"


def test_a_continuation_that_leads_to_itself_ends():
    area = b"CE\x1c\1" + both(24) + both(0) + both(28)
    data = image("rock", record(b"E;1", 23, 3, system=area)) + area
    assert opened(iso, data, budget=CountingBudget(items=2000)).contents["E"] == b"two"


def test_a_file_that_claims_more_than_the_image_has_is_cut():
    found = opened(iso, image("plain", record(b"BIG;1", 23, 0xFFFFFFFF)))
    assert found.contents["BIG"].startswith(b"two")
    assert found.causes() == {"BIG": "damaged"}


def test_an_image_of_udf_alone_is_said_to_be_unread():
    data = bytearray(40_000)
    data[32769:32774] = b"BEA01"
    assert iso.confirms(BytesSource("x.iso", bytes(data)))
    assert opened(iso, bytes(data)).causes() == {"": "unsupported"}


def deflated(content: bytes, before: bytes) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=before) if before else zlib.compressobj(wbits=-15)
    return b"CK" + stream.compress(content) + stream.flush()


def cabinet(*files: tuple[str, bytes], method: int = 1, size: int | None = None, folder: int = 0) -> bytes:
    content = b"".join(raw for _, raw in files)
    blocks, before = [], b""
    for start in range(0, len(content), 32768):
        block = content[start : start + 32768]
        packed = deflated(block, before) if method == 1 else block
        blocks.append(struct.pack("<I2H", 0, len(packed), len(block)) + packed)
        before = block
    listed, at = b"", 0
    for name, raw in files:
        said = len(raw) if size is None else size
        listed += struct.pack("<2I4H", said, at, folder, 0, 0, 0x80) + name.encode() + b"\0"
        at += len(raw)
    data_at = 36 + 8 + len(listed)
    folders = struct.pack("<I2H", data_at, len(blocks), method)
    total = data_at + len(b"".join(blocks))
    head = struct.pack("<4s5I2B5H", b"MSCF", 0, total, 0, 44, 0, 3, 1, 1, len(files), 0, 0, 0)
    return head + folders + listed + b"".join(blocks)


LARGE = bytes(range(256)) * 300


@pytest.mark.parametrize("method", [0, 1])
def test_files_of_a_cabinet_are_read_across_blocks(method):
    found = opened(cab, cabinet(("a.txt", TEXT), ("d\\ä.bin", LARGE), ("c", b"two"), method=method))
    assert found.contents == {"a.txt": TEXT, "d/ä.bin": LARGE, "c": b"two"}
    assert not found.problems


def test_files_of_a_cabinet_can_be_read_in_any_order():
    data = cabinet(("a.txt", TEXT), ("b.bin", LARGE))
    found = list(cab.members(BytesSource("a.cab", data), CountingBudget()))
    assert [b"".join(member.chunks()) for member in reversed(found)] == [LARGE, TEXT]


@pytest.mark.parametrize(("method", "name"), [(2, "Quantum"), (3, "LZX"), (9, "method 9")])
def test_a_method_that_is_not_read_is_named(method, name):
    found = opened(cab, cabinet(("a", TEXT), method=method))
    assert found.causes() == {"a": "unsupported"}
    assert name in found.problems["a"].reason


def test_a_file_that_goes_on_in_another_cabinet_is_told():
    assert opened(cab, cabinet(("a", TEXT), folder=0xFFFE)).causes() == {"a": "vanished"}


def test_a_lying_size_in_a_cabinet_gives_what_is_there():
    found = opened(cab, cabinet(("a", TEXT), size=0xFFFFFFFF))
    assert found.contents == {"a": TEXT}
    assert found.causes() == {"a": "damaged"}


def test_bytes_behind_a_cabinet_are_a_member():
    assert opened(cab, cabinet(("a", TEXT)) + b"hidden").contents["(behind the end)"] == b"hidden"


SAMPLES = [(iso, image(kind)) for kind in ("plain", "rock", "joliet")]
SAMPLES += [(cab, cabinet(("a", TEXT), ("b", LARGE[:40_000]), method=method)) for method in (0, 1)]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_gives_members_or_a_reason(data):
    container, whole = data.draw(st.sampled_from(SAMPLES))
    assert_it_survives(container, data.draw(damaged(whole)))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_to_the_tables_of_a_disc_image_gives_members_or_a_reason(data):
    whole = image(data.draw(st.sampled_from(["plain", "rock", "joliet"])))
    assert_it_survives(iso, whole[:32768] + data.draw(damaged(whole[32768:])))


def test_bytes_that_are_passed_over_are_counted():
    budget = CountingBudget()
    found = list(cab.members(BytesSource("a.cab", cabinet(("a.bin", LARGE), ("c", b"two"))), budget))
    assert b"".join(found[1].chunks()) == b"two"
    assert budget.bytes_spent > 60_000
