"""HFS+: every file that a Mac would show comes out, however it is kept; hfs_volume.py makes the volumes."""

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import disk_image, iso, not_read
from scanner.containers.blocks import adc_block
from scanner.containers.libraries import library
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.containers.hfs_volume import (
    LINK_MODE,
    NODE,
    PRIVATE,
    PRIVATE_FOLDERS,
    Content,
    file_link,
    folder_link,
    in_fork,
    in_zlib_fork,
    packed,
    volume,
)
from tests.containers.opening import Opened, assert_it_survives, opened
from tests.containers.test_disk_image import TREE, image
from tests.sources import BytesSource

LONG = TREE["usr/lib/long"]
CHUNKS = LONG[: 64 << 10], LONG[64 << 10 :]
MANY = {f"many/file number {number}": b"%d" % number for number in range(100)}


def contents(data: bytes) -> dict[str, bytes]:
    found = opened(disk_image, data, "a.dmg")
    assert not found.problems
    return files(found)


def files(found: Opened) -> dict[str, bytes]:
    kinds = found.kinds()
    return {name: content for name, content in found.contents.items() if kinds[name] == "file"}


def lzfse_of(data: bytes) -> bytes:
    made = library("lzfse")
    if made is None:
        pytest.skip("the extra “images” is not installed")
    return bytes(made.compress(data))


def lzvn_of(data: bytes) -> bytes:
    """What LZFSE makes of small content, without what stands around it."""
    stream = lzfse_of(data)
    assert stream.startswith(b"bvxn")
    return stream[12 : 12 + int.from_bytes(stream[8:12], "little")]


@pytest.mark.parametrize("mark", [b"H+", b"HX"])
@pytest.mark.parametrize("is_scattered", [False, True])
def test_every_file_comes_out_also_of_deep_trees_and_of_more_pieces_than_a_record_holds(mark, is_scattered):
    assert contents(volume({**TREE, **MANY}, mark=mark, pieces_apart=is_scattered)) == {**TREE, **MANY}


def test_what_is_compressed_comes_out_as_it_was():
    found = contents(
        volume(
            {
                "zlib/small": packed(3, 9, zlib.compress(b"one line\n")),
                "zlib/not smaller": packed(3, 9, b"\xffone line\n"),
                "zlib/long": packed(4, len(LONG), b"", in_zlib_fork(*map(zlib.compress, CHUNKS))),
                "as it is": packed(9, 9, b"\xccone line\n"),
                "as it is, long": packed(10, len(LONG), b"", in_fork(*CHUNKS)),
            },
            pieces_apart=True,
        )
    )
    assert {found.pop("zlib/long"), found.pop("as it is, long")} == {LONG}
    assert set(found.values()) == {b"one line\n"}


def test_what_is_compressed_in_apples_own_ways_comes_out_as_it_was():
    made = {
        "lzvn/small": packed(7, 3000, lzvn_of(LONG[:3000])),
        "lzvn/long": packed(8, 68_000, b"", in_fork(b"\x06" + LONG[: 64 << 10], lzvn_of(LONG[64 << 10 : 68_000]))),
        "lzfse/small": packed(11, 5000, lzfse_of(LONG[:5000])),
        "lzfse/long": packed(12, len(LONG), b"", in_fork(*map(lzfse_of, CHUNKS))),
    }
    assert contents(volume(made)) == {
        name: LONG[:size] for name, size in zip(made, (3000, 68_000, 5000, len(LONG)), strict=True)
    }


def test_a_file_compressed_in_a_way_that_nobody_undoes_is_told_and_hides_no_other():
    found = opened(disk_image, volume({"a": packed(13, 9, b"?"), "b": b"there\n"}), "a.dmg")
    assert found.causes() == {"a": "unsupported"}
    assert found.contents["b"] == b"there\n"


def test_a_compressed_file_that_makes_more_or_less_than_it_says_is_cut_or_damaged():
    found = opened(
        disk_image, volume({"a": packed(3, 9, zlib.compress(bytes(9000))), "b": packed(3, 99, zlib.compress(b"x"))})
    )
    assert found.contents == {"a": bytes(9), "b": b"x"}
    assert found.causes() == {"b": "damaged"}


def test_files_and_folders_of_several_names_are_read_under_them_and_not_where_the_system_keeps_them():
    found = opened(
        disk_image,
        volume(
            {
                "a": file_link(77), "b/c": file_link(77), "d": folder_link(88), "e": folder_link(88),
                f"{PRIVATE}/iNode77": b"shared\n", f"{PRIVATE_FOLDERS}/dir_88/within": b"in a folder\n",
                "link": Content(b"a", mode=LINK_MODE), ".journal": b"old names",
            }
        ),
    )  # fmt: skip
    assert not found.problems
    assert files(found) == {"a": b"shared\n", "b/c": b"shared\n", "d/within": b"in a folder\n"}
    assert found.kinds()["link"] == "link"


def test_a_name_that_leads_to_nothing_is_told():
    found = opened(disk_image, volume({"a": file_link(77), "b": b"there\n", f"{PRIVATE}/iNode7": b""}), "a.dmg")
    assert found.contents == {"b": b"there\n"}
    assert found.causes() == {"": "damaged"}


def test_a_folder_without_a_number_and_a_name_of_half_a_letter_are_survived():
    data = bytearray(volume({"ab/c": b"there\n", "d": b"there\n"}))
    name, record = b"\0\0\0\2\0\2\0a\0b", b"\0\1\0\0\0\0\0\1"
    place = data.index(name + record) + len(name) + len(record)
    data[place : place + 4] = bytes(4)
    found = opened(disk_image, bytes(data), "a.dmg")
    assert found.contents == {"d": b"there\n"}
    assert found.causes() == {"": "damaged"}
    half = bytearray(volume({"ab": b"there\n"}))
    half[half.index(b"\0\x0a\0\0\0\2\0\2") + 1] = 9
    assert_it_survives(disk_image, bytes(half))


def test_names_are_those_that_programs_see():
    assert contents(volume({"Café/a:b": b"found\n"})) == {"Café/a:b": b"found\n"}


def test_the_copy_of_a_damaged_header_is_read():
    data = bytearray(volume(TREE))
    data[1024 + 4 : 1536] = bytes(508)
    assert contents(bytes(data)) == TREE


def test_leaves_that_follow_one_another_in_a_circle_end():
    data = bytearray(volume(MANY))
    block, node_bytes = 512, NODE
    catalog = int.from_bytes(data[1024 + 272 + 16 : 1024 + 272 + 20], "big") * block
    leaf = catalog + node_bytes
    while data[leaf + 8] == 0xFF:
        data[leaf : leaf + 4] = struct.pack(">I", 1)
        leaf += node_bytes
    assert opened(disk_image, bytes(data)).causes()[""] == "damaged"


def test_a_volume_in_one_for_macs_that_know_no_other_is_read():
    inner = volume(TREE)
    outer = bytearray(4096)
    outer[1024:1026], outer[1024 + 124 : 1024 + 130] = b"BD", b"H+" + struct.pack(">HH", 2, -(-len(inner) // 1024))
    struct.pack_into(">IIH", outer, 1024 + 20, 1024, 0, 4)
    assert contents(bytes(outer) + inner) == TREE


def apple_map(*partitions: tuple[str, bytes], block: int = 512) -> bytes:
    """A disk with Apple's partition map, which has an entry of its own."""
    listed = [("Apple_partition_map", b""), *partitions]
    entries, content, at = b"", b"", 8
    for kind, data in listed:
        size = max(1, -(-len(data) // block))
        entry = struct.pack(">2s2xIII32s32s", b"PM", len(listed), at, size, b"disk image", kind.encode())
        entries += entry.ljust(block, b"\0")
        content += data.ljust(size * block, b"\0")
        at += size
    return (b"ER".ljust(block, b"\0") + entries).ljust(8 * block, b"\0") + content


@pytest.mark.parametrize("block", [512, 2048])
def test_the_partitions_of_an_apple_map_are_read_but_for_those_that_hold_no_files(block):
    made = apple_map(
        ("Apple_Driver43", b"code"), ("Apple_HFS", volume(TREE)), ("Apple_Free", b"~"), ("Apple_HFSX", volume(MANY)),
        block=block,
    )  # fmt: skip
    assert contents(made) == {
        **{f"partition 3/{name}": content for name, content in TREE.items()},
        **{f"partition 5/{name}": content for name, content in MANY.items()},
    }


def test_data_in_which_the_mark_of_an_apple_map_happens_to_stand_is_no_disk():
    """As in a table of numbers that a program's translations begin with."""
    numbers = b"".join(struct.pack("<I", 0x4D50 + 19 * n) for n in range(4096))
    data = bytes(512) + numbers
    assert data[512:516] == b"PM\0\0"
    assert not disk_image.wants("a.mo", data[:4096])


def test_of_a_disc_for_macs_and_others_no_file_is_read_twice():
    disc = image("disc-for-macs")
    assert files(opened(iso, disc, "a.iso")) == TREE


def test_of_a_disc_for_macs_and_others_what_only_macs_see_is_read_too():
    disc = bytearray(image("disc-for-macs"))
    names = "plain".encode("utf-16-be"), "other".encode("utf-16-be")
    assert disc.count(names[0]) > 0
    found = opened(iso, bytes(disc.replace(*names)), "a.iso")
    assert files(found) == {**TREE, "partition 3/etc/other": TREE["etc/plain"]}


def test_an_older_file_system_of_macs_is_told():
    head = bytearray(4096)
    head[1024:1026] = b"BD"
    struct.pack_into(">HI", head, 1024 + 18, 100, 512)
    assert "HFS file system" in opened(not_read, bytes(head), "a.img").problems[""].reason


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_volume_gives_files_or_says_why_not(data):
    made = bytearray(
        volume(
            {**TREE, "a": file_link(1), f"{PRIVATE}/iNode1": b"x", "z": packed(4, 9, b"", in_zlib_fork(b"x"))},
            pieces_apart=data.draw(st.booleans()),
        )
    )
    for _ in range(data.draw(st.integers(1, 6))):
        # Most of it is content: what leads there is at its ends.
        place = data.draw(st.one_of(st.integers(1024, 1536), st.integers(-30_000, -1)))
        made[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(made))))
    assert_it_survives(disk_image, bytes(made[:cut]))


def test_apples_older_compression_copies_what_it_has_made():
    packed_text = b"\x82abc" + bytes([0x80 | 0, ord("d")]) + b"\x04\x03" + bytes([0x40 | 6]) + (0).to_bytes(2, "big")
    assert adc_block(packed_text, 99, CountingBudget()) == b"abcd" + b"abcd" + b"d" * 10
    assert adc_block(packed_text, 6, CountingBudget()) == b"abcdab"
    with pytest.raises(Unreadable):
        adc_block(b"\x00\x05", 9, CountingBudget())


def test_it_is_told_where_a_file_begins_and_how_it_changes():
    members = list(disk_image.members(BytesSource("a.dmg", volume(TREE)), CountingBudget()))
    assert {len(member.system) for member in members} == {12}
    assert len({member.stamp for member in members if member.kind == "file"}) == len(TREE)
