"""Formats that are recognised and reported, so that no report says “none” of what it could not open."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.containers import not_read
from tests.containers.opening import assert_it_survives, opened
from tests.sources import BytesSource


def at(offset: int, magic: bytes, *more: tuple[int, bytes], size: int = 4096) -> bytes:
    data = bytearray(size)
    for place, value in ((offset, magic), *more):
        data[place : place + len(value)] = value
    return bytes(data)


MBR = at(510, b"\x55\xaa", (446, b"\x80\0\0\0\x83\0\0\0" + struct.pack("<2I", 2048, 9999)), size=2 << 20)
CASES = {
    "rar": (b"Rar!\x1a\x07\1\0", "unsupported"),
    "qcow2": (b"QFI\xfb\0\0\0\3", "unsupported"),
    "squashfs": (b"hsqs" + bytes(92), "unsupported"),
    "ext": (at(1080, b"\x53\xef", (1048, b"\2\0\0\0"), (1082, b"\1\0"), (1100, b"\1\0\0\0")), "unsupported"),
    "sparse-image": (b"sprs\0\0\0\3" + bytes(56), "unsupported"),
    "ntfs": (at(3, b"NTFS    "), "unsupported"),
    "fat": (at(82, b"FAT32   ", (510, b"\x55\xaa")), "unsupported"),
    "bitlocker": (at(3, b"-FVE-FS-"), "encrypted"),
    "pgp-disk": (b"\xeb\x48\x90PGPGUARD" + bytes(500), "encrypted"),
    "cryfs": (b"cryfs.config;1;scrypt\0", "encrypted"),
    "rclone-encrypted": (b"RCLONE\0\0" + bytes(24), "encrypted"),
    "luks": (b"LUKS\xba\xbe\0\2", "encrypted"),
    "disk-image": (MBR, "unsupported"),
    "compress": (b"\x1f\x9d\x90" + bytes(9), "unsupported"),
    "lz4": (b"\x04\x22\x4d\x18" + bytes(9), "unsupported"),
    "vdi": (at(64, b"\x7f\x10\xda\xbe"), "unsupported"),
    "lha": (b"!!-lh5-", "unsupported"),
    "uefi-capsule": (bytes.fromhex("bd86663b760d3040b70eb5519e2fc5a0") + bytes(12), "unsupported"),
    "uefi-program": (b"VZ\x64\x86\3\x0a" + bytes(34), "unsupported"),
    "flash-image": (at(16, b"\x5a\xa5\xf0\x0f"), "unsupported"),
    "apple-image": (b"\x30\x83\x10\0\0\x16\x04IM4P\x16\x04krnl", "unsupported"),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_format_is_named_and_said_to_be_unread(kind):
    data, cause = CASES[kind]
    source = BytesSource("a.bin", data)
    assert not_read.wants("a.bin", source.head)
    assert not_read.confirms(source)
    assert not_read.type_of(source.head) == kind
    found = opened(not_read, data)
    assert found.causes() == {"": cause}
    assert found.problems[""].reason.startswith("This is a")
    assert not found.members


def test_two_letters_alone_are_no_uefi_program():
    assert not not_read.wants("a.txt", b"VZ is short for something" + bytes(40))


@pytest.mark.parametrize(("name", "magic"), [("a.vhd", b"conectix"), ("A.VHD", b"conectix")])
def test_a_disk_image_is_known_by_its_last_sector(name, magic):
    data = bytes(4096) + magic.ljust(512, b"\0")
    assert not_read.wants(name.lower(), data[:4096])
    assert opened(not_read, data, name).causes() == {"": "unsupported"}
    assert not not_read.confirms(BytesSource(name, bytes(4096)))


@pytest.mark.parametrize(
    "head",
    [
        b"", b"text", bytes(4096), at(1080, b"\x53\xef", (1048, b"\xff\xff\xff\xff")), b"\x1f\x9d\xff\0\0",
        at(510, b"\x55\xaa"), b"\x85\x19\x00\x00" + bytes(99), b"x" * 4096, b"FAT", at(54, b"FAT"),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_format_is_left_alone(head):
    assert not not_read.wants("a.bin", head)


def test_a_damaged_file_system_under_the_name_of_an_image_is_told():
    data = at(1080, b"\x53\xef", (1048, b"\xff\xff\xff\xff"))
    assert opened(not_read, data, "disk.img").causes() == {"": "damaged"}
    assert not opened(not_read, data, "photo.raw").problems


def test_a_boot_sector_alone_is_no_disk():
    assert not not_read.confirms(BytesSource("boot.bin", MBR[:512]))


@given(st.sampled_from(list(not_read.INFO.magics)), st.binary(max_size=64), st.integers(0, 1200))
def test_any_cut_is_survived(magic, rest, length):
    assert_it_survives(not_read, (bytes(magic.offset) + magic.value + rest)[:length])
