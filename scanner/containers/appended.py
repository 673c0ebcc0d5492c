"""Archives appended to programs and scripts: self-extracting ones, executable Java archives, installers, AppImages.

```
ELF, PE, Mach-O or #! script | archive | perhaps a signature
```
A zip archive is found by its end, whatever it is appended to. Others are found where the program's own parts end, or
in a script behind its last line; they become one member, to be opened as what they are.
"""

import re
import struct
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from scanner.containers import Member
from scanner.containers import zip as zip_container
from scanner.containers.jail import Jail
from scanner.containers.program_end import program_end
from scanner.containers.stored import slices
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="appended",
    version=1,
    line="Archives appended to programs and shell scripts: self-extracting archives, installers, gzexe, makeself",
    specification="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.1.9), "
    "https://makeself.io/, https://www.gnu.org/software/gzip/manual/gzip.html",
    limits="Archives that a script holds as text (Base64, uuencode), or later than its first 4 MiB, are not found.",
    magics=(
        Magic(b"\x7fELF"), Magic(b"MZ"), Magic(b"#!"), Magic(b"\xcf\xfa\xed\xfe"), Magic(b"\xce\xfa\xed\xfe"),
        Magic(b"\xca\xfe\xba\xbe"),
    ),
)  # fmt: skip
RANDOM_ACCESS = True
WHOLE = False

_END = struct.Struct("<4s4H2IH")
_TAIL_BYTES = _END.size + 0xFFFF
_SCRIPT_BYTES = 4 << 20
_NEAR_BYTES = 4096
"""How far behind a program's end an archive is looked for: fillers and settings of the unpacker stand before it."""
_KINDS = (
    (rb"\x1f\x8b\x08[\0-\x1f]", "gz"),
    (rb"\xfd7zXZ\0", "xz"),
    (rb"BZh[1-9]1AY&SY", "bz2"),
    (rb"\x28\xb5\x2f\xfd", "zst"),
    (rb"7z\xbc\xaf\x27\x1c", "7z"),
    (rb"Rar!\x1a\x07", "rar"),
    (rb"MSCF\0\0\0\0", "cab"),
    (rb"hsqs", "squashfs"),
    (rb"\xed\xab\xee\xdb", "rpm"),
    (rb"!<arch>\n", "deb"),
    (rb"07070[127]", "cpio"),
    (rb"\xef\xbe\xad\xdeNullsoftInst", "nsis"),
    (rb"zlb\x1a|idska32\x1a", "inno"),
)
_ANY = b"|".join(b"(%s)" % pattern for pattern, _ in _KINDS)
_BINARY = re.compile(_ANY)
_BEHIND_A_LINE = re.compile(rb"\n(?:%s|((?=[\x00-\xff]{257}ustar)))" % _ANY)
_TAR = len(_KINDS) + 1


class _Found(NamedTuple):
    start: int
    ending: str


def confirms(source: Source) -> bool:
    """Whether an archive is found; reads the tables of a program, the end, and of a script the beginning."""
    data = source.view()
    return _has_zip(data) or _other(data) is not None


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List what a zip archive holds; give any other archive as one member.

    Raises:
        Unreadable: The zip archive is damaged, or has more than the budget allows.
    """
    data = source.view()
    found = _other(data)
    if found is not None:
        budget.spend_items()
        name = Jail().admit(f"(appended).{found.ending}")
        size = len(data) - found.start
        read = partial(slices, data, found.start, size, budget)
        yield Member(name=name.text, kind="file", size=size, chunks=read, notes=name.notes)
    if _has_zip(data):
        yield from zip_container.members(source, budget)


def _has_zip(data: memoryview) -> bool:
    """Whether an end record in the tail leads to a directory; or to zip64 records, which say where it is."""
    first = max(0, len(data) - _TAIL_BYTES)
    tail = bytes(data[first:])
    at = tail.rfind(b"PK\5\6")
    while at >= 0:
        if at + _END.size <= len(tail) and _leads_to_directory(data, first + at):
            return True
        at = tail.rfind(b"PK\5\6", 0, at)
    return False


def _leads_to_directory(data: memoryview, end: int) -> bool:
    _, _, _, _, _, size, offset, _ = _END.unpack_from(data, end)
    starts = (end - size, offset)
    if bytes(data[max(0, end - 20) : end]).startswith(b"PK\6\7"):
        return True
    return any(start > 0 and bytes(data[start : start + 4]) == b"PK\1\2" for start in starts)


def _other(data: memoryview) -> _Found | None:
    if bytes(data[:2]) == b"#!":
        head = bytes(data[:_SCRIPT_BYTES])
        if head.isascii() and b"\0" not in head:  # plain text: no archive is written in it
            return None
        found = _BEHIND_A_LINE.search(head)
        if found is None:
            return None
        return _Found(found.start() + 1, "tar" if found.lastindex == _TAR else _ending(found))
    end = program_end(data)
    if not 0 < end < len(data):
        return None
    found = _BINARY.search(data[end : end + _NEAR_BYTES])
    return _Found(end + found.start(), _ending(found)) if found else None


def _ending(found: "re.Match[bytes]") -> str:
    return _KINDS[(found.lastindex or 1) - 1][1]
