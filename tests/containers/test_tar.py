"""Tar archives: of every dialect, sparse, tampered, cut and joined."""

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import tar
from tests.budgets import CountingBudget
from tests.containers.opening import assert_it_survives, damaged, opened
from tests.sources import BytesSource

TEXT = b"All the faces of a city. " * 40
END = bytes(1024)


def entry(name: str = "a.txt", content: bytes = TEXT, **fields: object) -> bytes:
    """One entry, its fields as told even if they lie, without the end mark."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info.tobuf(tarfile.GNU_FORMAT) + content + bytes(-len(content) % 512)


def archive(*names: str, dialect: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=dialect) as made:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(TEXT)
            made.addfile(info, io.BytesIO(TEXT))
    return out.getvalue()


LONG = "/".join(["deep" * 10] * 8) + "/face.py"


@pytest.mark.parametrize("dialect", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_each_dialect_is_read(dialect):
    names = ["a.txt", "d/b.txt", "deep" * 20 + "/" + "name" * 20]
    found = opened(tar, archive(*names, dialect=dialect))
    assert found.contents == dict.fromkeys(names, TEXT)
    assert not found.problems


@pytest.mark.parametrize("dialect", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_are_read_whole(dialect):
    assert list(opened(tar, archive(LONG, "ß" * 120, dialect=dialect)).contents) == [LONG, "ß" * 120]


def test_an_archive_of_old_unix_is_known_by_its_checksum():
    block = bytearray(entry(content=TEXT))
    block[257:265] = bytes(8)
    block[148:156] = b"%06o\0 " % (256 + sum(block[:148]) + sum(block[156:512]))
    assert tar.wants("a.tar", bytes(block))
    assert opened(tar, bytes(block) + END).contents == {"a.txt": TEXT}


def test_text_is_no_archive():
    assert not tar.wants("a.tar", TEXT)
    assert not tar.wants("a.tar", bytes(1024))


def test_links_devices_and_folders_are_no_files():
    kinds = {"hard": b"1", "soft": b"2", "char": b"3", "block": b"4", "folder": b"5", "pipe": b"6"}
    found = opened(tar, b"".join(entry(name, b"", type=kind) for name, kind in kinds.items()) + entry() + END)
    assert found.kinds() == {
        "hard": "link", "soft": "link", "char": "device", "block": "device", "folder": "folder", "pipe": "device",
        "a.txt": "file",
    }  # fmt: skip


def test_a_link_that_holds_bytes_is_a_file():
    found = opened(tar, entry("soft", type=b"2", linkname="/etc/passwd") + entry() + END)
    assert found.contents == {"soft": TEXT, "a.txt": TEXT}
    assert "holds the bytes of a file" in found.notes("soft")


def test_a_hard_link_that_repeats_the_size_of_its_file_hides_nothing():
    link = tarfile.TarInfo("hard")
    link.type, link.size, link.linkname = tarfile.LNKTYPE, 2048, "a.txt"
    found = opened(tar, link.tobuf(tarfile.GNU_FORMAT) + entry("next.txt") + END)
    assert found.contents == {"hard": b"", "next.txt": TEXT}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x", "\\x2e\\x2e/\\x2e\\x2e/x"),
        ("/etc/x", "\\x2fetc/x"),
        ("C:\\x", "C:\\\\x"),
        ("./../x", "\\x2e\\x2e/x"),
    ],
)
def test_names_that_lead_outside_are_made_harmless(name, shown):
    found = opened(tar, entry(name) + END)
    assert found.contents == {shown: TEXT}
    assert found.notes(shown)


def test_second_entries_of_a_name_are_kept_apart():
    found = opened(tar, entry(content=b"one") + entry(content=b"two") + END)
    assert found.contents == {"a.txt": b"one", "a.txt~2": b"two"}


def test_a_size_in_base_256_is_read():
    block = bytearray(entry()[:512])
    block[124:136] = b"\x80" + len(TEXT).to_bytes(11, "big")
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block[:512])
    assert opened(tar, bytes(block) + entry()[512:] + END).contents == {"a.txt": TEXT}


def test_a_lying_size_gives_what_is_there():
    found = opened(tar, entry(size=1 << 33))
    assert found.contents["a.txt"].startswith(TEXT)
    assert found.causes() == {"a.txt": "damaged", "": "damaged"}


def test_an_extended_header_of_any_size_takes_little_memory():
    budget = CountingBudget(bytes=4 << 20)
    found = opened(tar, entry("././@PaxHeader", bytes(6 << 20), type=b"x") + entry() + END, budget=budget)
    assert found.contents == {"a.txt": TEXT}
    assert budget.bytes_spent < 2 << 20


def test_a_record_of_a_pax_header_that_lies_about_its_length_is_left_out():
    found = opened(tar, entry("pax", b"99999999 path=evil\n", type=b"x") + entry() + END)
    assert found.contents == {"a.txt": TEXT}


def test_an_archive_behind_the_end_mark_is_read_too():
    found = opened(tar, archive("a.txt") + archive("b.txt"))
    assert found.contents == {"a.txt": TEXT, "b.txt": TEXT}
    assert "behind the end mark" in found.notes("b.txt")
    assert not found.problems


def test_bytes_behind_the_end_mark_are_a_member():
    found = opened(tar, archive("a.txt") + b"hidden")
    assert b"hidden" in next(content for name, content in found.contents.items() if name.startswith("(bytes from"))
    assert found.causes() == {"": "damaged"}


def test_entries_behind_a_damaged_header_are_found():
    broken = bytearray(entry("broken"))
    broken[148:156] = b"9999999\0"
    found = opened(tar, entry("a.txt") + bytes(broken) + entry("b.txt") + END)
    assert found.contents["b.txt"] == TEXT
    assert TEXT in next(content for name, content in found.contents.items() if name.startswith("(bytes from"))
    assert found.causes() == {"": "damaged"}


def test_an_entry_limit_keeps_what_came_before():
    data = b"".join(entry(f"{number}", b"") for number in range(200))
    found = opened(tar, data, budget=CountingBudget(items=50))
    assert len(found.members) >= 20
    assert found.causes() == {"": "limit"}


def pax_sparse(records: dict[str, str], content: bytes) -> bytes:
    info = tarfile.TarInfo("sparse.bin")
    info.size, info.pax_headers = len(content), records
    return info.tobuf(tarfile.PAX_FORMAT) + content + bytes(-len(content) % 512) + END


HOLED = bytes(1000) + b"face" + bytes(3000) + b"more" + bytes(100)


@pytest.mark.parametrize(
    ("records", "content"),
    [
        ({"GNU.sparse.map": "1000,4,4004,4", "GNU.sparse.size": "4108"}, b"facemore"),
        (
            {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "4108"},
            b"2\n1000\n4\n4004\n4\n".ljust(512, b"\0") + b"facemore",
        ),
    ],
)
def test_the_holes_of_a_sparse_file_are_zeros(records, content):
    assert opened(tar, pax_sparse({**records, "GNU.sparse.name": "s.bin"}, content)).contents == {"s.bin": HOLED}


def gnu_sparse(size: int, parts: list[tuple[int, int]], content: bytes) -> bytes:
    block = bytearray(entry("s.bin", content, type=b"S")[:512])
    pairs = b"".join(b"%011o\0%011o\0" % part for part in parts)
    block[386:482] = pairs[:96].ljust(96, b"\0")
    block[482] = len(parts) > 4
    block[483:495] = b"%011o\0" % size
    block[148:156] = b"        "
    block[148:156] = b"%06o\0 " % sum(block)
    more = pairs[96:].ljust(512, b"\0") if len(parts) > 4 else b""
    return bytes(block) + more + content + bytes(-len(content) % 512) + END


def test_a_sparse_file_of_the_gnu_kind_is_read():
    assert opened(tar, gnu_sparse(4108, [(1000, 4), (4004, 4)], b"facemore")).contents == {"s.bin": HOLED}


def test_a_sparse_map_that_goes_on_in_further_blocks_is_read():
    parts = [(at * 10, 1) for at in range(6)]
    expected = bytearray(60)
    expected[0:60:10] = b"abcdef"
    assert opened(tar, gnu_sparse(60, parts, b"abcdef")).contents == {"s.bin": bytes(expected)}


def test_a_sparse_bomb_is_read_without_its_holes():
    found = opened(tar, gnu_sparse(7 << 30, [(0, 4), (6 << 30, 4)], b"facemore"), budget=CountingBudget(bytes=1 << 20))
    assert found.contents == {"s.bin": b"facemore"}
    assert "holes are left out" in found.notes("s.bin")


def test_a_sparse_map_that_overlaps_is_not_followed():
    found = opened(tar, gnu_sparse(4108, [(1000, 4), (1001, 4)], b"facemore"))
    assert found.contents == {"s.bin": b"facemore"}
    assert "damaged" in found.notes("s.bin")


def test_every_cut_gives_members_or_a_reason():
    data = archive("a.txt", LONG)
    for length in range(0, len(data), 97):
        found = opened(tar, data[:length])
        assert all(TEXT.startswith(found.contents[member.name]) or "(" in member.name for member in found.members)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_gives_members_or_a_reason(data):
    whole = data.draw(
        st.sampled_from([archive("a.txt", LONG), gnu_sparse(4108, [(1000, 4)], b"face"), entry(LONG) + entry() + END])
    )
    assert_it_survives(tar, data.draw(damaged(whole)))


def test_the_standard_library_reads_the_same():
    data = archive("a.txt", LONG, "ü.txt")
    with tarfile.open(fileobj=io.BytesIO(data)) as read:
        expected = {info.name: read.extractfile(info).read() for info in read}
    assert opened(tar, data).contents == expected


def test_content_can_be_read_in_any_order():
    found = list(tar.members(BytesSource("a.tar", archive("a", "b")), CountingBudget()))
    assert [b"".join(member.chunks()) for member in reversed(found)] == [TEXT, TEXT]


def test_a_header_for_all_entries_costs_little_for_each():
    many = b"".join(b"%d x%06d=y\n" % (13, number) for number in range(20_000))
    data = entry("pax", many, type=b"g") + b"".join(entry(f"{number}", b"") for number in range(300)) + END
    budget = CountingBudget(items=25_000, bytes=1 << 20)
    assert len(opened(tar, data, budget=budget).members) == 300


def test_a_very_long_name_for_all_entries_is_cut():
    record = b" path=" + b"x" * 500_000 + b"\n"
    data = entry("pax", b"%d" % (len(record) + 6) + record, type=b"g") + entry() + entry() + END
    found = opened(tar, data)
    assert len(found.members) == 2
    assert all("shown cut" in " ".join(member.notes) for member in found.members)


def test_names_in_the_archives_own_folder_are_told_without_it():
    found = opened(tar, entry("./a/b.txt") + entry(".//./c.txt") + END)
    assert found.contents == {"a/b.txt": TEXT, "c.txt": TEXT}
