"""The content of zip entries, in bounded pieces, the way Android reads it where an archive was tampered with.

Tampering aims at tools that believe a header: a compression method that does not exist, an encryption flag on plain
data, a local header that contradicts the directory. Android ignores such claims. So, where they are odd, the readings
that make sense are tried in turn; the first whose size (and checksum, for data that is merely copied) fits is taken.
"""

import bz2
import lzma
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Protocol

from scanner.containers.zip_directory import Entry, Local, local_at
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

STORED, DEFLATED, BZIP2, LZMA, XZ = 0, 8, 12, 14, 95
_ASSIGNED = {
    1: "shrinking",
    2: "reducing",
    3: "reducing",
    4: "reducing",
    5: "reducing",
    6: "imploding",
    9: "Deflate64",
    10: "PKWARE's imploding",
    16: "IBM CMPSC",
    18: "IBM TERSE",
    19: "IBM LZ77",
    20: "Zstandard",
    93: "Zstandard",
    94: "MP3",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
    99: "AES encryption",
}
"""Methods that mean something and are not read here (APPNOTE 4.4.5)."""

_AES = 99
_ENCRYPTED = 1
_PIECE_BYTES = 1 << 20
_WINDOW_BYTES = 256 << 10
_SMALLEST_DICTIONARY, _LARGEST_DICTIONARY = 4096, 128 << 20


def chunks(data: memoryview, entry: Entry, budget: Budget) -> Iterator[bytes]:
    """Yield an entry's content from the start, at most 1 MiB at a time.

    Raises:
        Unreadable: It is encrypted, unsupported, damaged, or more than the budget allows. A wrong checksum or size is
            told after all bytes were handed out.
    """
    local = local_at(data, entry.offset)
    if local is None:
        raise Unreadable(Cause.DAMAGED, "Its local header is not where the directory of the zip archive says.")
    method = _method(data, entry, local, budget)
    crc = size = 0
    for piece in _decoded(data, entry, local, method):
        budget.spend_bytes(len(piece))
        crc = zlib.crc32(piece, crc)
        size += len(piece)
        yield piece
    if size != entry.size:
        raise Unreadable(Cause.DAMAGED, f"It claims to have {entry.size} bytes and has {size}.")
    if crc != entry.crc:
        raise Unreadable(Cause.DAMAGED, "Its checksum (CRC-32) does not fit its content.")


def is_known_method(method: int) -> bool:
    """Whether the number means a way of compression at all."""
    return method in _DECODERS or method in _ASSIGNED


def _method(data: memoryview, entry: Entry, local: Local, budget: Budget) -> int:
    """How to read it, by what the headers say and, where that is odd, by what works."""
    is_plain = not (entry.flags | local.flags) & _ENCRYPTED
    if is_plain and entry.method == local.method and entry.method in (STORED, DEFLATED):
        return entry.method
    if _AES in (entry.method, local.method) and not is_plain:
        raise Unreadable(Cause.ENCRYPTED, "It is encrypted (AES); its content was not examined.")
    for method in dict.fromkeys((entry.method, local.method, DEFLATED, STORED)):
        if method in _DECODERS and _fits(data, entry, local, method, budget):
            return method
    if not is_plain:
        raise Unreadable(Cause.ENCRYPTED, "It is encrypted; its content was not examined.")
    if entry.method in _ASSIGNED:
        raise Unreadable(Cause.UNSUPPORTED, f"It is compressed by {_ASSIGNED[entry.method]}, which is not read.")
    return entry.method if entry.method in _DECODERS else STORED  # as Android does with a method it does not know


def _fits(data: memoryview, entry: Entry, local: Local, method: int, budget: Budget) -> bool:
    """Whether reading it this way gives what the directory claims. Costs as much as reading it."""
    if method == STORED and entry.compressed != entry.size:
        return False
    crc = size = 0
    try:
        for piece in _decoded(data, entry, local, method):
            budget.spend_bytes(len(piece))
            crc = zlib.crc32(piece, crc)
            size += len(piece)
            if size > entry.size:
                return False
    except Unreadable as problem:
        if problem.cause is Cause.LIMIT:
            raise
        return False
    return size == entry.size and (method != STORED or crc == entry.crc)


def _decoded(data: memoryview, entry: Entry, local: Local, method: int) -> Iterator[bytes]:
    if not entry.compressed and not entry.size:
        return
    # Deflate knows its own end, so a size of nothing does not keep it from being read.
    length = max(entry.compressed, entry.size) if method == STORED else entry.compressed or len(data)
    raw = data[local.start : local.start + length]
    try:
        yield from _DECODERS[method](raw, entry)
    except _broken() as error:
        raise Unreadable(Cause.DAMAGED, "Its compressed data is damaged; what came before was read.") from error
    if method == STORED and len(raw) < entry.size:
        raise Unreadable(Cause.DAMAGED, "The archive ends inside it; what came before was read.")


def _stored(raw: memoryview, _: Entry) -> Iterator[bytes]:
    for start in range(0, len(raw), _PIECE_BYTES):
        yield bytes(raw[start : start + _PIECE_BYTES])


def _inflated(raw: memoryview, _: Entry) -> Iterator[bytes]:
    stream = _zlib().decompressobj(wbits=-15)
    for start in range(0, len(raw), _WINDOW_BYTES):
        rest: bytes | memoryview = raw[start : start + _WINDOW_BYTES]
        piece = stream.decompress(rest, _PIECE_BYTES)
        while piece:
            yield piece
            # A full piece may leave output inside the stream even when its input is used up.
            more = len(piece) == _PIECE_BYTES or stream.unconsumed_tail
            piece = stream.decompress(stream.unconsumed_tail, _PIECE_BYTES) if more and not stream.eof else b""
        if stream.eof:
            return
    raise Unreadable(Cause.DAMAGED, "Its compressed data ends early; what came before was read.")


class _Stream(Protocol):
    """What bz2 and lzma decompressors have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def _fed(stream: _Stream, raw: memoryview, size: int = sys.maxsize) -> Iterator[bytes]:
    """Feed a decompressor until it ends, or until `size` bytes came out of one that may have no end mark."""
    start = 0
    while not stream.eof and size > 0:
        window = b""
        if stream.needs_input:
            window = bytes(raw[start : start + _WINDOW_BYTES])
            start += len(window)
            if not window:
                raise Unreadable(Cause.DAMAGED, "Its compressed data ends early; what came before was read.")
        piece = stream.decompress(window, min(_PIECE_BYTES, size))
        size -= len(piece)
        if piece:
            yield piece


def _bunzipped(raw: memoryview, _: Entry) -> Iterator[bytes]:
    return _fed(bz2.BZ2Decompressor(), raw)


def _unxzed(raw: memoryview, _: Entry) -> Iterator[bytes]:
    return _fed(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_LARGEST_DICTIONARY), raw)


def _unlzmaed(raw: memoryview, entry: Entry) -> Iterator[bytes]:
    """LZMA1 behind a version, the length of its properties, and these (APPNOTE 5.8.8)."""
    _, length, properties, dictionary = struct.unpack_from("<HHBI", raw)
    # No more than the content's size is ever looked back on, whatever is claimed.
    dictionary = max(_SMALLEST_DICTIONARY, min(dictionary, entry.size))
    if dictionary > _LARGEST_DICTIONARY:
        raise Unreadable(Cause.LIMIT, f"Reading it would take {dictionary} bytes of memory at once.")
    filters = [
        {
            "id": lzma.FILTER_LZMA1,
            "dict_size": dictionary,
            "lc": properties % 9,
            "lp": properties // 9 % 5,
            "pb": properties // 45,
        }
    ]
    return _fed(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters), raw[4 + length :], entry.size)


_DECODERS: dict[int, Callable[[memoryview, Entry], Iterator[bytes]]] = {
    STORED: _stored,
    DEFLATED: _inflated,
    BZIP2: _bunzipped,
    LZMA: _unlzmaed,
    XZ: _unxzed,
}


@cache
def _zlib() -> Any:  # two modules of equal interface, of which one may be missing
    """isal's zlib where it is installed, which inflates about twice as fast; otherwise Python's."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


@cache
def _broken() -> tuple[type[Exception], ...]:
    """What decoders raise on data that is none."""
    return (zlib.error, _zlib().error, lzma.LZMAError, OSError, EOFError, ValueError, struct.error)
