"""Zip archives appended to programs and scripts: self-extracting ones, Java archives, zipped Python programs.

```
ELF, PE, Mach-O or #! script | zip archive | perhaps a signature
```
Such an archive is found by its end, whatever it is appended to.
"""

import struct
from collections.abc import Iterator

from scanner.containers import Member
from scanner.containers import zip as zip_container
from scanner.containers.program_end import PROGRAM_MAGICS
from scanner.model.source import Budget, Info, Magic, Source

_MARK = b"PK\5\6"
INFO = Info(
    name="appended-zip",
    version=1,
    line="Zip archives appended to programs and scripts: self-extracting ones, Java archives, Python programs",
    specification="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.1.9, 4.3.16)",
    limits="An archive with more than 64 KiB behind its end is not found.",
    magics=(Magic(b"#!"), *PROGRAM_MAGICS),
    marks=(_MARK,),
)
RANDOM_ACCESS = True
WHOLE = False

_END = struct.Struct("<4s4H2IH")
_TAIL_BYTES = _END.size + 0xFFFF


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List what the archive holds; nothing where there is none.

    Raises:
        Unreadable: The archive is damaged, or has more than the budget allows.
    """
    if _has_zip(source.view()):
        yield from zip_container.members(source, budget)


def _has_zip(data: memoryview) -> bool:
    """Whether an end record in the tail leads to a directory; or to zip64 records, which say where it is."""
    first = max(0, len(data) - _TAIL_BYTES)
    tail = bytes(data[first:])
    at = tail.rfind(_MARK)
    while at >= 0:
        if at + _END.size <= len(tail) and _leads_to_directory(data, first + at):
            return True
        at = tail.rfind(_MARK, 0, at)
    return False


def _leads_to_directory(data: memoryview, end: int) -> bool:
    _, _, _, _, _, size, offset, _ = _END.unpack_from(data, end)
    starts = (end - size, offset)
    if bytes(data[max(0, end - 20) : end]).startswith(b"PK\6\7"):
        return True
    return any(start > 0 and bytes(data[start : start + 4]) == b"PK\1\2" for start in starts)
