"""How parts of firmware begin, and how long each is: what its format says behind the mark proves it.

Specification: that of each format; see the modules that open them.
"""

import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

from scanner.containers import cpio
from scanner.containers.streams import BZIP2, GZIP, LZMA, XZ, ZSTANDARD, Compression, broken
from scanner.containers.tar_headers import BLOCK, is_header
from scanner.containers.tar_headers import number as number_in
from scanner.formats.buffers import matches_in

NO_PART = -1
TO_THE_NEXT = 0
_SMALLEST_BLOCK, _LARGEST_BLOCK, _LARGEST_GAP = 4 << 10, 16 << 20, 1 << 20
LOOK_BYTES = 64 << 10
_MOST_ENTRIES = 1 << 20
_ZIP_END, _ZIP_END_BYTES, _ZIP_FIELDS = re.compile(re.escape(b"PK\5\6")), 22, ((12, 16), (16, 20), (20, 22))
_EROFS_PLACE, _TAR_PLACE, _BZIP2_PLACE = 1024, 257, 4


class PartKind(NamedTuple):
    """A kind of part."""

    mark: bytes
    name: str
    size: Callable[[memoryview], int]
    """Of a part that begins there: bytes, `TO_THE_NEXT` where it does not say, `NO_PART` where it is none."""
    before: int = 0
    """How far before its mark a part begins."""


def _squashfs(data: memoryview) -> int:
    """A superblock of version 4, of which makers of devices change the mark; of version 3 it stands elsewhere."""
    version, log = bytes(data[28:32]), int.from_bytes(data[22:24], "little")
    if version == b"\4\0\0\0" and 12 <= log <= 20 and int.from_bytes(data[12:16], "little") == 1 << log:
        return int.from_bytes(data[40:48], "little")
    return TO_THE_NEXT if version in (b"\3\0\0\0", b"\3\0\1\0", b"\0\3\0\0", b"\0\3\0\1") else NO_PART


def _cramfs(data: memoryview) -> int:
    if bytes(data[16:32]) != b"Compressed ROMFS":
        return NO_PART
    return int.from_bytes(data[4:8], "little" if data[0] == 0x45 else "big")


def _romfs(data: memoryview) -> int:
    return int.from_bytes(data[8:12], "big")


def _ubi(data: memoryview) -> int:
    """All blocks that follow each other: the first distance at which another one begins is that of all."""
    if zlib.crc32(data[:60]) ^ 0xFFFF_FFFF != int.from_bytes(data[60:64], "big"):
        return NO_PART
    block = _SMALLEST_BLOCK
    while block <= _LARGEST_BLOCK and bytes(data[block : block + 4]) != b"UBI#":
        block *= 2
    end = block
    while bytes(data[end : end + 4]) == b"UBI#":
        end += block
    return min(end, len(data))


def _ubifs(data: memoryview) -> int:
    """The node of a superblock tells how large an erase block is, and how many there are."""
    if len(data) < 44 or data[20] != 6 or int.from_bytes(data[16:20], "little") != 4096:
        return NO_PART
    return int.from_bytes(data[36:40], "little") * int.from_bytes(data[40:44], "little")


def _jffs2(data: memoryview) -> int:
    """All nodes that follow each other, with empty stretches between."""
    mark = bytes(data[:2])
    is_little = mark == b"\x85\x19"
    end = at = 0
    while at >= 0 and at + 12 <= len(data):
        node = data[at : at + 12]
        told, length = (int.from_bytes(node[a:b], "little" if is_little else "big") for a, b in ((8, 12), (4, 8)))
        if zlib.crc32(node[:8], 0xFFFF_FFFF) ^ 0xFFFF_FFFF == told:
            end = at = at + max(12, -(-length // 4) * 4)
        elif not end:
            return NO_PART
        else:
            at += 4
        if bytes(data[at : at + 2]) != mark:
            found = bytes(data[at : at + _LARGEST_GAP]).find(mark)
            at = at + found if found >= 0 else -1
    return min(end, len(data))


def _erofs(data: memoryview) -> int:
    """Blocks of a size that there can be, as many as it says."""
    bits = data[_EROFS_PLACE + 12] if len(data) > _EROFS_PLACE + 128 else 0
    if not 9 <= bits <= 16:
        return NO_PART
    return int.from_bytes(data[_EROFS_PLACE + 36 : _EROFS_PLACE + 40], "little") << bits


def _uimage(data: memoryview) -> int:
    header = bytearray(data[:64])
    told, header[4:8] = int.from_bytes(header[4:8], "big"), bytes(4)
    return 64 + int.from_bytes(data[12:16], "big") if zlib.crc32(header) == told else NO_PART


def _flat_tree(data: memoryview) -> int:
    return TO_THE_NEXT if b"images\0\0" in bytes(data[:4096]) else NO_PART


def _cpio(data: memoryview) -> int:
    return cpio.end_of(data) or NO_PART


def _tar(data: memoryview) -> int:
    """All entries that follow each other."""
    at = 0
    for _ in range(_MOST_ENTRIES):
        if not is_header(data[at : at + BLOCK]):
            break
        size = number_in(data[at + 124 : at + 136]) or 0
        at += BLOCK + -(-max(size, 0) // BLOCK) * BLOCK
    return min(at + 2 * BLOCK, len(data)) if at else NO_PART


def _zip(data: memoryview) -> int:
    """Up to the end of its directory: the first one that leads back to this beginning."""
    for mark in matches_in(_ZIP_END, data, 0):
        end = mark.start()
        size, start, text = (int.from_bytes(data[end + a : end + b], "little") for a, b in _ZIP_FIELDS)
        if start + size == end:
            return end + _ZIP_END_BYTES + text
    return NO_PART


def _lz4_legacy(data: memoryview) -> int:
    length = int.from_bytes(data[4:8], "little")
    return TO_THE_NEXT if 16 < length <= min(len(data) - 8, _LARGEST_BLOCK) and data[8] else NO_PART


def _lz4_frame(data: memoryview) -> int:
    flags, block = (data[4], data[5]) if len(data) > 16 else (0, 0)
    is_sound = flags >> 6 == 1 and not flags & 2 and not block & 0x8F and block >= 0x40
    return TO_THE_NEXT if is_sound else NO_PART


def _stream(compression: Compression) -> Callable[[memoryview], int]:
    def size(data: memoryview) -> int:
        try:
            made = compression.decoder().decompress(bytes(data[:LOOK_BYTES]), 256)
        except broken():
            return NO_PART
        return TO_THE_NEXT if len(made) == 256 else NO_PART

    return size


def _always(_data: memoryview) -> int:
    return TO_THE_NEXT


COMPRESSED = (
    PartKind(b"\x1f\x8b\x08", "gz", _stream(GZIP)),
    PartKind(b"\xfd7zXZ\0", "xz", _stream(XZ)),
    PartKind(b"\x5d\0\0", "lzma", _stream(LZMA)),
    PartKind(b"\x28\xb5\x2f\xfd", "zst", _stream(ZSTANDARD)),
    PartKind(b"1AY&SY", "bz2", _stream(BZIP2), _BZIP2_PLACE),
    PartKind(b"\x02\x21\x4c\x18", "lz4", _lz4_legacy),
    PartKind(b"\x04\x22\x4d\x18", "lz4", _lz4_frame),
    PartKind(b"\x89LZO\0\r\n\x1a\n", "lzo", _always),
)
KINDS = (
    *(
        PartKind(mark, "squashfs", _squashfs)
        for mark in (b"hsqs", b"sqsh", b"sqlz", b"shsq", b"qshs", b"tqsh", b"hsqt")
    ),
    PartKind(b"\x45\x3d\xcd\x28", "cramfs", _cramfs),
    PartKind(b"\x28\xcd\x3d\x45", "cramfs", _cramfs),
    PartKind(b"-rom1fs-", "romfs", _romfs),
    PartKind(b"\xe2\xe1\xf5\xe0", "erofs", _erofs, _EROFS_PLACE),
    PartKind(b"UBI#\1\0\0\0", "ubi", _ubi),
    PartKind(b"\x31\x18\x10\x06", "ubifs", _ubifs),
    PartKind(b"\x85\x19\1\xe0", "jffs2", _jffs2),
    PartKind(b"\x85\x19\3\x20", "jffs2", _jffs2),
    PartKind(b"\x19\x85\xe0\1", "jffs2", _jffs2),
    PartKind(b"\x19\x85\x20\3", "jffs2", _jffs2),
    PartKind(b"\3\0\0\0\1\0\0\0\xff\xff", "yaffs2", _always),
    PartKind(b"\x27\x05\x19\x56", "uimage", _uimage),
    PartKind(b"\xd0\x0d\xfe\xed", "fit", _flat_tree),
    PartKind(b"ANDROID!", "android-boot", _always),
    PartKind(b"070701", "cpio", _cpio),
    PartKind(b"ustar", "tar", _tar, _TAR_PLACE),
    PartKind(b"PK\3\4", "zip", _zip),
    *COMPRESSED,
)
