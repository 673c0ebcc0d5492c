"""Compressed streams, undone piece by piece: no stream can make more than 1 MiB at once, nor look back further than
128 MiB.

Every way of compression is a `Decoder`, with the interface of the standard library's `bz2` and `lzma` decompressors.
Compressed Zstandard data needs `backports.zstd` before Python 3.14, which has the same module as `compression.zstd`.
"""

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple, Protocol

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

PIECE_BYTES = 1 << 20
_WINDOW_BYTES = 256 << 10
LARGEST_DICTIONARY = 128 << 20
_MEMORY_LIMIT = LARGEST_DICTIONARY + (1 << 20)
_LARGEST_DICTIONARY_LOG = 27
ENDS_EARLY = "Its compressed data ends early; what came before was read."
IS_DAMAGED = "Its compressed data is damaged; what came before was read."
_TOO_MUCH_MEMORY = f"Reading it would take more than {LARGEST_DICTIONARY >> 20} MiB of memory at once."


class Decoder(Protocol):
    """What undoes one stream."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more can come out before something goes in."""

    @property
    def unused_data(self) -> bytes:
        """What went in and lies behind the stream's end."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Undo a part, at most `max_length` bytes of it; the rest comes with the next call."""


class Inflater:
    """Deflate with the interface of the other decoders."""

    def __init__(self, wbits: int, dictionary: bytes = b"") -> None:
        self._stream = (
            fastest_zlib().decompressobj(wbits, zdict=dictionary) if dictionary else fastest_zlib().decompressobj(wbits)
        )
        self._is_full = False

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        return bool(self._stream.eof)

    @property
    def needs_input(self) -> bool:
        """Whether nothing more can come out before something goes in."""
        return not (self._is_full or self._stream.unconsumed_tail or self._stream.eof)

    @property
    def unused_data(self) -> bytes:
        """What went in and lies behind the stream's end."""
        return bytes(self._stream.unused_data)

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Undo a part, at most `max_length` bytes of it; the rest comes with the next call."""
        piece = bytes(self._stream.decompress(self._stream.unconsumed_tail + data, max_length))
        # A full piece may leave output inside the stream even when its input is used up.
        self._is_full = len(piece) == max_length
        return piece


class Unbrotli:
    """Brotli with the interface of the other decoders. The format has neither magic nor checksum (RFC 7932)."""

    def __init__(self) -> None:
        import brotli

        self._stream = brotli.Decompressor()
        self._held = b""
        self._may_hold_more = False

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        return bool(self._stream.is_finished()) and not self._held

    @property
    def needs_input(self) -> bool:
        """Whether nothing more can come out before something goes in."""
        return not (self._held or self._may_hold_more or self._stream.is_finished())

    @property
    def unused_data(self) -> bytes:
        """Nothing: what lies behind the end of a stream counts as damage."""
        return b""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Undo a part, at most `max_length` bytes of it; the rest comes with the next call."""
        if not self._held:
            self._held = self._stream.process(data, output_buffer_limit=max_length)
            self._may_hold_more = bool(self._held)
        piece, self._held = self._held[:max_length], self._held[max_length:]  # the limit is kept only roughly
        return piece


class Compression(NamedTuple):
    """A format of compressed files."""

    name: str
    magics: tuple[bytes, ...]
    """How each of its streams begins."""
    decoder: Callable[[], Decoder]


def _zstd_decoder() -> Decoder:
    zstd = _zstd()
    limit = {zstd.DecompressionParameter.window_log_max: _LARGEST_DICTIONARY_LOG}
    decoder: Decoder = zstd.ZstdDecompressor(options=limit)
    return decoder


GZIP = Compression("gzip", (b"\x1f\x8b\x08",), lambda: Inflater(31))
BZIP2 = Compression("bzip2", tuple(b"BZh%d" % level for level in range(1, 10)), bz2.BZ2Decompressor)
XZ = Compression("xz", (b"\xfd7zXZ\0",), lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY_LIMIT))
LZMA = Compression("lzma", (b"\x5d\0\0",), lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_MEMORY_LIMIT))
_SKIPPABLE = tuple(bytes((0x50 + n, 0x2A, 0x4D, 0x18)) for n in range(16))
ZSTANDARD = Compression("zstd", (b"\x28\xb5\x2f\xfd", *_SKIPPABLE), _zstd_decoder)
BROTLI = Compression("brotli", (), Unbrotli)
COMPRESSIONS = (GZIP, BZIP2, XZ, LZMA, ZSTANDARD)


def fed(decoder: Decoder, pieces: Iterator[bytes], size: int = sys.maxsize) -> Iterator[bytes]:
    """Feed a decoder until it ends, or until `size` bytes came out of one that may have no end mark.

    Raises:
        Unreadable: The data is damaged or ends early.
    """
    while not decoder.eof and size > 0:
        window = b""
        if decoder.needs_input:
            window = next(pieces, b"")
            if not window:
                raise Unreadable(Cause.DAMAGED, ENDS_EARLY)
        piece = _decoded(decoder, window, min(PIECE_BYTES, size))
        size -= len(piece)
        if piece:
            yield piece


def _decoded(decoder: Decoder, window: bytes, most: int) -> bytes:
    try:
        return decoder.decompress(window, most)
    except broken() as error:
        if "emory" in str(error):  # lzma's "Memory usage limit exceeded", zstd's "requires too much memory"
            raise Unreadable(Cause.LIMIT, _TOO_MUCH_MEMORY) from error
        raise Unreadable(Cause.DAMAGED, IS_DAMAGED) from error


class Streams:
    """All streams of one format that follow each other from an offset, as `cat a.gz b.gz` makes them."""

    def __init__(self, compression: Compression, data: memoryview, start: int = 0) -> None:
        self._compression = compression
        self._data = data
        self._start = self.end = start
        """Behind what was read so far."""
        self.is_read = False
        """Whether every stream was read to its end."""

    def pieces(self, budget: Budget) -> Iterator[bytes]:
        """Yield the content, at most 1 MiB at a time.

        Raises:
            Unreadable: A stream is damaged, ends early or makes more than the budget allows; what came before was
                yielded.
        """
        self.end = self._start
        while True:
            budget.spend_items()
            decoder = self._compression.decoder()
            for piece in fed(decoder, self._windows()):
                budget.spend_bytes(len(piece))
                yield piece
            self.end -= len(decoder.unused_data)
            begins = bytes(self._data[self.end : self.end + 6])
            if not begins.startswith(self._compression.magics):
                self.is_read = True
                return

    def _windows(self) -> Iterator[bytes]:
        while self.end < len(self._data):
            window = bytes(self._data[self.end : self.end + _WINDOW_BYTES])
            self.end += len(window)
            yield window


def windows(data: memoryview) -> Iterator[bytes]:
    """Bytes in pieces fit to be fed to a decoder."""
    for start in range(0, len(data), _WINDOW_BYTES):
        yield bytes(data[start : start + _WINDOW_BYTES])


@cache
def fastest_zlib() -> Any:  # two modules of equal interface, of which one may be missing
    """isal's zlib where it is installed, which inflates about twice as fast; otherwise Python's."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


@cache
def _zstd() -> Any:  # the same module under two names
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


@cache
def broken() -> tuple[type[Exception], ...]:
    """What decoders raise on data that is none."""
    import brotli

    of_modules = (brotli.error, zlib.error, fastest_zlib().error, lzma.LZMAError, _zstd().ZstdError)
    return (*of_modules, OSError, EOFError, ValueError)
