"""The headers of a tar archive, one after the other, in place.

```
header 512 bytes | content, filled up to 512 | header | content | … | two blocks of zeros
```
Specification: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Interchange Format"; GNU tar manual, "Basic Tar
Format" and "Storing Sparse Files". A header that describes the next one (`L`, `K`, `x`, `g`) is followed, its size a
claim like any other. Behind damage and behind the end mark the next header is looked for, as `tar -i` does.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.formats.buffers import matches_in
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

BLOCK = 512
_LONGEST_EXTENSION = 1 << 20
"""Bytes of one extended header that are read: names and times take a few hundred."""
_LONGEST_NAME = 8192
_KEYS = frozenset(
    {
        b"path",
        b"linkpath",
        b"size",
        b"GNU.sparse.name",
        b"GNU.sparse.major",
        b"GNU.sparse.size",
        b"GNU.sparse.realsize",
        b"GNU.sparse.map",
    }
)
"""Records that are kept: a header for all entries with many others would cost its size for each of them."""
_USTAR = re.compile(rb"ustar(?:\x0000|  \0)")
_CONTENT = re.compile(rb"[^\0]")
_OCTAL = re.compile(rb" *([0-7]*) *$")


class Header(NamedTuple):
    """One entry, with what its headers claim of it."""

    name: bytes
    type: bytes
    size: int
    """Of its content in the archive, in bytes."""
    start: int
    """Of its content, in bytes from the beginning of the file."""
    offset: int
    """Of its own header."""
    extended: dict[bytes, bytes]
    """Records of pax headers that apply to it."""
    link: bytes = b""
    """Where a link leads."""
    is_odd: bool = False
    """Whether it stands where it should not: behind the end mark or behind damage."""


class Gap(NamedTuple):
    """Bytes that belong to no entry."""

    start: int
    end: int


def is_header(block: bytes | memoryview) -> bool:
    """Whether a block is a header: its checksum fits, with bytes taken as signed or unsigned."""
    if len(block) < BLOCK:
        return False
    said = number(block[148:156])
    if said is None:
        return False
    rest = bytes(block[:148]) + b" " * 8 + bytes(block[156:BLOCK])
    total = sum(rest)
    return said == total or said == total - 256 * sum(byte > 127 for byte in rest)


def number(field: bytes | memoryview) -> int | None:
    """A number in octal or, with the first bit set, in base 256; None if it is neither."""
    raw = bytes(field)
    if raw[:1] >= b"\x80":
        return int.from_bytes(bytes([raw[0] & 0x7F]) + raw[1:], "big") if raw[0] != 0xFF else None
    octal = _OCTAL.match(raw.partition(b"\0")[0])
    return int(octal[1] or b"0", 8) if octal else None


def headers(data: memoryview, budget: Budget) -> Iterator[Header | Gap]:
    """Yield the entries in the order of the archive, and the bytes that belong to none.

    Raises:
        Unreadable: After the last entry: the archive ends inside one, or more than the budget allows.
    """
    at, pending, everywhere, is_odd = 0, dict[bytes, bytes](), dict[bytes, bytes](), False
    while (found := _next_header(data, at, budget)) is not None:
        if found > at and _CONTENT.search(data, at, found):
            yield Gap(at, found)
        is_odd = is_odd or found > at
        at = found
        budget.spend_items()
        header = _header(data, at, everywhere | pending, budget, is_odd=is_odd)
        if header.type in b"123456" and is_header(data[header.start : header.start + BLOCK]):
            header = header._replace(size=0)  # a link tells the size of what it leads to, and has no content
        at = header.start + -(-header.size // BLOCK) * BLOCK
        if header.type in b"LKxgX":
            described = _described(data, header, budget)
            (everywhere if header.type == b"g" else pending).update(described)
            continue
        pending = {}
        yield header
        if header.start + header.size > len(data):
            raise Unreadable(Cause.DAMAGED, "The tar archive ends inside its last entry.")
    if at < len(data) and _CONTENT.search(data, at):
        yield Gap(at, len(data))


def _next_header(data: memoryview, at: int, budget: Budget) -> int | None:
    """Where the next header is: right here, behind zeros, or wherever the format's mark is found."""
    if is_header(data[at : at + BLOCK]):
        return at
    content = _CONTENT.search(data, at) if at < len(data) else None
    if content is None:
        return None
    first = at + (content.start() - at) // BLOCK * BLOCK
    if is_header(data[first : first + BLOCK]):
        return first
    for mark in matches_in(_USTAR, data, first):
        budget.spend_items()
        start = mark.start() - 257
        if start >= first and is_header(data[start : start + BLOCK]):
            return start
    return None


def _header(data: memoryview, at: int, extended: dict[bytes, bytes], budget: Budget, *, is_odd: bool) -> Header:
    block = bytes(data[at : at + BLOCK])
    kind = block[156:157]
    name = block[:100].partition(b"\0")[0]
    if block[257:263] == b"ustar\0" and (prefix := block[345:500].partition(b"\0")[0]):
        name = prefix + b"/" + name
    size, link = number(block[124:136]) or 0, block[157:257].partition(b"\0")[0]
    if kind not in b"LKxgX":
        name = extended.get(b"GNU.sparse.name") or extended.get(b"path") or name
        link = extended.get(b"linkpath") or link
        size = _decimal(extended.get(b"size"), size)
    return Header(name, kind, size, _content_start(data, at, budget), at, extended, link, is_odd)


def _content_start(data: memoryview, at: int, budget: Budget) -> int:
    """Behind the header and, for GNU's sparse files, the blocks that go on with the map."""
    start = at + BLOCK
    if data[at + 156] == ord("S") and data[at + 482]:
        while start + BLOCK <= len(data):
            budget.spend_items()
            start += BLOCK
            if not data[start - BLOCK + 504]:
                break
    return start


def _decimal(text: bytes | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdigit() and len(text) < 20 else otherwise


def _described(data: memoryview, header: Header, budget: Budget) -> dict[bytes, bytes]:
    """What an extended header says of the next entry, as pax records."""
    length = min(header.size, _LONGEST_EXTENSION, max(0, len(data) - header.start))
    budget.spend_bytes(length)
    content = bytes(data[header.start : header.start + length])
    if header.type == b"L":
        return {b"path": content.partition(b"\0")[0][:_LONGEST_NAME]}
    if header.type == b"K":
        return {b"linkpath": content.partition(b"\0")[0][:_LONGEST_NAME]}
    return dict(_records(content, budget))


def _records(content: bytes, budget: Budget) -> Iterator[tuple[bytes, bytes]]:
    """Records `length key=value\\n`; what follows a damaged one is left out. Sparse maps come in many pairs."""
    at = 0
    pairs: list[bytes] = []
    while at < len(content):
        budget.spend_items()
        digits, blank, _ = content[at : at + 20].partition(b" ")
        length = int(digits) if blank and digits.isdigit() else 0
        record = content[at + len(digits) + 1 : at + length]
        if not record.endswith(b"\n") or at + length > len(content):
            break
        key, _, value = record[:-1].partition(b"=")
        if key in (b"GNU.sparse.offset", b"GNU.sparse.numbytes"):
            pairs.append(value)
        elif key in _KEYS:
            yield key, value[:_LONGEST_NAME] if key.endswith(b"path") else value
        at += length
    if pairs:
        yield b"GNU.sparse.map", b",".join(pairs)
