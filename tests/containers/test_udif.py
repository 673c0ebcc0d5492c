"""Disk images of macOS: whatever way their chunks are packed, the disk inside is the one that was packed."""

import bz2
import lzma
import plistlib
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.containers import disk_image
from scanner.containers.disks import udif
from scanner.containers.libraries import library
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause
from tests.budgets import CountingBudget
from tests.containers.opening import opened
from tests.sources import BytesSource

IMAGE = Path(__file__).parent / "images" / "ext4.img.xz"
CHUNK = 512 * 512
ZEROS, AS_IT_IS, ADC, ZLIB, BZIP2, LZFSE, LZMA, UNKNOWN = 0, 1, *range(0x80000004, 0x8000000A)


def _lzfse(data: bytes) -> bytes:
    found = library("lzfse")
    if found is None:
        pytest.skip("the extra “images” is not installed")
    return bytes(found.compress(data))


def _adc(data: bytes) -> bytes:
    """Literals, and what a line has in common with the one before as copies of it."""
    made, at, before = bytearray(), 0, 0
    while at < len(data):
        back = at - before
        same = 0
        while (
            0 < back <= 1 << 16
            and same < 67
            and data[at + same : at + same + 1] == data[before + same : before + same + 1] != b""
        ):
            same += 1
        if same >= 4:
            made += bytes([0x40 | (same - 4)]) + (back - 1).to_bytes(2, "big")
            at, before = at + same, before + same
        else:
            literals = data[at : at + 32]
            made += bytes([0x80 | (len(literals) - 1)]) + literals
            at, before = at + len(literals), at
    return bytes(made)


PACKERS = {
    AS_IT_IS: bytes,
    ZLIB: zlib.compress,
    BZIP2: bz2.compress,
    LZMA: lambda data: lzma.compress(data, preset=0),
    LZFSE: _lzfse,
    ADC: _adc,
    UNKNOWN: bytes,
}


def packed(disk: bytes, kind: int) -> bytes:
    """A disk image with the chunks packed in one way, but for those of zeros, in two tables."""
    data, tables = b"", []
    half = len(disk) // CHUNK // 2 * CHUNK
    for first, end in ((0, half), (half, len(disk))):
        chunks = b""
        for start in range(first, end, CHUNK):
            content = disk[start : min(start + CHUNK, end)]
            how = kind if any(content) else ZEROS
            held = PACKERS[how](content) if how else b""
            place = ((start - first) // 512, -(-len(content) // 512), len(data), len(held))
            chunks += struct.pack(">IIQQQQ", how, 0, *place)
            data += held
        chunks += struct.pack(">IIQQQQ", 0xFFFFFFFF, 0, 0, 0, 0, 0)
        head = struct.pack(">4sIQQ", b"mish", 1, first // 512, (end - first) // 512).ljust(200, b"\0")
        tables.append({"Data": head + struct.pack(">I", len(chunks) // 40) + chunks, "ID": "0"})
    listed = plistlib.dumps({"resource-fork": {"blkx": tables}})
    trailer = bytearray(512)
    struct.pack_into(">4sII12xQQ16xII", trailer, 0, b"koly", 4, 512, 0, len(data), 1, 1)
    struct.pack_into(">QQ", trailer, 216, len(data), len(listed))
    struct.pack_into(">Q", trailer, 492, len(disk) // 512)
    return data + listed + bytes(trailer)


def image() -> bytes:
    return lzma.decompress(IMAGE.read_bytes())


@pytest.mark.parametrize("kind", [AS_IT_IS, ADC, ZLIB, BZIP2, LZMA, LZFSE])
def test_every_way_of_packing_gives_the_disk_that_was_packed(kind):
    disk, source = image(), BytesSource("a.dmg", packed(image(), kind))
    read = udif.opened(source, CountingBudget())
    assert read.size == len(disk)
    assert b"".join(bytes(read.read(at, 100_000)) for at in range(0, len(disk), 100_000)) == disk
    assert disk_image.wants("a.dmg", source.head)
    assert disk_image.confirms(source)
    assert opened(disk_image, source.data, "a.dmg").contents["etc/plain"] == b"one line\n"


def test_a_way_of_packing_that_nobody_undoes_is_told():
    read = udif.opened(BytesSource("a.dmg", packed(image(), UNKNOWN)), CountingBudget())
    with pytest.raises(Unreadable, match="packed by a way of the number 0x80000009") as caught:
        read.read(1024, 100)
    assert caught.value.cause is Cause.UNSUPPORTED


@settings(max_examples=30)
@given(st.data())
def test_a_damaged_one_gives_bytes_or_says_that_it_is_damaged(data):
    content = bytearray(packed(bytes(range(256)) * 4096, ZLIB))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Unreadable):
        read = udif.opened(BytesSource("a.dmg", bytes(content)), CountingBudget())
        for at in range(0, min(read.size, 4 << 20), 1 << 20):
            assert len(read.read(at, 1 << 20)) <= 1 << 20
