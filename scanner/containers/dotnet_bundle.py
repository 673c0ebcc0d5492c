"""Single-file programs of .NET: a start program with all its assemblies behind it.

```
start program (ELF, PE, Mach-O; holds the place of the manifest and a signature) | files … | manifest
manifest: version, number of files, id, (from version 2 on) places of settings | offset, size, (6: compressed size,)
          type, name | …
```
"""

import re
import struct
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.program_end import program_end
from scanner.containers.stored import slices
from scanner.containers.streams import Inflater, fed, windows
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_APPLE, _PROGRAM = b"\xcf\xfa\xed\xfe", b"\2\0\0\0"
"""Mach-O of 64 bits; MH_EXECUTE."""
_SIGNATURE = bytes.fromhex("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae")
"""SHA-256 of `.net core bundle`; eight bytes before it is the offset of the manifest."""

INFO = Info(
    name="dotnet-bundle",
    version=1,
    line="Single-file programs of .NET, inside ELF, PE and Mach-O files",
    specification="https://github.com/dotnet/designs/blob/main/accepted/2020/single-file/bundler.md",
    limits="Programs compiled ahead of time to machine code hold no assemblies.",
    magics=(Magic(b"\x7fELF"), Magic(b"MZ"), Magic(_APPLE)),
    marks=(_SIGNATURE,),
)
RANDOM_ACCESS = True
WHOLE = False

_FIND = re.compile(re.escape(_SIGNATURE))
_HEAD = struct.Struct("<IIi")
_PLACES_BYTES = 40
_MOST_MAJOR = 20
_LONGEST_NAME = 4096


class _Entry(NamedTuple):
    name: bytes
    start: int
    size: int
    stored: int
    """Bytes if it is compressed, else 0."""


def confirms(source: Source) -> bool:
    """Whether something lies behind the program, as the files of a bundle do."""
    data = source.view()
    is_apple_program = bytes(data[:4]) == _APPLE and bytes(data[12:16]) == _PROGRAM
    return is_apple_program or 0 < program_end(data) < len(data)


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the files of the program.

    Raises:
        Unreadable: After the last file that could be listed, where the manifest is damaged.
    """
    data = source.view()
    manifest = _manifest(data)
    if not manifest:
        return
    jail = Jail()
    try:
        for entry in _entries(data, manifest, budget):
            name = jail.admit(entry.name)
            read = partial(slices, data, entry.start, entry.size, budget)
            if entry.stored:
                read = partial(_inflated, data, entry, budget)
            yield Member(name=name.text, kind="file", size=entry.size, chunks=read, notes=name.notes)
    except struct.error as error:
        raise Unreadable(Cause.DAMAGED, "The list of the files in the program is damaged.") from error


def _manifest(data: memoryview) -> int:
    """The offset of the manifest; 0 where there is none."""
    found = _FIND.search(data)
    if found is None or found.start() < 8:
        return 0
    offset = int.from_bytes(data[found.start() - 8 : found.start()], "little")
    return offset if found.end() < offset < len(data) else 0


def _entries(data: memoryview, at: int, budget: Budget) -> Iterator[_Entry]:
    major, _, count = _HEAD.unpack_from(data, at)
    if not 0 < major < _MOST_MAJOR or count < 0:
        raise Unreadable(Cause.UNSUPPORTED, "The list of the files in the program is of an unknown version.")
    _, at = _name(data, at + _HEAD.size)
    at += _PLACES_BYTES if major >= 2 else 0
    row = struct.Struct("<qqqB" if major >= 6 else "<qqB")
    for _ in range(count):
        budget.spend_items()
        offset, size, *rest = row.unpack_from(data, at)
        name, at = _name(data, at + row.size)
        if offset < 0 or size < 0:
            raise Unreadable(Cause.DAMAGED, "The list of the files in the program is damaged.")
        yield _Entry(name, offset, size, max(rest[0], 0) if major >= 6 else 0)


def _name(data: memoryview, at: int) -> tuple[bytes, int]:
    """A text behind its length, which is written seven bits a byte; and where it ends."""
    length = shift = 0
    while shift < 35:
        (byte,) = struct.unpack_from("B", data, at)
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    if length > _LONGEST_NAME:
        raise Unreadable(Cause.DAMAGED, "The list of the files in the program is damaged.")
    return bytes(data[at : at + length]), at + length


def _inflated(data: memoryview, entry: _Entry, budget: Budget) -> Iterator[bytes]:
    for piece in fed(Inflater(-15), windows(data[entry.start : entry.start + entry.stored])):
        budget.spend_bytes(len(piece))
        yield piece
