"""7z archives. Files share streams, so a file is read by unpacking those before it: each stream once, in its order.

The headers and coders are read here and not by a library: py7zr, the one there is, writes files, keeps what it unpacks
in memory, and brings eight packages with it.
"""

import stat
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Literal

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.sevenzip_coders import folder_stream, packed_inputs
from scanner.containers.sevenzip_cursor import Cursor, damaged
from scanner.containers.sevenzip_header import (
    LARGEST_HEADER,
    File,
    Folder,
    Header,
    Part,
    Streams,
    first_header,
    header,
    packed_header,
)
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="7z",
    version=1,
    line="7z archives",
    specification="https://www.7-zip.org/sdk.html (DOC/7zFormat.txt)",
    limits="Encrypted files, archives split over several files, streams that look back further than 128 MiB, and the "
    "methods PPMd, Deflate64, Brotli, LZ4 and the filters for ARM64 and RISC-V are not read.",
    magics=(Magic(b"7z\xbc\xaf\x27\x1c"),),
)
RANDOM_ACCESS = False

_Kind = Literal["file", "folder", "link", "device"]
_HAS_UNIX_MODE, _IS_FOLDER = 0x8000, 0x10
_LONGEST_LINK = 4096
_MOST_LEVELS = 4


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the files, each with its content in bounded pieces; cheap only if read in this order.

    Raises:
        Unreadable: The headers are damaged or encrypted.
    """
    data = source.view()
    jail = Jail()
    found = _header(data, budget)
    parts = _parts(found.streams)
    folders = [_Unpacking(folder, inputs, budget) for folder, inputs in packed_inputs(data, found.streams)]
    last = 0
    for file in found.files:
        budget.spend_items()
        if not file.has_stream:
            yield _member(file, jail, None, Part(0, None), 0)
            continue
        number, start, part = next(parts, (None, 0, Part(0, None)))
        if number is None:
            raise damaged()
        if number != last:
            folders[last].release()
            last = number
        yield _member(file, jail, folders[number], part, start)


def _header(data: memoryview, budget: Budget) -> Header:
    """The header, unpacked as often as it is packed."""
    raw: bytes | memoryview = first_header(data)
    if not raw:
        return Header(Streams(), ())
    for _ in range(_MOST_LEVELS):
        cursor = Cursor(raw, budget)
        packed = packed_header(cursor)
        if packed is None:
            return header(cursor)
        if len(packed.folders) != 1 or packed.folders[0].size > LARGEST_HEADER:
            raise damaged()
        raw = _unpacked_header(data, packed, budget)
    raise damaged()


def _unpacked_header(data: memoryview, packed: Streams, budget: Budget) -> bytes:
    budget.spend_bytes(packed.folders[0].size)
    try:
        ((folder, inputs),) = packed_inputs(data, packed)
        return b"".join(folder_stream(folder, inputs))
    except Unreadable as problem:
        if problem.cause is not Cause.ENCRYPTED:
            raise
        reason = "The list of files of the 7z archive is encrypted; nothing in it was examined."
        raise Unreadable(problem.cause, reason) from problem


def _parts(streams: Streams) -> Iterator[tuple[int, int, Part]]:
    """Each file's folder, where it begins in that folder's stream, and how long it is."""
    for number, parts in enumerate(streams.parts):
        start = 0
        for part in parts:
            yield number, start, part
            start += part.size


class _Unpacking:
    """One folder's stream, unpacked as far as it was asked for."""

    def __init__(self, folder: Folder, inputs: dict[int, memoryview], budget: Budget) -> None:
        self._begin = partial(folder_stream, folder, inputs)
        self._budget = budget
        self._pieces: Iterator[bytes] = iter(())
        self._held = b""
        self._at: int | None = None
        """Where `_held` begins in the stream; None before the beginning."""
        self._problem: Unreadable | None = None

    def content(self, start: int, part: Part) -> Iterator[bytes]:
        """Yield a file's bytes; what lies before them is unpacked again if it was passed already."""
        crc, rest = 0, part.size
        self._go_to(start)
        while rest > 0:
            piece = self._next(rest)
            self._budget.spend_bytes(len(piece))
            crc = zlib.crc32(piece, crc)
            rest -= len(piece)
            yield piece
        if part.crc not in (None, crc):
            raise Unreadable(Cause.DAMAGED, "Its checksum (CRC-32) does not fit its content.")

    def release(self) -> None:
        """Let go of the decoders, which may hold a large dictionary each; what is asked for again is begun anew."""
        self._pieces, self._held, self._at, self._problem = iter(()), b"", None, None

    def _go_to(self, start: int) -> None:
        if self._at is None or start < self._at:
            self._pieces, self._held, self._at, self._problem = self._begin(), b"", 0, None
        while self._at < start:
            self._budget.spend_bytes(len(self._next(start - self._at)))

    def _next(self, most: int) -> bytes:
        if self._problem is not None:
            raise self._problem
        try:
            self._held = self._held or next(self._pieces, b"")
        except Unreadable as problem:
            self._problem = problem
            raise
        if not self._held:
            raise Unreadable(Cause.DAMAGED, "Its compressed data ends early; what came before was read.")
        piece, self._held = self._held[:most], self._held[most:]
        self._at = (self._at or 0) + len(piece)
        return piece


def _member(file: File, jail: Jail, folder: _Unpacking | None, part: Part, start: int) -> Member:
    name = jail.admit(file.name, made_on_windows=True)
    kind = _kind(file)
    notes = list(name.notes)
    if kind != "file" and part.size > (_LONGEST_LINK if kind == "link" else 0):
        notes.append(f"It is marked as a {kind} and holds the bytes of a file.")
        kind = "file"
    read = partial(folder.content, start, part) if folder is not None else partial(iter, ())
    return Member(name=name.text, kind=kind, size=part.size, chunks=read, notes=tuple(notes))


def _kind(file: File) -> _Kind:
    if file.is_folder or file.attributes & _IS_FOLDER:
        return "folder"
    mode = file.attributes >> 16 if file.attributes & _HAS_UNIX_MODE else 0
    if stat.S_ISLNK(mode):
        return "link"
    is_device = stat.S_ISCHR(mode) or stat.S_ISBLK(mode) or stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
    return "device" if is_device else "file"
