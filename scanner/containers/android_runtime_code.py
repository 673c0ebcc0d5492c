"""Code of Android apps as a device keeps it: VDEX, ODEX and OAT. The DEX files in it stand there as they were.

```
VDEX   vdex 006…021 | header | DEX, DEX … | what the verifier noted      vdex 027 | sections by kind, offset, size
ODEX   dey 036 | offset and size of the DEX | … | DEX | …                (Android 4 and older)
OAT    ELF; its .rodata begins with `oat`; up to Android 7 the DEX files stand in it, later in the VDEX beside it
```
A DEX file is found by its header, not by these tables, which changed with every version of Android.

Specification: platform/art, runtime/vdex_file.h and runtime/oat.h; https://source.android.com/docs/core/runtime/dex-format.
"""

import re
import struct
from collections.abc import Iterator

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import part
from scanner.formats.buffers import matches_in
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="android-runtime-code",
    version=1,
    line="Code of Android apps as a device keeps it (VDEX, ODEX, OAT): the DEX files in it",
    specification="https://android.googlesource.com/platform/art/+/refs/heads/main/runtime/vdex_file.h",
    limits="Compact DEX is not read, and of code that was compiled to machine code only the bytes are searched; both "
    "are reported. Instructions that the device replaced by faster ones are not followed.",
    magics=(Magic(b"vdex0"), Magic(b"dey\n0"), Magic(b"\x7fELF")),
)
RANDOM_ACCESS = True
WHOLE = False

_ELF = b"\x7fELF"
_SHARED_OBJECT_AT = 16
_OAT_AT = (0x1000, 0x4000)
"""The first page behind the ELF header, in the two sizes of pages."""
_DEX = re.compile(rb"dex\n0[34]\d\0")
_COMPACT = re.compile(rb"cdex0\d\d\0")
_DEX_SIZE_AT, _DEX_ORDER_AT, _DEX_HEADER_BYTES = 0x20, 0x28, 0x70
_LITTLE_ENDIAN = 0x12345678
_SECTIONED = b"027"
_DEX_SECTION = 1
_MOST_SECTIONS = 64


def wants(_name: str, head: bytes) -> bool:
    """By the magic; of ELF files those that could be OAT."""
    return not head.startswith(_ELF) or head[_SHARED_OBJECT_AT : _SHARED_OBJECT_AT + 1] == b"\3"


def confirms(source: Source) -> bool:
    """Whether an ELF file is OAT."""
    return not source.head.startswith(_ELF) or any(bytes(source.view(at, 4)) == b"oat\n" for at in _OAT_AT)


def type_of(head: bytes) -> str:
    """`vdex` or `odex`; OAT is an ELF file."""
    return {b"vdex": "vdex", b"dey\n": "odex"}.get(head[:4], "")


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The DEX files.

    Raises:
        Unreadable: unsupported, where there is compact DEX, or none although the code is not elsewhere.
    """
    data, jail = source.view(), Jail()
    found, end = 0, 0
    for match in matches_in(_DEX, data):
        budget.spend_items()
        size = _dex_size(data, match.start()) if match.start() >= end else 0
        if size:
            found += 1
            end = match.start() + size
            yield part(data, f"classes{found if found > 1 else ''}.dex", match.start(), size, jail, budget)
    if _COMPACT.search(data, end) is not None:
        raise Unreadable(
            Cause.UNSUPPORTED, "Compact DEX code lies in it, which frscan cannot read; scan the app itself."
        )
    if not found and not _is_elsewhere(source):
        reason = "The code in it is compiled for a device, and frscan cannot read it; scan the app it was made from."
        raise Unreadable(Cause.UNSUPPORTED, reason)


def _dex_size(data: memoryview, start: int) -> int:
    """Bytes of the DEX file whose magic stands there; 0 where its header says that it is none."""
    if start + _DEX_HEADER_BYTES > len(data):
        return 0
    (size,) = struct.unpack_from("<I", data, start + _DEX_SIZE_AT)
    (order,) = struct.unpack_from("<I", data, start + _DEX_ORDER_AT)
    return size if order == _LITTLE_ENDIAN and _DEX_HEADER_BYTES <= size <= len(data) - start else 0


def _is_elsewhere(source: Source) -> bool:
    """Whether the file says itself that the DEX code stayed in the app, or, of OAT, the VDEX file lies beside it."""
    head = source.head
    if head.startswith(_ELF):
        return source.group(source.name.rpartition(".")[0] + ".vdex") is not None
    if head.startswith(b"dey") or len(head) < 12:
        return False
    if head[4:7] < _SECTIONED:
        return head[4:7] >= b"019" and head[8:11] == b"000"
    (count,) = struct.unpack_from("<I", head, 8)
    rows = [head[at : at + 12] for at in range(12, 12 + 12 * min(count, _MOST_SECTIONS), 12)]
    sections = {kind: size for kind, _, size in (struct.unpack("<3I", row) for row in rows if len(row) == 12)}
    return sections.get(_DEX_SECTION) == 0
