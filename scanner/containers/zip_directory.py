"""What a zip archive holds: its central directory, or, where that is missing, its local headers one after the other.

```
[anything]  local header, data  local header, data  …  central directory  end record
            PK 3 4              PK 3 4                 PK 1 2, PK 1 2 …   PK 5 6 (before it PK 6 6, PK 6 7: zip64)
```
Specification: APPNOTE.TXT of PKWARE, chapter 4.3. Counts, sizes and offsets are claims. The count in particular is not
used at all: the directory is what looks like one, as tampered archives lie in it.
"""

import re
import struct
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from scanner.formats.buffers import matches_in
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR64 = struct.Struct("<4sIQI")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_LOCAL = struct.Struct("<4s5H3I2H")
_LOCAL_SIGNATURES = (b"PK\3\4", b"DH\3\4")
"""The second stands at the beginning of updates of one maker of cameras, in which nothing else is changed."""
_CENTRAL_SIGNATURE = b"PK\1\2"
_END_SIGNATURE = b"PK\5\6"
_NEXT_LOCAL = re.compile(rb"PK\x03\x04")
_ENDS = re.compile(rb"PK\x05\x06")
_DESCRIPTORS = re.compile(rb"PK\x07\x08")
_BEHIND_DIRECTORY = (_END_SIGNATURE, b"PK\6\6", b"PK\5\5")
_NEAR_BYTES, _FAR_BYTES = 22 + 0xFFFF, 16 << 20
"""Where the end record is looked for: as far back as its comment allows, then as far as padding may push it."""
_MOST_ENDS = 16
_ALL_ONES = 0xFFFFFFFF


class Entry(NamedTuple):
    """One entry, with what its archive claims of it."""

    name: bytes
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    offset: int
    """Of its local header, in bytes from the beginning of the file."""
    host: int = 3
    """The system it was made on: 0 FAT, 3 Unix, 10 NTFS, 14 VFAT, 19 macOS."""
    attributes: int = 0
    """External attributes; their upper half is the mode on Unix and macOS."""


class Local(NamedTuple):
    """What the local header says."""

    name: bytes
    flags: int
    method: int
    start: int
    """Where the data begins."""


class _Directory(NamedTuple):
    start: int
    shift: int
    """How many bytes were put before the archive: added to every offset."""


def local_at(data: memoryview, offset: int) -> Local | None:
    """The local header at an offset; None if there is none."""
    if not 0 <= offset <= len(data) - _LOCAL.size:
        return None
    signature, _, flags, method, _, _, _, _, _, name_bytes, extra_bytes = _LOCAL.unpack_from(data, offset)
    if signature not in _LOCAL_SIGNATURES:
        return None
    name = offset + _LOCAL.size
    return Local(bytes(data[name : name + name_bytes]), flags, method, name + name_bytes + extra_bytes)


def entries(data: memoryview, budget: Budget) -> Iterator[Entry]:
    """Yield the entries of the archive in the order of its directory.

    Raises:
        Unreadable: After the last entry, where the directory is missing or damaged; the entries then come from local
            headers so far as the directory did not list them.
    """
    directories = _find_directories(data, budget)
    known = set[int]()
    is_whole = bool(directories)
    for directory in directories:
        at = directory.start
        while _is_entry(data, at):
            budget.spend_items()
            entry, at = _entry(data, at, directory.shift)
            if len(directories) == 1 or entry.offset not in known:
                yield entry
            known.add(entry.offset)
        is_whole = is_whole and bytes(data[at : at + 4]) in _BEHIND_DIRECTORY
    if not is_whole:
        yield from _rest(data, known, budget)


def _rest(data: memoryview, known: set[int], budget: Budget) -> Iterator[Entry]:
    """Entries that no directory lists; then says that it is damaged."""
    found = bool(known)
    for entry in _locals(data, budget):
        found = True
        if entry.offset not in known:
            yield entry
    if not found and data[:4] == _END_SIGNATURE:
        return  # an empty archive
    if not found:
        raise Unreadable(Cause.DAMAGED, "The file is taken for a zip archive by its name or beginning, and holds none.")
    raise Unreadable(
        Cause.DAMAGED,
        "The directory of the zip archive is damaged or missing; entries were read by their own headers so far as "
        "they could be found.",
    )


def _find_directories(data: memoryview, budget: Budget) -> tuple[_Directory, ...]:
    for reach in (_NEAR_BYTES, _FAR_BYTES):
        first = max(0, len(data) - reach)
        ends = deque[int](maxlen=_MOST_ENDS)
        for match in matches_in(_ENDS, data, first):
            budget.spend_items()
            ends.append(match.start())
        for end in reversed(ends):
            if directories := _directories_before(data, end):
                return directories
    return ()


def _directories_before(data: memoryview, end: int) -> tuple[_Directory, ...]:
    """The directories that an end record at `end` leads to: one, or two where it was made to mislead.

    Most tools count back from the end record, so that anything may stand before the archive; Android takes the offset
    as it is, so a lie about the size shows other tools another directory.
    """
    if end + _END.size > len(data):
        return ()
    _, _, _, _, _, size, offset, _ = _END.unpack_from(data, end)
    end, size, offset = _end64(data, end, size, offset)
    starts = dict.fromkeys(start for start in (end - size, offset) if start >= 0 and _is_entry(data, start))
    return tuple(_Directory(start, start - offset) for start in starts)


def _end64(data: memoryview, end: int, size: int, offset: int) -> tuple[int, int, int]:
    """Where the directory ends, its size and its offset, by the zip64 records if there are any."""
    locator = end - _LOCATOR64.size
    if locator < 0 or bytes(data[locator : locator + 4]) != b"PK\6\7":
        return end, size, offset
    record = _LOCATOR64.unpack_from(data, locator)[2]
    for start in (record, locator - _END64.size):  # the second where bytes were put before the archive
        if 0 <= start <= locator - _END64.size and bytes(data[start : start + 4]) == b"PK\6\6":
            fields = _END64.unpack_from(data, start)
            return start, fields[8], fields[9]
    return end, size, offset


def _is_entry(data: memoryview, at: int) -> bool:
    return data[at : at + 4] == _CENTRAL_SIGNATURE and at + _CENTRAL.size <= len(data)


def _entry(data: memoryview, at: int, shift: int) -> tuple[Entry, int]:
    """The entry at an offset of the directory, and where the next one begins."""
    fields = _CENTRAL.unpack_from(data, at)
    _, made_by, _, flags, method, _, _, crc, compressed, size, name_bytes, extra_bytes, comment_bytes = fields[:13]
    attributes, offset = fields[15:]
    extra = at + _CENTRAL.size + name_bytes
    name = bytes(data[extra - name_bytes : extra])
    if _ALL_ONES in (compressed, size, offset):
        size, compressed, offset = _wide(data[extra : extra + extra_bytes], size, compressed, offset)
    entry = Entry(name, flags, method, crc, compressed, size, offset + shift, made_by >> 8, attributes)
    return entry, extra + extra_bytes + comment_bytes


def _wide(extra: memoryview, *values: int) -> tuple[int, ...]:
    """Values of which those that are all ones stand in the zip64 extra field (APPNOTE 4.5.3)."""
    at = 0
    while at + 4 <= len(extra):
        tag, length = struct.unpack_from("<2H", extra, at)
        if tag == 1:
            held = min(length, len(extra) - at - 4) // 8
            wide = iter(struct.unpack_from(f"<{held}Q", extra, at + 4))
            return tuple(next(wide, value) if value == _ALL_ONES else value for value in values)
        at += 4 + length
    return values


def _locals(data: memoryview, budget: Budget) -> Iterator[Entry]:
    """Entries by their local headers, each looked for behind the data of the one before."""
    at = 0
    while (match := _NEXT_LOCAL.search(data, at)) is not None:
        budget.spend_items()
        at = match.start()
        local = local_at(data, at)
        if local is None:
            return
        crc, compressed, size = struct.unpack_from("<3I", data, at + 14)
        if _ALL_ONES in (compressed, size):
            size, compressed = _wide(data[at + _LOCAL.size + len(local.name) : local.start], size, compressed)
        if local.flags & 8 and not compressed:
            crc, compressed, size = _described(data, local.start, budget)
        yield Entry(local.name, local.flags, local.method, crc, compressed, size, at)
        at = min(local.start + compressed, len(data))


def _described(data: memoryview, start: int, budget: Budget) -> tuple[int, int, int]:
    """CRC, compressed and real size from the data descriptor behind data whose length its header does not tell.

    Looked for up to the next local header, so that all searches together pass the file once.
    """
    after = _NEXT_LOCAL.search(data, start)
    end = after.start() if after else len(data)
    for match in matches_in(_DESCRIPTORS, data, start, end):
        budget.spend_items()
        at = match.start()
        if at + 16 <= len(data):
            crc, compressed, size = struct.unpack_from("<3I", data, at + 4)
            if compressed == at - start:
                return crc, compressed, size
    return 0, end - start, 0
