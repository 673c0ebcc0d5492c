"""Start images, updates and firmware of devices: every part comes out. images/make_firmware.sh makes the real ones."""

import bz2
import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest

from scanner.containers import (
    android_blocks,
    android_boot,
    android_update,
    arm_kernel,
    disk_image,
    packed_firmware,
    trx,
    u_boot,
)
from scanner.containers import firmware as carving
from scanner.containers import lz4 as lz4_file
from scanner.model.source import Unreadable
from tests.budgets import CountingBudget
from tests.containers.opening import Opened, assert_it_survives, opened
from tests.containers.test_disk_image import TREE, image
from tests.sources import BytesSource

IMAGES = Path(__file__).parent / "images"
KERNEL = b"".join(b"kernel %d\n" % n for n in range(900))


def firmware(name: str) -> bytes:
    return lzma.decompress((IMAGES / f"{name}.bin.xz").read_bytes())


def sound(found: Opened) -> dict[str, bytes]:
    assert not found.problems
    return found.contents


@pytest.mark.parametrize("version", [0, 2, 3])
def test_an_android_start_image_gives_kernel_and_ramdisk(version):
    found = sound(opened(android_boot, firmware(f"boot-{version}")))
    assert found["kernel"] == KERNEL
    assert found["ramdisk"].startswith(b"\x02\x21\x4c\x18")
    assert list(found)[2:] == (["dtb"] if version == 2 else [])


def test_the_start_image_of_a_maker_gives_its_ramdisk_and_device_tree():
    found = sound(opened(android_boot, firmware("vendor-boot")))
    assert found["vendor_ramdisk"] == sound(opened(android_boot, firmware("boot-3")))["ramdisk"]
    assert found["dtb"] == b"tree"


def test_a_ramdisk_compressed_by_lz4_is_unpacked():
    packed = sound(opened(android_boot, firmware("boot-3")))["ramdisk"]
    (content,) = sound(opened(lz4_file, packed, "ramdisk.lz4")).values()
    assert content.startswith(b"070701")
    assert b"one line\n" in content


def test_a_u_boot_image_gives_its_content_under_the_ending_of_its_compression():
    found = sound(opened(u_boot, firmware("uimage")))
    assert {name: gzip.decompress(content) for name, content in found.items()} == {"images.bin.gz": KERNEL}


def test_a_u_boot_image_of_several_parts_gives_each():
    found = sound(opened(u_boot, firmware("uimage-multi")))
    assert found["images 0.bin"] == KERNEL
    assert b"one line" in gzip.decompress(found["images 1.bin"])


@pytest.mark.parametrize("name", ["fit", "fit-outside"])
def test_a_flattened_image_gives_its_parts_wherever_they_lie(name):
    found = sound(opened(u_boot, firmware(name)))
    assert gzip.decompress(found["kernel.bin.gz"]) == KERNEL
    assert found["ramdisk"].startswith(b"070701")


def test_a_bare_device_tree_is_no_image():
    tree = struct.pack(">10I", 0xD00DFEED, 72, 56, 72, 40, 17, 16, 0, 0, 16) + struct.pack(">4I", 1, 0, 2, 9)
    assert not u_boot.wants("a.dtb", tree)


def trx_of(*parts: bytes) -> bytes:
    starts, at = [], 28
    for held in parts:
        starts.append(at)
        at += len(held)
    header = struct.pack("<4s2I2H3I", b"HDR0", at, 0, 0, 1, *starts, *[0] * (3 - len(starts)))
    return header + b"".join(parts)


def test_firmware_with_a_trx_header_gives_its_parts_and_what_lies_behind():
    found = sound(opened(trx, trx_of(b"loader", image("squashfs-gzip")) + b"signature"))
    assert found["part 1.bin"] == b"loader"
    assert sound(opened(disk_image, found["part 2.bin"]))["etc/plain"] == TREE["etc/plain"]
    assert found["(behind the end).bin"] == b"signature"


def wire(number: int, value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    return varint(number << 3) + varint(value)


def varint(value: int) -> bytes:
    made = b""
    while value > 0x7F:
        made += bytes((value & 0x7F | 0x80,))
        value >>= 7
    return made + bytes((value,))


def update(*operations: tuple[int, bytes, int, int], size: int) -> bytes:
    """Kind, data, first block and number of blocks of each."""
    data, told = b"", b""
    for kind, content, first, count in operations:
        extent = wire(6, wire(1, first) + wire(2, count))
        told += wire(8, wire(1, kind) + wire(2, len(data)) + wire(3, len(content)) + extent)
        data += content
    manifest = wire(3, 4096) + wire(13, wire(1, b"system") + wire(7, wire(1, size)) + told)
    return struct.pack(">4sQQI", b"CrAU", 2, len(manifest), 5) + manifest + b"signs" + data


def test_a_full_update_gives_the_partition_that_its_operations_write():
    whole = image("ext4").ljust(512 << 10, b"\0")
    quarter = len(whole) // 4
    parts = [whole[n * quarter : (n + 1) * quarter] for n in range(4)]
    assert not any(parts[3])
    blocks = quarter // 4096
    made = update(
        (8, lzma.compress(parts[1]), blocks, blocks),
        (0, parts[0], 0, blocks),
        (1, bz2.compress(parts[2]), 2 * blocks, blocks),
        (6, b"", 3 * blocks, blocks),
        size=len(whole),
    )
    found = sound(opened(android_update, made))
    assert found == {"system.img": whole}
    assert sound(opened(disk_image, found["system.img"]))["etc/plain"] == TREE["etc/plain"]


def test_an_update_that_changes_an_earlier_system_is_reported():
    made = update((0, bytes(4096), 0, 1), (5, b"patch", 1, 1), size=8192)
    found = opened(android_update, made)
    assert found.contents["system.img"] == bytes(4096)
    assert "earlier state" in found.problems["system.img"].reason


PACKED = random.Random(1).randbytes(200_000)
BLOB = (
    b"MAKER" + bytes(500) + firmware("uimage") + b"\xff" * 3000 + image("squashfs-xz") + bytes(1000) + image("jffs2")
    + b"\xff" * 5000 + image("romfs") + image("cramfs") + image("ubi") + bytes(100) + gzip.compress(KERNEL)
)  # fmt: skip


def test_the_parts_of_a_firmware_are_found_wherever_they_begin():
    found = sound(opened(carving, BLOB, "camera.bin"))
    kinds = [name.partition(" ")[0].removeprefix("(") for name in found]
    assert kinds == ["uimage", "squashfs", "jffs2", "romfs", "cramfs", "ubi", "gz"]
    assert all(f"at {BLOB.index(content[:64]):#x})" in name for name, content in found.items())
    whole = dict(zip(kinds, found.values(), strict=True))
    for kind in ("squashfs", "romfs", "cramfs"):
        assert sound(opened(disk_image, whole[kind]))["etc/plain"] == TREE["etc/plain"]
    assert sound(opened(disk_image, whole["ubi"]))["rootfs/usr/lib/long"] == TREE["usr/lib/long"]
    assert gzip.decompress(whole["gz"]) == KERNEL


@pytest.mark.parametrize("window_bytes", [4096, 8192, 10_007])
def test_the_parts_of_a_firmware_larger_than_memory_should_hold_are_found_in_windows(window_bytes, monkeypatch):
    whole = opened(carving, BLOB, "camera.bin")
    monkeypatch.setattr("scanner.formats.mapped.WINDOW_BYTES", window_bytes)
    assert opened(carving, BLOB, "camera.bin").contents == whole.contents


def test_a_file_system_whose_mark_stands_behind_its_beginning_is_found():
    data = b"MAKER" + bytes(5000) + image("erofs-lz4") + b"behind it"
    (name, content), *_ = sound(opened(carving, data, "tablet.bin")).items()
    assert name.startswith("(erofs at 0x138d)")
    assert sound(opened(disk_image, content))["usr/lib/long"] == TREE["usr/lib/long"]


def test_what_is_packed_in_an_unknown_way_is_told_by_its_place_and_size():
    found = opened(carving, b"MAKER" + bytes(5000) + firmware("uimage") + PACKED + image("romfs"), "camera.bin")
    start = 5005 + len(firmware("uimage"))
    assert f"200,000 bytes from offset {start:,}" in found.problems[""].reason


@pytest.mark.parametrize(
    "data", [PACKED, b"hsqs" * 5000, b"\x5d\0\0 UBI#\1\0\0\0 -rom1fs-".ljust(9000, b"x"), bytes(9000)]
)
def test_data_in_which_only_marks_stand_is_no_firmware(data):
    assert opened(carving, data, "weights.bin") == ([], {}, {})


FORMS = {
    android_boot: ["boot-0", "boot-3", "vendor-boot"],
    u_boot: ["uimage", "uimage-multi", "fit", "fit-outside"],
}


@pytest.mark.parametrize(("container", "name"), [(c, name) for c, names in FORMS.items() for name in names])
def test_damaged_firmware_gives_parts_or_says_why_not(container, name):
    survives(container, firmware(name))


def test_a_damaged_update_or_trx_or_lz4_gives_parts_or_says_why_not():
    survives(carving, BLOB)
    survives(trx, trx_of(b"a" * 50, b"b" * 50))
    survives(android_update, update((8, lzma.compress(bytes(4096)), 0, 1), (6, b"", 1, 9), size=40960))
    survives(lz4_file, opened(android_boot, firmware("boot-3")).contents["ramdisk"])


def survives(container, whole: bytes) -> None:
    chance = random.Random(len(whole))
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(8):
            data[chance.randrange(min(len(data), 3000))] = chance.randrange(256)
        assert_it_survives(container, bytes(data[: chance.randrange(len(data)) if chance.random() < 0.3 else None]))


FILE_SYSTEM = image("squashfs-xz")


def code(size: int) -> bytes:
    """What is no part of anything, and not as random as packed bytes."""
    return bytes(random.Random(size).choices(b"\x90abcdefgh", k=size))


@pytest.mark.parametrize("packed", [gzip.compress, lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE)])
def test_a_kernel_that_unpacks_itself_gives_the_kernel(packed):
    head = bytearray(code(5000))
    head[36:40] = b"\x18\x28\x6f\x01"
    found = opened(arm_kernel, bytes(head) + packed(KERNEL) + bytes(4)).contents
    ((name, content),) = found.items()
    assert content.startswith(packed(KERNEL))
    assert name in ("(kernel).gz", "(kernel).lzma")


def test_a_kernel_without_a_packed_one_says_so():
    found = opened(arm_kernel, bytes(36) + b"\x18\x28\x6f\x01" + code(5000))
    assert "no packed kernel was found" in found.problems[""].reason


def test_the_first_file_system_in_a_kernel_is_found_and_is_one_part():
    (archive,) = sound(opened(lz4_file, opened(android_boot, firmware("boot-3")).contents["ramdisk"], "r.lz4")).values()
    assert carving.wants("kernel", b"\x7fELF\0")
    found = sound(opened(carving, b"\x7fELF" + code(9000) + archive + code(9000), "kernel"))
    ((name, content),) = found.items()
    assert name.startswith("(cpio at 0x232c)")
    assert content.rstrip(b"\0") == archive.rstrip(b"\0")


def test_what_a_kernel_is_followed_by_in_flash_memory_is_a_part_too():
    found = sound(opened(u_boot, firmware("uimage") + b"\xff" * 700 + FILE_SYSTEM))
    (behind,) = sound(opened(carving, found["(behind the end).bin"], "(behind the end).bin")).values()
    assert sound(opened(disk_image, behind))["etc/plain"] == TREE["etc/plain"]


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        made.writestr("romfs.img", image("romfs"))
        made.writestr("install", KERNEL)
    return held.getvalue()


def tarred() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as made:
        for name in ("a", "b"):
            made.addfile(tarfile.TarInfo(name))
    return held.getvalue()


WRAPPED = {"zip": zipped(), "tar": tarred()[:2048], "bz2": bz2.compress(KERNEL), "jffs2": image("jffs2-big-endian")}


@pytest.mark.parametrize("kind", WRAPPED)
def test_an_archive_behind_a_header_of_the_maker_is_found(kind):
    data = b"CAMERA01" + code(5001) + WRAPPED[kind]
    ((name, content),) = sound(opened(carving, data, "update.dav")).items()
    assert name.startswith(f"({kind} at 0x1391)")
    assert content == WRAPPED[kind]


@pytest.mark.parametrize("mark", [b"sqlz", b"shsq", b"qshs", b"tqsh", b"hsqt"])
def test_a_file_system_under_a_mark_of_the_maker_is_read(mark):
    data = mark + FILE_SYSTEM[4:]
    assert sound(opened(disk_image, data))["etc/plain"] == TREE["etc/plain"]
    ((name, _),) = sound(opened(carving, b"MAKER" + code(5000) + data, "camera.bin")).items()
    assert name.startswith("(squashfs at")


def test_firmware_that_is_encrypted_as_a_whole_is_told():
    found = opened(packed_firmware, PACKED, "update.dav")
    assert "All of its 200,000 bytes look packed or encrypted" in found.problems[""].reason


@pytest.mark.parametrize(
    ("data", "beside"),
    [(code(200_000), {}), (PACKED + gzip.compress(KERNEL), {}), (PACKED, {"update.xml": b"<net/>"})],
    ids=["not packed", "with a part", "weights of a network"],
)
def test_other_files_are_no_encrypted_firmware(data, beside):
    assert not packed_firmware.confirms(BytesSource("update.bin", data, neighbours=beside))


def test_each_of_several_ramdisks_of_the_maker_is_a_part():
    ramdisks = [gzip.compress(b"first"), gzip.compress(b"second")]
    page, places = 4096, (0, len(ramdisks[0]))
    whole = b"".join(ramdisks)
    table = b"".join(
        struct.pack("<3I32s16I", len(held), place, 1, b"", *[0] * 16)
        for held, place in zip(ramdisks, places, strict=True)
    )
    head = struct.pack("<8s5I", b"VNDRBOOT", 4, page, 0, 0, len(whole)) + bytes(2048)
    head += struct.pack("<I16sIIQ4I", 0, b"", 2128, 4, 0, len(table), 2, 108, 0)
    data = b"".join(held.ljust(page, b"\0") for held in (head, whole, b"tree", table))
    found = sound(opened(android_boot, data))
    assert [gzip.decompress(found[f"vendor_ramdisk {number}"]) for number in (1, 2)] == [b"first", b"second"]
    assert found["dtb"] == b"tree"


def test_frames_of_lz4_that_follow_each_other_are_one_file():
    import lz4.block
    import lz4.frame

    legacy = b"".join(
        b"\x02\x21\x4c\x18" + struct.pack("<I", len(block)) + block
        for block in (lz4.block.compress(text, store_size=False) for text in (b"one ", b"two"))
    )
    frames = lz4.frame.compress(b"one ", content_checksum=True) + lz4.frame.compress(b"two")
    for data in (legacy, frames):
        assert list(sound(opened(lz4_file, data, "a.lz4")).values()) == [b"one two"]


WRITTEN = image("ext4").ljust(512 << 10, b"\0")
LIST = b"4\n128\n0\n0\nerase 2,128,200\nnew 4,64,128,0,32\nzero 2,32,64\n"
BLOCKS = WRITTEN[64 * 4096 :] + WRITTEN[: 32 * 4096]


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_full_update_in_blocks_gives_the_partition(is_packed):
    import brotli

    beside = {"system.new.dat.br": brotli.compress(BLOCKS)} if is_packed else {"system.new.dat": BLOCKS}
    source = BytesSource("system.transfer.list", LIST, neighbours=beside)
    (made,) = android_blocks.members(source, CountingBudget())
    assert made.name == "system.img"
    assert b"".join(made.chunks()) == WRITTEN[: 32 * 4096] + bytes(32 * 4096) + WRITTEN[64 * 4096 :]


@pytest.mark.parametrize(
    ("told", "beside", "reason"),
    [
        (LIST + b"bsdiff 0 10 2,0,1 1 2,0,1\n", {"system.new.dat": BLOCKS}, "earlier state"),
        (LIST, {}, "are not there"),
    ],
)
def test_an_update_in_blocks_that_is_not_whole_says_so(told, beside, reason):
    with pytest.raises(Unreadable, match=reason):
        list(android_blocks.members(BytesSource("system.transfer.list", told, neighbours=beside), CountingBudget()))
