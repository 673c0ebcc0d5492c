"""Marks of layers of containers on XFS and Btrfs, by what the libraries of the `images` extra know of a file.

```
XFS, attributes in the inode: length 2, count, 0 │ length of the name, of the value, flags │ name, value │ big-endian
Btrfs, an item of kind 24: 25 bytes | length of the value 2, of the name 2, kind │ name, value │ little-endian
```
Specification: XFS Algorithms & Data Structures, "Shortform Attributes"; the kernel's fs/btrfs, btrfs_dir_item. Where
XFS keeps attributes in blocks of their own, for they are many, no mark is seen.
"""

import struct
from collections.abc import Iterator
from typing import Any

from scanner.containers.filesystems.layer_marks import IS_SET, OPAQUE_ATTRIBUTES
from scanner.containers.libraries import broken

_LOCAL, _TRUSTED = 1, 2
_BTRFS_ATTRIBUTE = 24
_BTRFS_ITEM = struct.Struct("<25xHHB")
_NAMES = frozenset(name.encode() for name in OPAQUE_ATTRIBUTES)
_MOST = 64


def is_whiteout(entry: Any) -> bool:
    """Whether a device of a file system that a library opened is 0:0. Any, here and below: the library's object."""
    try:
        found = entry.entry
        if hasattr(found, "subvolume"):
            return bool(found.is_character_device() and found.inode.rdev == 0)
        return hasattr(found, "datafork") and _is_character(entry) and not any(found.datafork().read(4))
    except broken():
        return False


def is_opaque(entry: Any) -> bool:
    """Whether a folder shows nothing of those that it is laid over."""
    try:
        found = entry.entry
        if hasattr(found, "subvolume"):
            return any(name in _NAMES and value == IS_SET for name, value in _of_btrfs(found))
        if hasattr(found, "attrfork") and found.inode.di_forkoff and int(found.inode.di_aformat) == _LOCAL:
            return any(name in _NAMES and value == IS_SET for name, value in _of_xfs(found.attrfork().read()))
    except broken():
        pass
    return False


def _is_character(entry: Any) -> bool:
    return bool(entry.lstat().st_mode & 0o170000 == 0o020000)


def _of_xfs(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, count = 4, raw[2] if len(raw) > 4 else 0
    for _ in range(count):
        if at + 3 > len(raw):
            return
        name_bytes, value_bytes, flags = raw[at : at + 3]
        value_at = at + 3 + name_bytes
        space = b"trusted." if flags & _TRUSTED else b"user."
        yield space + raw[at + 3 : value_at], raw[value_at : value_at + value_bytes]
        at = value_at + value_bytes


def _of_btrfs(found: Any) -> Iterator[tuple[bytes, bytes]]:
    items = found.subvolume.tree.cursor().iter(found.inum, _BTRFS_ATTRIBUTE)
    for _, (_, held) in zip(range(_MOST), items, strict=False):
        raw, at = bytes(held), 0
        while at + _BTRFS_ITEM.size <= len(raw):
            value_bytes, name_bytes, _ = _BTRFS_ITEM.unpack_from(raw, at)
            at += _BTRFS_ITEM.size
            yield raw[at : at + name_bytes], raw[at + name_bytes : at + name_bytes + value_bytes]
            at += name_bytes + value_bytes
