"""Firmware: what lies in the flash memory of a device or in an update for it, found by how it begins.

```
loader, settings, headers of the maker │ kernel, compressed │ file system │ …      wherever the maker put them
```
Every beginning is checked by what its format says next: a checksum, a length, the first bytes unpacked. What follows up
to the next one is a member, to be opened as what it is. Stretches between them that are packed or encrypted in a way
nobody here knows are told by place and size.
"""

import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from heapq import merge
from itertools import islice, pairwise
from math import log2
from operator import itemgetter
from typing import NamedTuple

from scanner.containers import Member, disk_image
from scanner.containers.jail import Jail
from scanner.containers.stored import part
from scanner.containers.streams import GZIP, LZMA, XZ, ZSTANDARD, Compression, broken
from scanner.formats.mapped import windows
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_NAMES = (".bin", ".img", ".fw", ".rom", ".firmware", ".chk", ".dav", ".upd", ".update", ".flash", ".mtd")
_SHORTEST, _LONGEST = 4096, 4 << 30
_MOST = 256
_MOST_TRIED = 1 << 20
_LARGEST_HEADER = 96
_OVERLAP = 2048
"""Longer than any mark, and than what lies before the mark of a part."""
_SMALLEST_BLOCK, _LARGEST_BLOCK, _LARGEST_GAP = 4 << 10, 16 << 20, 1 << 20
_LOOK_BYTES = 64 << 10
_TOLD_FROM_BYTES = 64 << 10
_SAMPLES, _SAMPLE_BYTES = 16, 4096
_RANDOM_BITS = 7.9
"""Of eight a byte: text and code have at most about 6.5, compressed and encrypted bytes nearly 8."""
_OTHER_FILES = (b"\x7fELF", b"MZ", b"PK\3\4", b"\x80\2", b"\x80\3", b"\x80\4", b"GGUF", b"\x89HDF", b"SQLite format")


_Beginning = tuple[int, str, Callable[[memoryview], int]]


class _Found(NamedTuple):
    start: int
    kind: str
    size: int
    """0: up to the next one."""


def _squashfs(data: memoryview) -> int:
    return int.from_bytes(data[40:48], "little") if bytes(data[28:30]) == b"\4\0" else -1


def _cramfs(data: memoryview) -> int:
    return int.from_bytes(data[4:8], "little") if bytes(data[16:32]) == b"Compressed ROMFS" else -1


def _romfs(data: memoryview) -> int:
    return int.from_bytes(data[8:12], "big")


def _ubi(data: memoryview) -> int:
    """All blocks that follow each other: the first distance at which another one begins is that of all."""
    if zlib.crc32(data[:60]) ^ 0xFFFF_FFFF != int.from_bytes(data[60:64], "big"):
        return -1
    block = _SMALLEST_BLOCK
    while block <= _LARGEST_BLOCK and bytes(data[block : block + 4]) != b"UBI#":
        block *= 2
    end = block
    while bytes(data[end : end + 4]) == b"UBI#":
        end += block
    return min(end, len(data))


def _jffs2(data: memoryview) -> int:
    """All nodes that follow each other, with empty stretches between."""
    end = at = 0
    while at >= 0 and at + 12 <= len(data):
        node = data[at : at + 12]
        if zlib.crc32(node[:8], 0xFFFF_FFFF) ^ 0xFFFF_FFFF == int.from_bytes(node[8:], "little"):
            end = at = at + max(12, -(-int.from_bytes(node[4:8], "little") // 4) * 4)
        elif not end:
            return -1
        else:
            at += 4
        if bytes(data[at : at + 2]) != b"\x85\x19":
            found = bytes(data[at : at + _LARGEST_GAP]).find(b"\x85\x19")
            at = at + found if found >= 0 else -1
    return min(end, len(data))


def _erofs(data: memoryview) -> int:
    """Blocks of a size that there can be, as many as it says."""
    bits = data[_EROFS_PLACE + 12] if len(data) > _EROFS_PLACE + 128 else 0
    return int.from_bytes(data[_EROFS_PLACE + 36 : _EROFS_PLACE + 40], "little") << bits if 9 <= bits <= 16 else -1


def _uimage(data: memoryview) -> int:
    header = bytearray(data[:64])
    told, header[4:8] = int.from_bytes(header[4:8], "big"), bytes(4)
    return 64 + int.from_bytes(data[12:16], "big") if zlib.crc32(header) == told else -1


def _flat_tree(data: memoryview) -> int:
    return 0 if b"images\0\0" in bytes(data[:4096]) else -1


def _stream(compression: Compression) -> Callable[[memoryview], int]:
    def size(data: memoryview) -> int:
        try:
            return 0 if len(compression.decoder().decompress(bytes(data[:_LOOK_BYTES]), 256)) == 256 else -1
        except broken():
            return -1

    return size


_EROFS_PLACE = 1024
_BEFORE = {"erofs": _EROFS_PLACE}
"""How far before its mark a part begins, where it does not begin with it."""
_KINDS: tuple[tuple[bytes, str, Callable[[memoryview], int]], ...] = (
    (b"hsqs", "squashfs", _squashfs),
    (b"\x45\x3d\xcd\x28", "cramfs", _cramfs),
    (b"-rom1fs-", "romfs", _romfs),
    (b"\xe2\xe1\xf5\xe0", "erofs", _erofs),
    (b"UBI#\1\0\0\0", "ubi", _ubi),
    (b"\x85\x19\1\xe0", "jffs2", _jffs2),
    (b"\x85\x19\3\x20", "jffs2", _jffs2),
    (b"\x27\x05\x19\x56", "uimage", _uimage),
    (b"\xd0\x0d\xfe\xed", "fit", _flat_tree),
    (b"ANDROID!", "android-boot", lambda _data: 0),
    (b"\x1f\x8b\x08", "gz", _stream(GZIP)),
    (b"\xfd7zXZ\0", "xz", _stream(XZ)),
    (b"\x5d\0\0", "lzma", _stream(LZMA)),
    (b"\x28\xb5\x2f\xfd", "zst", _stream(ZSTANDARD)),
    (b"070701", "cpio", lambda data: 0 if bytes(data[6:110]).isalnum() else -1),
)


INFO = Info(
    name="firmware",
    version=3,
    line="File systems, kernels and packed parts inside firmware of devices, found by how they begin",
    specification="https://www.kernel.org/doc/html/latest/filesystems/",
    limits="Firmware that is encrypted as a whole is not told from other data. Parts that begin like nothing known are "
    "searched for bytes alone. Files of more than 4 GiB are not searched for parts.",
    suffixes=_NAMES,
    magics=(Magic(b"\x85\x19"),),
    marks=tuple(mark for mark, _, _ in _KINDS),
    marks_group="parts",
)
RANDOM_ACCESS = True
WHOLE = False


def wants(name: str, head: bytes) -> bool:
    """Whether it has a name of firmware and does not begin like a file of another kind."""
    return name.endswith(_NAMES) and b"\0" in head and not head.startswith(_OTHER_FILES)


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Each part.

    Raises:
        Unreadable: There are more than can be meant, or packed bytes lie between them.
    """
    if not _is_firmware(source):
        return
    data = source.view()
    found: list[_Found] = []
    for one in _parts(_counted(source, budget), data):
        found.append(one)
        if len(found) > _MOST:
            raise Unreadable(Cause.LIMIT, f"It holds more than {_MOST} beginnings of parts; the rest was not read.")
    jail = Jail()
    unread: list[tuple[int, int]] = []
    end = 0
    for this, following in pairwise([*found, _Found(len(data), "", 0)]):
        unread.append((end, this.start))
        end = min(this.start + this.size, len(data)) if this.size else following.start
        yield part(data, f"({this.kind} at {this.start:#x}).{this.kind}", this.start, end - this.start, jail, budget)
    unread.append((end, len(data)))
    packed = [(start, stop) for start, stop in unread if _is_packed(data[start:stop])]
    if packed:
        told = ", ".join(f"{stop - start:,} bytes from offset {start:,}" for start, stop in packed[:8])
        raise Unreadable(
            Cause.UNSUPPORTED, f"Parts of the firmware look packed or encrypted and were not read: {told}."
        )


def _is_firmware(source: Source) -> bool:
    """Whether a part begins somewhere behind the beginning."""
    if not _SHORTEST <= source.size <= _LONGEST or disk_image.confirms(source):
        return False  # a disk or a file system is opened as that, and its content need not be looked through
    return next(_parts(islice(_beginnings(source), _MOST_TRIED), source.view()), None) is not None


def _counted(source: Source, budget: Budget) -> Iterator[_Beginning]:
    for one in _beginnings(source):
        budget.spend_items()
        yield one


def _parts(beginnings: Iterator[_Beginning], data: memoryview) -> Iterator[_Found]:
    """The parts in their order, without those that lie in another one; one at the very beginning is the file itself."""
    end = 0
    for start, kind, size in beginnings:
        if start < max(end, 1):
            continue
        length = size(data[start:])
        if length < 0 or (length and length < _LARGEST_HEADER) or start + length > len(data) + _LOOK_BYTES:
            continue
        yield _Found(start, kind, length)
        end = start + max(length, 1)


def _beginnings(source: Source) -> Iterator[_Beginning]:
    """Where a part of each kind may begin, in the order of the places; of the kinds whose mark was seen, if that is
    known."""
    data = source.view()
    kinds = [kind for kind in _KINDS if not source.focus or kind[0].decode("latin-1") in source.focus]
    base = 0
    for window in windows(data, overlap=_OVERLAP):
        held = bytes(window)
        end = len(held) - _OVERLAP if base + len(held) < len(data) else len(held)
        yield from merge(*(_places(held, base, end, *kind) for kind in kinds), key=itemgetter(0))
        base += end


def _places(
    held: bytes, base: int, end: int, mark: bytes, kind: str, size: Callable[[memoryview], int]
) -> Iterator[_Beginning]:
    """The places of one kind that lie before `end` in a stretch held in memory; `base` is where that begins."""
    before = _BEFORE.get(kind, 0)
    at = held.find(mark, before)
    while 0 <= at < end + before:
        yield base + at - before, kind, size
        at = held.find(mark, at + len(mark))


def _is_packed(stretch: memoryview) -> bool:
    """Whether the bytes are as random as only compression or encryption makes them."""
    if len(stretch) < _TOLD_FROM_BYTES:
        return False
    step = len(stretch) // _SAMPLES
    samples = (bytes(stretch[at : at + _SAMPLE_BYTES]) for at in range(0, step * _SAMPLES, step))
    return sum(_bits_a_byte(sample) > _RANDOM_BITS for sample in samples) > _SAMPLES // 2


def _bits_a_byte(sample: bytes) -> float:
    counts, whole = Counter(sample).values(), len(sample)
    return -sum(count / whole * log2(count / whole) for count in counts)
