"""Databases of bbolt, as containerd keeps them: buckets of keys and values, which may be buckets again.

```
page: its number | kind | entries | pages that go on in it │ entries │ all little-endian
meta, two of them: mark, version, bytes of a page, flags | root bucket: page, sequence | free, pages, transaction | sum
leaf: 1 for a bucket | place from here, bytes of the key, bytes of the value      branch: place, bytes of the key | page
bucket: page, sequence │ page 0: a page of its own follows in the value
```
Specification: https://github.com/etcd-io/bbolt, page.go, bucket.go. Of the two beginnings whose sum is right that with
the later transaction counts. A writer never changes what a reader may look at, so one that is in use can be read.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple, Self

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

MARK, MARK_AT = b"\xed\xda\x0c\xed", 16

_PAGE = struct.Struct("<QHHI")
_META = struct.Struct("<4sIII2Q3QQ")
_LEAF, _BRANCH = struct.Struct("<4I"), struct.Struct("<IIQ")
_BUCKET = struct.Struct("<2Q")
_IS_BRANCH, _IS_LEAF, _HOLDS_BUCKET = 1, 2, 1
_SMALLEST_PAGE, _LARGEST_PAGE, _DEEPEST = 512, 1 << 20, 32
_FNV_START, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3
_DAMAGED = "The database is damaged; what came before was read."


class Entry(NamedTuple):
    """A key of a bucket, and what it leads to."""

    key: bytes
    value: bytes
    inner: "Bucket | None"
    """Where the value is a bucket."""


class Bucket:
    """A table of a database, in the order of its keys."""

    def __init__(self, data: memoryview, page_bytes: int, raw: bytes, budget: Budget) -> None:
        """`raw` is the value that stands for the bucket. Raises `Unreadable` where it is too short."""
        if len(raw) < _BUCKET.size:
            raise Unreadable(Cause.DAMAGED, _DAMAGED)
        self._data = data
        self._page_bytes = page_bytes
        self._raw = raw
        self._budget = budget

    def entries(self) -> Iterator[Entry]:
        """Every key. Raises `Unreadable` where a page is not what it should be."""
        root, _ = _BUCKET.unpack_from(self._raw)
        if root:
            yield from self._below(root, 0)
        else:
            yield from self._of_leaf(memoryview(self._raw)[_BUCKET.size :])

    def buckets(self) -> Iterator[tuple[str, Self]]:
        """The buckets in it by their names. Raises as `entries` does."""
        for entry in self.entries():
            if entry.inner is not None:
                yield entry.key.decode("utf-8", "backslashreplace"), entry.inner  # type: ignore[misc]

    def values(self) -> dict[str, bytes]:
        """What in it is no bucket, by name; for small ones. Raises as `entries` does."""
        return {entry.key.decode("utf-8", "backslashreplace"): entry.value for entry in self.entries()}

    def bucket(self, *path: str) -> "Bucket | None":
        """The one that names lead to, one below the other. Raises as `entries` does."""
        found: Bucket | None = self
        for name in path:
            found = next((inner for key, inner in found.buckets() if key == name), None) if found else None
        return found

    def _below(self, number: int, depth: int) -> Iterator[Entry]:
        page = self._data[number * self._page_bytes :]
        if depth > _DEEPEST or len(page) < _PAGE.size:
            raise Unreadable(Cause.DAMAGED, _DAMAGED)
        _, kind, count, more = _PAGE.unpack_from(page)
        page = page[: (more + 1) * self._page_bytes]
        if kind == _IS_LEAF:
            yield from self._of_leaf(page)
        elif kind == _IS_BRANCH:
            for at in range(_PAGE.size, _PAGE.size + count * _BRANCH.size, _BRANCH.size):
                self._budget.spend_items()
                if at + _BRANCH.size > len(page):
                    raise Unreadable(Cause.DAMAGED, _DAMAGED)
                yield from self._below(_BRANCH.unpack_from(page, at)[2], depth + 1)
        else:
            raise Unreadable(Cause.DAMAGED, _DAMAGED)

    def _of_leaf(self, page: memoryview) -> Iterator[Entry]:
        if len(page) < _PAGE.size:
            raise Unreadable(Cause.DAMAGED, _DAMAGED)
        count = _PAGE.unpack_from(page)[2]
        for at in range(_PAGE.size, _PAGE.size + count * _LEAF.size, _LEAF.size):
            self._budget.spend_items()
            if at + _LEAF.size > len(page):
                raise Unreadable(Cause.DAMAGED, _DAMAGED)
            flags, place, key_bytes, value_bytes = _LEAF.unpack_from(page, at)
            start, end = at + place, at + place + key_bytes
            if end + value_bytes > len(page):
                raise Unreadable(Cause.DAMAGED, _DAMAGED)
            self._budget.spend_bytes(key_bytes + value_bytes)
            key, value = bytes(page[start:end]), bytes(page[end : end + value_bytes])
            inner = Bucket(self._data, self._page_bytes, value, self._budget) if flags & _HOLDS_BUCKET else None
            yield Entry(key, value, inner)


def root_of(data: memoryview, budget: Budget) -> Bucket:
    """The bucket that holds all others. Raises `Unreadable` where neither beginning is sound."""
    first = _beginning(data, 0)
    page_bytes = first[1] if first else next((n for n in _page_sizes() if _beginning(data, n)), 0)
    sound = [one for one in (first, _beginning(data, page_bytes) if page_bytes else None) if one]
    if not sound:
        raise Unreadable(Cause.DAMAGED, "Neither beginning of the database is sound; it was not read.")
    _, page_bytes, root = max(sound)
    return Bucket(data, page_bytes, root, budget)


def _page_sizes() -> Iterator[int]:
    size = _SMALLEST_PAGE
    while size <= _LARGEST_PAGE:
        yield size
        size *= 2


def _beginning(data: memoryview, start: int) -> tuple[int, int, bytes] | None:
    """Transaction, bytes of a page and root bucket of a sound beginning."""
    raw = bytes(data[start + MARK_AT : start + MARK_AT + _META.size])
    if len(raw) < _META.size:
        return None
    mark, version, page_bytes, _, root, sequence, _, _, transaction, told = _META.unpack(raw)
    if mark != MARK or version != 2 or page_bytes not in _page_sizes() or _fnv(raw[:-8]) != told:
        return None
    return transaction, page_bytes, _BUCKET.pack(root, sequence)


def _fnv(raw: bytes) -> int:
    """FNV-1a of 64 bits (RFC 9923)."""
    value = _FNV_START
    for byte in raw:
        value = (value ^ byte) * _FNV_PRIME & 0xFFFF_FFFF_FFFF_FFFF
    return value
