"""Extended attributes of ext4: what of them stands behind an inode, or in a block of its own.

```
mark (in a block: 32 bytes of header) │ length and kind of the name | place, inode and size of the value | sum │ name
```
Specification: the kernel's Documentation/filesystems/ext4/attributes.rst.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from scanner.model.source import Budget

USER, TRUSTED, SYSTEM = 1, 4, 7
"""Kinds of names, which stand for what is before the first dot."""

_MARK = b"\0\0\x02\xea"
_ENTRY = struct.Struct("<BBHIII")
_BLOCK_HEADER, _INODE_BYTES = 32, 128


class Attribute(NamedTuple):
    """One attribute; of a value that is kept in an inode of its own nothing is known."""

    kind: int
    name: bytes
    value: bytes


def behind_inode(raw: bytes, budget: Budget) -> Iterator[Attribute]:
    """Those of an inode's own bytes."""
    if len(raw) < _INODE_BYTES + 4:
        return
    start = _INODE_BYTES + int.from_bytes(raw[_INODE_BYTES : _INODE_BYTES + 2], "little")
    if raw[start : start + 4] == _MARK:
        yield from _entries(raw, start + 4, start + 4, budget)


def of_block(raw: bytes, budget: Budget) -> Iterator[Attribute]:
    """Those of a block."""
    if raw[:4] == _MARK:
        yield from _entries(raw, _BLOCK_HEADER, 0, budget)


def _entries(raw: bytes, at: int, base: int, budget: Budget) -> Iterator[Attribute]:
    while at + _ENTRY.size <= len(raw) and any(raw[at : at + 4]):
        budget.spend_items()
        name_bytes, kind, place, inode, size, _ = _ENTRY.unpack_from(raw, at)
        name = raw[at + _ENTRY.size : at + _ENTRY.size + name_bytes]
        yield Attribute(kind, name, b"" if inode else raw[base + place : base + place + size])
        at += _ENTRY.size + -(-name_bytes // 4) * 4
