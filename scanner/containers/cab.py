"""Cabinets of Windows: files in folders, a folder being one stream in blocks of at most 32 KiB.

```
MSCF header | folders: first block, number of blocks, method | files: size, offset in the folder, folder … name | blocks
block: checksum, packed size, size | CK and deflate, which looks back into the block before (MSZIP)
```
Specification: [MS-CAB] and [MS-MCI] of Microsoft.
"""

import struct
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import behind
from scanner.containers.streams import ENDS_EARLY, IS_DAMAGED, Inflater, fed
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="cab",
    version=1,
    line="Cabinets of Windows, stored or compressed by MSZIP",
    specification="https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-cab/",
    limits="The methods LZX and Quantum, and files that begin or end in another cabinet, are not read.",
    magics=(Magic(b"MSCF\0\0\0\0"),),
)
RANDOM_ACCESS = False

_HEADER = struct.Struct("<4s4xI4xI4x2B3H4x")
_FOLDER = struct.Struct("<I2H")
_FILE = struct.Struct("<2IH4xH")
_BLOCK = struct.Struct("<4x2H")
_HAS_PREVIOUS, _HAS_NEXT, _HAS_RESERVE = 1, 2, 4
_STORED, _MSZIP, _QUANTUM, _LZX = range(4)
_IS_UTF8 = 0x80
_WINDOW = 32 << 10
_LONGEST_NAME = 1024


class _Cabinet(NamedTuple):
    folders: tuple["_Folder", ...]
    files: int
    file_count: int
    size: int


class _Folder(NamedTuple):
    start: int
    blocks: int
    method: int
    reserve: int
    """Bytes between a block's header and its data."""


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the files, each with its content in bounded pieces; cheap only if read in this order.

    Raises:
        Unreadable: After the last file that could be listed, where the cabinet is damaged.
    """
    data = source.view()
    jail = Jail()
    try:
        cabinet = _cabinet(data, budget)
        folders = [_Unpacking(data, folder, budget) for folder in cabinet.folders]
        at = cabinet.files
        for _ in range(cabinet.file_count):
            budget.spend_items()
            size, start, number, attributes = _FILE.unpack_from(data, at)
            raw, ended, _ = bytes(data[at + _FILE.size : at + _FILE.size + _LONGEST_NAME]).partition(b"\0")
            at += _FILE.size + len(raw) + len(ended)
            text = raw.decode("utf-8" if attributes & _IS_UTF8 else "cp1252", "replace")
            name = jail.admit(text, made_on_windows=True)
            read = partial(_in_others, budget)
            if number < len(folders):
                read = partial(folders[number].content, start, size)
            yield Member(name=name.text, kind="file", size=size, chunks=read, notes=name.notes)
    except struct.error as error:
        raise Unreadable(Cause.DAMAGED, "The list of files of the cabinet is damaged or cut.") from error
    yield from behind(data, cabinet.size, jail, budget)


def _cabinet(data: memoryview, budget: Budget) -> _Cabinet:
    _, size, files, _, _, folder_count, file_count, flags = _HEADER.unpack_from(data)
    at = _HEADER.size
    folder_reserve = block_reserve = 0
    if flags & _HAS_RESERVE:
        header_reserve, folder_reserve, block_reserve = struct.unpack_from("<H2B", data, at)
        at += 4 + header_reserve
    for flag in (_HAS_PREVIOUS, _HAS_NEXT):
        for _ in range(2 if flags & flag else 0):  # the other cabinet's name and the disk's
            at += len(bytes(data[at : at + 256]).partition(b"\0")[0]) + 1
    folders = []
    for _ in range(folder_count):
        budget.spend_items()
        start, blocks, method = _FOLDER.unpack_from(data, at)
        folders.append(_Folder(start, blocks, method & 0x0F, block_reserve))
        at += _FOLDER.size + folder_reserve
    return _Cabinet(tuple(folders), files, file_count, size)


def _in_others(budget: Budget) -> Iterator[bytes]:
    budget.spend_items()
    yield from ()
    raise Unreadable(Cause.VANISHED, "It begins or ends in another cabinet of the same set; it was not examined.")


class _Unpacking:
    """One folder's stream, unpacked as far as it was asked for."""

    def __init__(self, data: memoryview, folder: _Folder, budget: Budget) -> None:
        self._data = data
        self._folder = folder
        self._budget = budget
        self._blocks: Iterator[bytes] = iter(())
        self._block = b""
        self._at = -1
        """Where `_block` begins in the stream; before the beginning at first."""

    def content(self, start: int, size: int) -> Iterator[bytes]:
        """Yield a file's bytes; what lies before them is unpacked again if it was passed already."""
        if self._at < 0 or start < self._at:
            self._blocks, self._block, self._at = _blocks(self._data, self._folder, self._budget), b"", 0
        end = start + size
        while start < end:
            while start >= self._at + len(self._block):
                self._at += len(self._block)
                self._block = next(self._blocks, b"")
                if not self._block:
                    raise Unreadable(Cause.DAMAGED, ENDS_EARLY)
                if start >= self._at + len(self._block):  # made only to be passed over
                    self._budget.spend_bytes(len(self._block))
            piece = self._block[start - self._at : end - self._at]
            self._budget.spend_bytes(len(piece))
            start += len(piece)
            yield piece


def _blocks(data: memoryview, folder: _Folder, budget: Budget) -> Iterator[bytes]:
    if folder.method not in (_STORED, _MSZIP):
        name = {_QUANTUM: "Quantum", _LZX: "LZX"}.get(folder.method, f"method {folder.method}")
        raise Unreadable(Cause.UNSUPPORTED, f"It is compressed by {name}, which is not read.")
    at, before = folder.start, b""
    for _ in range(folder.blocks):
        budget.spend_items()
        if at + _BLOCK.size > len(data):
            raise Unreadable(Cause.DAMAGED, ENDS_EARLY)
        packed, size = _BLOCK.unpack_from(data, at)
        at += _BLOCK.size + folder.reserve
        raw = bytes(data[at : at + packed])
        at += packed
        if len(raw) < packed:
            raise Unreadable(Cause.DAMAGED, ENDS_EARLY)
        before = raw if folder.method == _STORED else _inflated(raw, before, size)
        yield before


def _inflated(raw: bytes, before: bytes, size: int) -> bytes:
    if raw[:2] != b"CK" or size > _WINDOW:
        raise Unreadable(Cause.DAMAGED, IS_DAMAGED)
    block = b"".join(fed(Inflater(-15, before[-_WINDOW:]), iter([raw[2:]]), size))
    if len(block) != size:
        raise Unreadable(Cause.DAMAGED, IS_DAMAGED)
    return block
