"""Disk images: every file that was put in comes out, whatever lies around it. images/make.sh makes them."""

import lzma
import random
import struct
from pathlib import Path

import pytest

from scanner.containers import disk_image, not_read
from scanner.containers.libraries import library
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.containers.opening import assert_it_survives, opened
from tests.sources import BytesSource

IMAGES = Path(__file__).parent / "images"
TREE = {
    "etc/plain": b"one line\n",
    "etc/empty": b"",
    "usr/lib/long": b"".join(b"line %d\n" % n for n in range(9000)),
    "usr/lib/sparse": bytes(50000) + b"end",
    "usr/lib/deep/er/a name with ünusual letters": b"found\n",
}
PLAIN = [
    "ext2", "ext4", "squashfs-gzip", "squashfs-xz", "squashfs-zstd", "romfs", "cramfs", "ubifs-zlib", "ubifs-zstd",
    "android-sparse", "squashfs-lz4", "erofs", "erofs-chunks", "erofs-lz4", "erofs-lz4-packed",
    "erofs-lz4-early", "erofs-lz4-large", "erofs-lzma", "erofs-deflate", "erofs-zstd", "erofs-large", "exfat",
    "hfs-plus", "jffs2", "jffs2-big-endian", "jffs2-rtime", "ntfs", "ntfs-compressed",
]  # fmt: skip
needs_extra = pytest.mark.skipif(
    library("dissect.target") is None or library("dissect.hypervisor") is None,
    reason="the extra “images” is not installed",
)


def image(name: str) -> bytes:
    return lzma.decompress((IMAGES / f"{name}.img.xz").read_bytes())


def files(name: str) -> dict[str, bytes]:
    found = opened(disk_image, image(name), f"{name}.img")
    assert not found.problems
    kinds = found.kinds()
    return {path: content for path, content in found.contents.items() if kinds[path] == "file"}


@pytest.mark.parametrize("name", PLAIN)
def test_a_file_system_gives_back_every_file(name):
    assert files(name) == TREE


def test_parts_that_files_share_are_made_as_far_as_each_needs_them():
    found = opened(disk_image, image("erofs-shared"), "shared.img", CountingBudget(bytes=1 << 20))
    assert not found.problems
    one = found.contents["one"]
    assert found.contents["two"] == b"first\n" + one[:40_000] + b"between\n" + one[-20_000:]
    assert found.contents["three"] == one[:45_000]
    assert one.endswith(b"\n8 808201\n")


@pytest.mark.parametrize("name", ["mbr", "qcow2", "qcow2-packed"])
def test_each_partition_gives_back_every_file(name):
    both = {f"partition {number}/{path}": content for number in (1, 5) for path, content in TREE.items()}
    assert files(name) == both


def test_a_partition_that_is_not_read_is_told_by_place_and_size_and_hides_no_other():
    found = opened(disk_image, image("gpt"), "gpt.img")
    assert found.contents["partition 1/etc/plain"] == b"one line\n"
    assert found.problems[""].cause is Cause.UNSUPPORTED
    assert "Partition 2 (524,288 bytes from offset 614,400)" in found.problems[""].reason


def test_the_volumes_of_a_flash_memory_are_read_under_their_names():
    assert files("ubi") == {
        f"{volume}/{path}": content for volume in ("rootfs", "data") for path, content in TREE.items()
    }


def super_partition(*parts: tuple[str, bytes]) -> bytes:
    """As `lpmake` writes it: each logical partition in two extents, the second one first."""
    names, extents, content, at = b"", b"", b"", 2048
    for number, (name, data) in enumerate(parts):
        half = len(data) // 1024 * 512
        for piece, place in ((data[:half], at + (len(data) - half) // 512), (data[half:], at)):
            extents += struct.pack("<QIQI", len(piece) // 512, 0, place, 0)
        names += struct.pack("<36s4I", name.encode(), 1, 2 * number, 2, 0)
        content += data[half:] + data[:half]
        at += len(data) // 512
    tables = struct.pack("<6I", 0, len(parts), 52, len(names), 2 * len(parts), 24)
    header = (struct.pack("<I2HI", 0x414C5030, 10, 0, 128).ljust(80, b"\0") + tables).ljust(128, b"\0")
    geometry = struct.pack("<II32sIII", 0x616C4467, 52, b"", 65536, 2, 4096).ljust(4096, b"\0")
    return (bytes(4096) + geometry * 2 + header + names + extents).ljust(1 << 20, b"\0") + content


def test_the_logical_partitions_of_an_android_device_are_read_under_their_names():
    whole = super_partition(("system_a", image("ext4")), ("product_a", image("ext2")))
    found = opened(disk_image, whole, "super.img")
    assert not found.problems
    assert found.contents["system_a/usr/lib/long"] == found.contents["product_a/usr/lib/long"] == TREE["usr/lib/long"]


@needs_extra
def test_with_the_extra_logical_volumes_are_read_also_where_they_lie_in_pieces():
    found = opened(disk_image, image("lvm"), "lvm.img")
    both = {f"{volume}/{path}": content for volume in ("data", "root") for path, content in TREE.items()}
    assert {path: found.contents[path] for path in both} == both
    assert not found.problems


@needs_extra
@pytest.mark.parametrize("name", ["vmdk", "vhdx", "jffs2-lzo", "ubifs-lzo", "squashfs-lzo"])
def test_with_the_extra_disks_of_other_machines_are_read(name):
    assert files(name) == TREE


@needs_extra
def test_with_the_extra_other_file_systems_are_read():
    found = {path.lower(): content for path, content in files("fat").items()}
    assert found["usr/lib/long"] == TREE["usr/lib/long"]


@pytest.mark.parametrize(("name", "what"), [("vmdk", "a virtual disk"), ("fat", "a FAT file system")])
def test_without_the_extra_one_sentence_says_how_to_get_it(name, what, monkeypatch):
    for module in ("disks.virtual_disks", "filesystems.by_library"):
        monkeypatch.setattr(f"scanner.containers.{module}.library", lambda _name: None)
    with pytest.raises(Unreadable, match=f"This is {what}.*pip install 'frscan.images.'"):
        list(disk_image.members(BytesSource("a.img", image(name)), CountingBudget()))


@pytest.mark.parametrize("name", [*PLAIN, "mbr", "qcow2"])
def test_a_file_is_found_again_by_its_name_alone_and_finds_its_neighbour(name):
    before = "" if name in PLAIN else "partition 5/"
    source, budget = BytesSource("a.img", image(name)), CountingBudget()
    for path in ("usr/lib/deep/er/a name with ünusual letters", "etc/plain"):
        member = disk_image.find(source, before + path, budget)
        assert member is not None
        assert b"".join(member.chunks()) == TREE[path]
    assert member.beside is not None
    assert b"".join(member.beside("empty").chunks()) == b""
    assert b"".join(member.beside("../usr/lib/long").chunks()) == TREE["usr/lib/long"]
    assert member.beside("../../../usr/lib/long") is None
    assert disk_image.find(source, before + "etc/gone", budget) is None


@pytest.mark.parametrize("name", [*PLAIN, "mbr"])
def test_the_shares_of_several_processes_are_together_all_files_and_each_once(name):
    data = image(name)
    found = [
        member.name
        for number in range(3)
        for member in disk_image.share(BytesSource("a.img", data), CountingBudget(), number, 3)
    ]
    everything = [member.name for member in disk_image.members(BytesSource("a.img", data), CountingBudget())]
    assert sorted(found) == sorted(everything)


def test_a_folder_that_is_said_to_be_a_file_is_looked_into_by_one_process():
    data = bytearray(image("ext4"))
    place = data.index(b"\x03\x02lib") + 1  # of a folder's entry: length and kind of the name, and the name
    data[place] = 1
    shares = [
        {member.name for member in disk_image.share(BytesSource("a.img", bytes(data)), CountingBudget(), number, 2)}
        for number in range(2)
    ]
    assert "usr/lib/long" in shares[0] | shares[1]
    assert not shares[0] & shares[1]


@pytest.mark.parametrize("name", ["ext4", "ext2", "exfat", "hfs-plus"])
def test_what_lies_on_the_disk_as_it_is_is_read_where_it_lies(name):
    source = BytesSource("a.img", image(name))
    members = {member.name: member for member in disk_image.members(source, CountingBudget())}
    seen = {path: members[path].in_place for path in TREE}
    in_place = {path: pieces for path, look in seen.items() if look is not None and (pieces := look()) is not None}
    assert {path: b"".join(pieces) for path, pieces in in_place.items()}.items() <= TREE.items()
    assert {"etc/plain", "usr/lib/long"} <= in_place.keys()


@pytest.mark.parametrize("name", [*PLAIN, "mbr", "gpt", "qcow2", "qcow2-packed", "ubi", "lvm"])
def test_a_damaged_image_gives_files_or_says_why_not(name):
    chance = random.Random(name)
    whole = image(name)
    for _ in range(12):
        data = bytearray(whole)
        for _ in range(40):
            data[chance.randrange(min(len(data), 40_000))] = chance.randrange(256)
        assert_it_survives(disk_image, bytes(data[: chance.randrange(len(data)) if chance.random() < 0.3 else None]))


def test_descriptors_larger_than_a_block_are_damage():
    data = bytearray(image("ext4"))
    data[1024 + 254 : 1024 + 256] = b"\xff\xff"
    data[1024 + 96] |= 0x80  # the feature that gives this field its meaning
    assert opened(disk_image, bytes(data), "a.img").causes() == {"": "damaged"}


def test_what_is_opened_is_not_reported_as_unread():
    assert not_read.INFO.name in disk_image.INFO.refines
    assert disk_image.confirms(BytesSource("a.img", image("ext4")))
    assert not disk_image.confirms(BytesSource("a.img", b"MZ".ljust(8192, b"\0")))


@pytest.mark.parametrize(
    ("told", "cause"),
    [
        (b'RW 100 FLAT "gone.vmdk" 0', Cause.VANISHED),
        (b'parentCID=01234567\nRW 100 FLAT "gone.vmdk" 0', Cause.UNSUPPORTED),
        (b'RW 9 FLAT "../../etc/shadow" 0', Cause.VANISHED),
        (b'RW 100 FLAT "a.vmdk" 0', Cause.VANISHED),
    ],
)
def test_a_disk_in_several_files_says_what_it_misses_and_looks_nowhere_else(told, cause):
    found = opened(disk_image, b"# Disk DescriptorFile\n" + told + b"\n", "a.vmdk")
    assert found.problems[""].cause is cause


def test_a_device_that_takes_a_name_away_in_a_layer_of_containers_is_told():
    data = image("ext4")
    content = data.index(TREE["etc/plain"]) // 1024  # the number of its block
    inode = data.index(struct.pack("<4H4xIHHI", 0xF30A, 1, 4, 0, 0, 1, 0, content)) - 40
    made = bytearray(data)
    made[inode : inode + 2], made[inode + 40 : inode + 48] = struct.pack("<H", 0o020000), bytes(8)
    source = BytesSource("a.img", bytes(made))
    kinds = {member.name: member.kind for member in disk_image.members(source, CountingBudget())}
    assert kinds["etc/plain"] == "whiteout"


def test_a_folder_of_a_layer_of_containers_that_hides_what_is_below_it_is_told():
    members = disk_image.members(BytesSource("a.img", image("ext4-layers")), CountingBudget())
    assert [m.name for m in members if m.kind == "whiteout"] == ["overlay2/diff/opt/.wh..wh..opq"]


def of_a_set(content: bytes, level: int, layout: int = 0, *, place: int = 4096) -> bytes:
    """One of two disks of Linux's software RAID: a superblock of version 1 with its sum, and behind it the data."""
    block = bytearray(512)
    struct.pack_into("<IIII16s32s", block, 0, 0xA92B4EFC, 1, 0, 0, b"set of two disks", b"here:0")
    sectors = len(content) // 512
    struct.pack_into("<QiIQII", block, 64, 0, level, layout, sectors, 128, 2)
    struct.pack_into("<QQQ", block, 128, 32, sectors, place // 512)
    struct.pack_into("<I32xHH", block, 220, 2, 0, 1)
    total = sum(struct.unpack_from("<65I", block))
    struct.pack_into("<I", block, 216, (total & 0xFFFFFFFF) + (total >> 32))
    return (bytes(place) + block).ljust(32 * 512, b"\0") + content


@pytest.mark.parametrize(("level", "layout"), [(1, 0), (10, 0x102)])
@pytest.mark.parametrize("place", [0, 4096])
def test_one_disk_of_a_mirrored_set_gives_back_every_file(level, layout, place):
    found = opened(disk_image, of_a_set(image("ext4"), level, layout, place=place), "sda.img")
    assert not found.problems
    assert found.contents.items() >= TREE.items()


def test_one_disk_of_another_set_is_told():
    found = opened(disk_image, of_a_set(image("ext4"), 5, 2), "sda.img")
    assert not found.contents
    assert found.problems[""].reason.startswith("It is one of 2 disks of a set (Linux software RAID, level 5)")
