"""Python programs frozen by PyInstaller: an archive behind the program, with scripts, libraries and modules.

```
program | entries | table of contents | cookie (88 bytes; 24 before version 2.1) | perhaps a signature
table: length, offset, compressed and real size (32 bits, big-endian), is compressed, type, name, filled up
```
The modules are in one entry, an archive of its own (see `pyz`). Scripts are marshalled code, which no reader
unmarshals with Python's own module; they get the header of a `.pyc` file, so that they read as one.
"""

import struct
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.program_end import PROGRAM_MAGICS
from scanner.containers.pyz import pyc_header
from scanner.containers.stored import slices
from scanner.containers.streams import Inflater, fed, windows
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

_MAGIC = b"MEI\014\013\012\013\016"
INFO = Info(
    name="pyinstaller",
    version=1,
    line="Programs frozen by PyInstaller, inside ELF, PE and Mach-O files",
    specification="https://pyinstaller.org/en/stable/advanced-topics.html#carchive",
    limits="Archives that lie in a file of their own beside the program are read only under the suffix .pkg.",
    suffixes=(".pkg",),
    magics=PROGRAM_MAGICS,
    marks=(_MAGIC,),
)
RANDOM_ACCESS = True
WHOLE = False

_COOKIE = struct.Struct(">8s4I")
_COOKIE_BYTES = (88, 24)
_ENTRY = struct.Struct(">4IBc")
_TAIL_BYTES = 64 << 10
_SIGNATURE_SHARE = 64
"""Of a Mach-O file, a signature behind the archive has at most this part: 32 bytes for each page of 4 KiB, and more."""
_LONGEST_NAME = 4096
_CODE, _MODULES = b"smM", b"zZ"
_NO_CONTENT = b"od"
"""Options of the start program, and what lies in another program's archive."""


class _Archive(NamedTuple):
    start: int
    table: int
    table_end: int


class _Entry(NamedTuple):
    name: bytes
    type: bytes
    start: int
    stored: int
    size: int
    is_compressed: bool


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the entries; scripts as `.pyc` files. There are none where the cookie does not stand near the end.

    Raises:
        Unreadable: After the last entry that could be listed, where the table of contents is damaged.
    """
    data = source.view()
    archive = _archive(data)
    if archive is None:
        return
    jail = Jail()
    listed, problem = [], None
    try:
        for entry in _entries(data, archive, budget):
            listed.append(entry)  # noqa: PERF402 (what came before a stop must be kept)
    except Unreadable as stop:
        problem = stop
    header = _header_of_modules(data, listed)
    for entry in listed:
        if entry.type not in _NO_CONTENT:
            yield _member(data, entry, header, jail, budget)
    if problem is not None:
        raise problem


def _archive(data: memoryview) -> _Archive | None:
    begins = bytes(data[:4])
    reach = _TAIL_BYTES + (0 if begins.startswith((b"\x7fELF", b"MZ")) else len(data) // _SIGNATURE_SHARE)
    first = max(0, len(data) - reach)
    at = bytes(data[first:]).rfind(_MAGIC)
    if at < 0 or first + at + _COOKIE.size > len(data):
        return None
    cookie = first + at
    _, length, table, table_bytes, _ = _COOKIE.unpack_from(data, cookie)
    for cookie_bytes in _COOKIE_BYTES:
        start = cookie + cookie_bytes - length
        if start >= 0 and start + table + table_bytes <= cookie and _looks_like_entry(data, start + table):
            return _Archive(start, start + table, start + table + table_bytes)
    return None


def _looks_like_entry(data: memoryview, at: int) -> bool:
    if at + _ENTRY.size > len(data):
        return False
    length = _ENTRY.unpack_from(data, at)[0]
    return bool(_ENTRY.size < length <= _ENTRY.size + _LONGEST_NAME)


def _entries(data: memoryview, archive: _Archive, budget: Budget) -> Iterator[_Entry]:
    at = archive.table
    while at + _ENTRY.size <= archive.table_end:
        budget.spend_items()
        length, offset, stored, size, is_compressed, kind = _ENTRY.unpack_from(data, at)
        if length <= _ENTRY.size:
            raise Unreadable(Cause.DAMAGED, "The table of contents of the frozen program is damaged.")
        name = bytes(data[at + _ENTRY.size : at + min(length, _ENTRY.size + _LONGEST_NAME)]).rstrip(b"\0")
        yield _Entry(name, kind, archive.start + offset, stored, size, bool(is_compressed))
        at += length


def _header_of_modules(data: memoryview, listed: list[_Entry]) -> bytes:
    """The `.pyc` header of the Python that the program brings with it, as its archive of modules tells."""
    for entry in listed:
        if entry.type in _MODULES and bytes(data[entry.start : entry.start + 4]) == b"PYZ\0":
            return pyc_header(bytes(data[entry.start + 4 : entry.start + 8]))
    return b""


def _member(data: memoryview, entry: _Entry, header: bytes, jail: Jail, budget: Budget) -> Member:
    raw = entry.name
    before = b""
    if entry.type in _CODE and header:
        raw += b".pyc"
        has_header = bytes(data[entry.start + 2 : entry.start + 4]) == b"\r\n" and not entry.is_compressed
        before = b"" if has_header else header
    name = jail.admit(raw.replace(b"\\", b"/"))
    read: Callable[[], Iterator[bytes]] = partial(slices, data, entry.start, entry.stored, budget)
    if entry.is_compressed:
        read = partial(_inflated, data, entry, budget)
    return Member(
        name=name.text,
        kind="link" if entry.type == b"n" else "file",
        size=entry.size,
        chunks=partial(_with, before, read, budget),
        notes=name.notes,
    )


def _with(before: bytes, read: Callable[[], Iterator[bytes]], budget: Budget) -> Iterator[bytes]:
    if before:
        budget.spend_bytes(len(before))
        yield before
    yield from read()


def _inflated(data: memoryview, entry: _Entry, budget: Budget) -> Iterator[bytes]:
    for piece in fed(Inflater(15), windows(data[entry.start : entry.start + entry.stored])):
        budget.spend_bytes(len(piece))
        yield piece
