"""Android's start images: kernel, first file system, and what the boot loader hands to them.

```
ANDROID!  header of one page (versions 3 and 4: 4 KiB) | kernel | ramdisk | second stage | recovery's tree | device tree
VNDRBOOT  header, in pages | ramdisks of the maker | device tree | in version 4 a table of these: length, place, kind
          each part begins on a page
```
Specification: AOSP, system/tools/mkbootimg/include/bootimg/bootimg.h.
"""

import struct
from collections.abc import Iterator

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import part
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="android-boot",
    version=2,
    line="Start images of Android (boot, recovery, vendor_boot)",
    specification="https://source.android.com/docs/core/architecture/bootloader/boot-image-header",
    limits="Signatures are not checked.",
    magics=(Magic(b"ANDROID!"), Magic(b"VNDRBOOT")),
    refines=("not-read",),
)
RANDOM_ACCESS = True

_PAGE_BYTES = 4096
_LARGEST_PAGE = 1 << 20
_HEADER_BYTES = 2128
_OF_MAKER = "vendor_ramdisk"
_MOST_RAMDISKS = 64


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The parts, in their order. Raises `Unreadable` where the header cannot be true."""
    data = source.view()
    head = bytes(data[:_HEADER_BYTES]).ljust(_HEADER_BYTES, b"\0")
    header, page, sizes = _vendor(head) if head.startswith(b"VNDRBOOT") else _plain(head)
    if not 0 < page <= _LARGEST_PAGE:
        raise Unreadable(Cause.DAMAGED, "The header of the start image is damaged.")
    jail = Jail()
    at = _filled(header, page)
    table = _ramdisks(data, head, header, page) if head.startswith(b"VNDRBOOT") else []
    for name, size in sizes:
        if name == _OF_MAKER and table:
            yield from (
                part(data, f"{name} {number}", at + start, length, jail, budget) for number, start, length in table
            )
        elif size:
            yield part(data, name, at, size, jail, budget)
        at += _filled(size, page)


_Parts = list[tuple[str, int]]


def _plain(head: bytes) -> tuple[int, int, _Parts]:
    """Bytes of the header and of a page, and the parts."""
    (version,) = struct.unpack_from("<I", head, 40)
    if version in (3, 4):
        kernel, ramdisk, _, header = struct.unpack_from("<4I", head, 8)
        return header, _PAGE_BYTES, [("kernel", kernel), ("ramdisk", ramdisk)]
    kernel, _, ramdisk, _, second, _, _, page = struct.unpack_from("<8I", head, 8)
    parts = [("kernel", kernel), ("ramdisk", ramdisk), ("second", second)]
    if version in (1, 2):  # of the oldest, this is a size that some makers filled in
        parts.append(("recovery_dtbo", int.from_bytes(head[1632:1636], "little")))
    if version == 2:
        parts.append(("dtb", int.from_bytes(head[1648:1652], "little")))
    return page, page, parts


def _vendor(head: bytes) -> tuple[int, int, _Parts]:
    page, _, _, ramdisk = struct.unpack_from("<4I", head, 12)
    header, tree = struct.unpack_from("<2I", head, 2096)
    return header, page, [(_OF_MAKER, ramdisk), ("dtb", tree)]


def _ramdisks(data: memoryview, head: bytes, header: int, page: int) -> list[tuple[int, int, int]]:
    """Number, place in the stretch of ramdisks and length of each, where there is a table of them."""
    version, _, _, _, whole = struct.unpack_from("<5I", head, 8)
    (tree,) = struct.unpack_from("<I", head, 2100)
    _, count, entry, _ = struct.unpack_from("<4I", head, 2112)
    if version < 4 or not entry or not 0 < page <= _LARGEST_PAGE:
        return []
    start = _filled(header, page) + _filled(whole, page) + _filled(tree, page)
    raw = bytes(data[start : start + entry * min(count, _MOST_RAMDISKS)])
    found = [struct.unpack_from("<2I", raw, at) for at in range(0, len(raw) - 7, entry)]
    return [(number, place, length) for number, (length, place) in enumerate(found, 1) if place + length <= whole]


def _filled(size: int, page: int) -> int:
    return -(-size // page) * page
