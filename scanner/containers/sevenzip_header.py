"""The headers of a 7z archive: how its streams are packed, and what its files are called.

```
7z BC AF 27 1C, version | offset, size, checksum of the header | packed streams … | header
header: 01 properties … 00, or 17: the streams that the real header is packed in
```
Specification: `DOC/7zFormat.txt` of the LZMA SDK. Every number is a claim, counted against the budget before a loop
turns for it.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from scanner.containers.sevenzip_cursor import Cursor, damaged
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

SIGNATURE_HEADER_BYTES = 32
_END, _HEADER, _ARCHIVE, _ADDITIONAL, _MAIN, _FILES = range(6)
_PACK, _UNPACK, _SUBSTREAMS, _SIZE, _CRC, _FOLDER, _UNPACK_SIZE, _COUNT = range(6, 14)
_EMPTY_STREAM, _EMPTY_FILE, _NAMES, _ATTRIBUTES = 14, 15, 17, 21
_MOST_CODERS, _MOST_STREAMS, _LONGEST_ID, _LONGEST_PROPERTIES = 16, 32, 15, 4096
LARGEST_HEADER = 64 << 20


class Coder(NamedTuple):
    """One step of unpacking."""

    method: bytes
    inputs: int
    properties: bytes


class Folder(NamedTuple):
    """Coders that together make one stream, which one or more files follow each other in."""

    coders: tuple[Coder, ...]
    bonds: dict[int, int]
    """Which input comes from which coder."""
    packed: tuple[int, ...]
    """Which inputs come from the archive, in the order of the packed streams."""
    sizes: tuple[int, ...]
    """Bytes that each coder makes."""
    last: int
    """The coder that makes the stream."""

    @property
    def size(self) -> int:
        """Bytes of the stream."""
        return self.sizes[self.last]


class Part(NamedTuple):
    """One file's share of a folder's stream."""

    size: int
    crc: int | None


class Streams(NamedTuple):
    """What is packed in the archive."""

    start: int = 0
    """Of the first packed stream, in bytes behind the signature header."""
    packed_sizes: tuple[int, ...] = ()
    folders: tuple[Folder, ...] = ()
    parts: tuple[tuple[Part, ...], ...] = ()
    """Of each folder."""


class File(NamedTuple):
    """One entry."""

    name: str
    has_stream: bool
    is_folder: bool
    attributes: int


class Header(NamedTuple):
    """The whole header."""

    streams: Streams
    files: tuple[File, ...]


def first_header(data: memoryview) -> memoryview:
    """The bytes of the header that the beginning leads to. Raises `Unreadable` where it leads nowhere."""
    if len(data) < SIGNATURE_HEADER_BYTES:
        raise damaged("The 7z archive ends inside its header.")
    offset, size, crc = struct.unpack_from("<2QI", data, 12)
    found = data[SIGNATURE_HEADER_BYTES + offset :][:size]
    if len(found) < size:
        raise damaged("The 7z archive is cut: the list of its files, which stands at its end, is missing.")
    if size > LARGEST_HEADER:
        raise Unreadable(Cause.LIMIT, "The 7z archive's list of files is too large to be read.")
    if zlib.crc32(found) != crc:
        raise damaged()
    return found


def packed_header(cursor: Cursor) -> Streams | None:
    """The streams that the real header is packed in; None where this is the real one."""
    kind = cursor.byte()
    if kind == 0x17:
        return _streams(cursor)
    if kind != _HEADER:
        raise damaged()
    return None


def header(cursor: Cursor) -> Header:
    """The streams and files of a header whose first byte was read."""
    streams, files = Streams(), tuple[File, ...]()
    while (kind := cursor.byte()) != _END:
        if kind == _ARCHIVE:
            while cursor.byte() != _END:
                cursor.take(cursor.number())
        elif kind == _ADDITIONAL:
            _streams(cursor)
        elif kind == _MAIN:
            streams = _streams(cursor)
        elif kind == _FILES:
            files = tuple(_files(cursor))
        else:
            raise damaged()
    return Header(streams, files)


def _streams(cursor: Cursor) -> Streams:
    start, packed, folders, checksums = 0, list[int](), list[Folder](), list[int | None]()
    parts: list[tuple[Part, ...]] | None = None
    while (kind := cursor.byte()) != _END:
        if kind == _PACK:
            start, packed = _packed(cursor)
        elif kind == _UNPACK:
            folders, checksums = _unpacked(cursor)
        elif kind == _SUBSTREAMS:
            parts = _substreams(cursor, folders, checksums)
        else:
            raise damaged()
    if parts is None:
        parts = [(Part(folder.size, crc),) for folder, crc in zip(folders, checksums, strict=True)]
    return Streams(start, tuple(packed), tuple(folders), tuple(parts))


def _packed(cursor: Cursor) -> tuple[int, list[int]]:
    start, count = cursor.number(), cursor.count()
    sizes: list[int] = []
    while (kind := cursor.byte()) != _END:
        if kind == _SIZE:
            sizes = [cursor.number() for _ in range(count)]
        elif kind == _CRC:
            cursor.checksums(count)
        else:
            raise damaged()
    return start, sizes


def _unpacked(cursor: Cursor) -> tuple[list[Folder], list[int | None]]:
    if cursor.byte() != _FOLDER:
        raise damaged()
    count = cursor.count()
    if cursor.byte():
        raise Unreadable(Cause.UNSUPPORTED, "Parts of the header of the 7z archive lie elsewhere; that is not read.")
    folders = [_folder(cursor) for _ in range(count)]
    if cursor.byte() != _UNPACK_SIZE:
        raise damaged()
    folders = [folder._replace(sizes=tuple(cursor.number() for _ in folder.coders)) for folder in folders]
    checksums: list[int | None] = [None] * count
    while (kind := cursor.byte()) != _END:
        if kind != _CRC:
            raise damaged()
        checksums = cursor.checksums(count)
    return folders, checksums


def _folder(cursor: Cursor) -> Folder:
    coders = tuple(_coder(cursor) for _ in range(cursor.count(_MOST_CODERS)))
    inputs = sum(coder.inputs for coder in coders)
    if not coders or inputs > _MOST_STREAMS:
        raise damaged()
    bonds = {cursor.number(): cursor.number() for _ in range(len(coders) - 1)}
    unbound = [number for number in range(inputs) if number not in bonds]
    listed = inputs - len(coders) + 1 if len(unbound) > 1 else 0  # a single one goes without saying
    packed = tuple(cursor.number() for _ in range(listed)) if listed else tuple(unbound)
    last = [number for number in range(len(coders)) if number not in bonds.values()]
    if len(last) != 1 or len(bonds) != len(coders) - 1 or sorted(packed) != unbound:
        raise damaged()
    return Folder(coders, bonds, packed, (), last[0])


def _coder(cursor: Cursor) -> Coder:
    flags = cursor.byte()
    method = cursor.take(flags & _LONGEST_ID)
    inputs = 1
    if flags & 0x10:
        inputs = cursor.count(_MOST_STREAMS)
        if cursor.number() != 1:
            raise damaged()
    length = cursor.number() if flags & 0x20 else 0
    if length > _LONGEST_PROPERTIES:
        raise damaged()
    return Coder(method, inputs, cursor.take(length))


def _substreams(cursor: Cursor, folders: list[Folder], checksums: list[int | None]) -> list[tuple[Part, ...]]:
    counts = [1] * len(folders)
    kind = cursor.byte()
    if kind == _COUNT:
        counts = [cursor.count() for _ in folders]
        kind = cursor.byte()
    given = kind == _SIZE
    sizes = [list(_shares(cursor, folder.size, count, given)) for folder, count in zip(folders, counts, strict=True)]
    if given:
        kind = cursor.byte()
    kept = [count == 1 and crc is not None for count, crc in zip(counts, checksums, strict=True)]
    found = iter(list[int | None]())
    while kind != _END:
        if kind != _CRC:
            raise damaged()
        found = iter(cursor.checksums(sum(count for count, keep in zip(counts, kept, strict=True) if not keep)))
        kind = cursor.byte()
    return [
        tuple(Part(size, crc if keep else next(found, None)) for size in shares)
        for shares, crc, keep in zip(sizes, checksums, kept, strict=True)
    ]


def _shares(cursor: Cursor, whole: int, count: int, given: "bool") -> Iterator[int]:  # noqa: FBT001
    """Sizes of the files in a folder: all but the last are written down."""
    rest = whole
    for _ in range(count - 1):
        if not given:
            raise damaged()
        size = cursor.number()
        rest -= size
        yield size
    if count and rest < 0:
        raise damaged()
    if count:
        yield rest


def _files(cursor: Cursor) -> Iterator[File]:
    count = cursor.count()
    found: dict[int, Cursor] = {}
    while (kind := cursor.byte()) != _END:
        found[kind] = Cursor(cursor.take(cursor.number()), cursor.budget)
    if _NAMES not in found:
        raise damaged()
    names = _names(found[_NAMES], count)
    empty = found[_EMPTY_STREAM].bits(count) if _EMPTY_STREAM in found else [False] * count
    are_files = iter(found[_EMPTY_FILE].bits(sum(empty)) if _EMPTY_FILE in found else [])
    attributes = _attributes(found[_ATTRIBUTES], count) if _ATTRIBUTES in found else [0] * count
    for number in range(count):
        is_folder = empty[number] and not next(are_files, False)
        yield File(names[number], not empty[number], is_folder, attributes[number])


def _names(inner: Cursor, count: int) -> list[str]:
    if inner.byte():
        raise Unreadable(Cause.UNSUPPORTED, "The names of the 7z archive's files lie elsewhere; that is not read.")
    names = inner.rest().decode("utf-16-le", "surrogatepass").split("\0", count)
    if len(names) <= count:
        raise damaged()
    return names


def _attributes(inner: Cursor, count: int) -> list[int]:
    known = inner.known(count)
    if inner.byte():
        return [0] * count
    return [int.from_bytes(inner.take(4), "little") if given else 0 for given in known]
