"""Assembly stores: all .NET assemblies of an Android app (Xamarin, MAUI) in one file.

```
version 1    assemblies.blob: XABA 1 | local and global count, store id | descriptors of 24 bytes | … data
             names in assemblies.manifest beside it
version 2-3  inside lib*.so: XABA version | count, index count, index size | index | descriptors of 28 bytes |
             names: length, UTF-8 … | … data
data         an assembly, or XALZ | index | length when inflated | one LZ4 block
```
"""

import re
import struct
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import PIECE_BYTES, slices
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="assembly-store",
    version=1,
    line="Assembly stores of Android apps made with .NET (Xamarin, MAUI)",
    specification="https://github.com/dotnet/android/blob/main/Documentation/project-docs/AssemblyStores.md",
    limits="Debug data and settings of the assemblies are not listed.",
    magics=(Magic(b"XABA"), Magic(b"\x7fELF")),
)
RANDOM_ACCESS = True
WHOLE = False

_MAGIC, _COMPRESSED = b"XABA", b"XALZ"
_STORE = re.compile(re.escape(_MAGIC) + rb"[\x01-\x0f]\0.[\0\x80]", re.DOTALL)
_LIBRARY = re.compile(r"libassembl(?:ies\..+\.blob|y-store)\.so")
_HEAD = struct.Struct("<IIII")
"""Behind the magic: version with flags, and three numbers."""
_COMPRESSED_HEAD = struct.Struct("<4sII")
_LARGEST_ASSEMBLY = 256 << 20
_BEST_RATIO = 255
"""No byte of LZ4 stands for more."""
_MOST_NAME = 4096
_NAME_IN_MANIFEST = re.compile(rb"^0x[0-9a-f]+\s+0x[0-9a-f]+\s+(\d{1,4})\s+(\d{1,6})\s+(\S{1,512})\s*$", re.MULTILINE)
_MANIFEST_BYTES = 4 << 20


class _Entry(NamedTuple):
    name: bytes
    start: int
    size: int


def wants(name: str, head: bytes) -> bool:
    """A store, or a library that bears the name of one that holds a store."""
    return head.startswith(_MAGIC) or _LIBRARY.fullmatch(name) is not None


def confirms(source: Source) -> bool:
    """Whether a store begins somewhere in the file."""
    return _STORE.search(source.view()) is not None


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the assemblies.

    Raises:
        Unreadable: After the last assembly that could be listed, where the store is damaged.
    """
    found = _STORE.search(source.view())
    if found is None:
        raise Unreadable(Cause.DAMAGED, "By its name it is a store of assemblies, and none begins in it.")
    store = source.view(found.start())
    jail = Jail()
    try:
        for entry in _entries(store, source, budget):
            name = jail.admit(entry.name)
            size, chunks = _content(store, entry, budget)
            yield Member(name=name.text, kind="file", size=size, chunks=chunks, notes=name.notes)
    except struct.error as error:
        raise Unreadable(Cause.DAMAGED, "The list of assemblies in the store is damaged.") from error


def _entries(store: memoryview, source: Source, budget: Budget) -> Iterator[_Entry]:
    version, count, _index_count, last = _HEAD.unpack_from(store, len(_MAGIC))
    at = len(_MAGIC) + _HEAD.size
    if version & 0xFF == 1:
        yield from _old_entries(store, at, count, _names_beside(source, last), budget)
        return
    table, names = at + last, at + last + 28 * count
    for number in range(count):
        budget.spend_items()
        start, size = struct.unpack_from("<4xII", store, table + 28 * number)
        (length,) = struct.unpack_from("<I", store, names)
        if length > _MOST_NAME:
            raise Unreadable(Cause.DAMAGED, f"The store gives an assembly a name of {length} bytes.")
        yield _Entry(bytes(store[names + 4 : names + 4 + length]), start, size)
        names += 4 + length


def _old_entries(store: memoryview, at: int, count: int, names: dict[int, bytes], budget: Budget) -> Iterator[_Entry]:
    for number in range(count):
        budget.spend_items()
        start, size = struct.unpack_from("<II", store, at + 24 * number)
        yield _Entry(names.get(number, b"assembly-%d" % number) + b".dll", start, size)


def _names_beside(source: Source, store: int) -> dict[int, bytes]:
    """Names by number, from the manifest that lies beside a store of version 1."""
    manifest = source.group("assemblies.manifest")
    if manifest is None:
        return {}
    lines = _NAME_IN_MANIFEST.finditer(manifest.view(0, _MANIFEST_BYTES))
    return {int(line[2]): line[3] for line in lines if int(line[1]) == store}


def _content(store: memoryview, entry: _Entry, budget: Budget) -> tuple[int, "partial[Iterator[bytes]]"]:
    if bytes(store[entry.start : entry.start + 4]) == _COMPRESSED:
        _, _, length = _COMPRESSED_HEAD.unpack_from(store, entry.start)
        return length, partial(_inflated, store, entry, length, budget)
    return entry.size, partial(slices, store, entry.start, entry.size, budget)


def _inflated(store: memoryview, entry: _Entry, length: int, budget: Budget) -> Iterator[bytes]:
    import lz4.block

    if length > _LARGEST_ASSEMBLY:
        raise Unreadable(Cause.LIMIT, f"The assembly says it has {length} bytes; more than are read of one.")
    block = store[entry.start + _COMPRESSED_HEAD.size : entry.start + entry.size]
    if length > _BEST_RATIO * len(block):
        raise Unreadable(Cause.DAMAGED, "The assembly says it is longer than its compressed bytes could ever become.")
    budget.spend_bytes(length)
    try:
        content = lz4.block.decompress(block, uncompressed_size=length)
    except (lz4.block.LZ4BlockError, ValueError, OverflowError) as error:
        raise Unreadable(Cause.DAMAGED, "The assembly is compressed by LZ4, and damaged.") from error
    for at in range(0, len(content), PIECE_BYTES):
        yield content[at : at + PIECE_BYTES]
