"""Programs that Nuitka made into one file: what it unpacks when it starts, one Zstandard stream of files.

```
KA | Y | Zstandard: files, one behind the other, up to an empty name
file: name, NUL | flags (not on Windows): 2 is a link, whose target follows | size: u64 | perhaps CRC-32 | content
```
Names are UTF-8, on Windows UTF-16. Whether there are checksums, the payload does not say: the first file is the program
itself, so its magic tells. Tried on a program that Nuitka 4.3.3 made for Linux; those for Windows by its source.
"""

import re
import struct
from collections.abc import Iterator
from functools import partial
from typing import Literal, NamedTuple

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.program_end import PROGRAM_MAGICS
from scanner.containers.streams import ENDS_EARLY, ZSTANDARD, Streams, fed, windows
from scanner.formats.mapped import places_of
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

_BEGIN = b"KAY\x28\xb5\x2f\xfd"
INFO = Info(
    name="nuitka-onefile",
    version=2,
    line="Programs that Nuitka made into one compressed file: the files that it unpacks",
    specification="https://github.com/Nuitka/Nuitka/blob/main/nuitka/build/static_src/OnefileBootstrap.c",
    limits="What is not compressed is searched in place. Of programs whose files are compressed one by one (“as "
    "archive”) the bytes are searched.",
    magics=PROGRAM_MAGICS,
    marks=(_BEGIN,),
)
RANDOM_ACCESS = False
WHOLE = False

_FIND = re.compile(re.escape(_BEGIN))
_MAGIC_BYTES = 3
_OVERLAP_BYTES = 16
_LONGEST_NAME = 4096
_IS_LINK = 2
_CHECKSUM_BYTES = 4
_UNKNOWN = "Nuitka made this program into one file, in a layout that is not known; it was searched for bytes alone."


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the files; cheap only if read in this order.

    Raises:
        Unreadable: Where the stream breaks off; unsupported, after all of it as one file, where the layout is unknown.
    """
    budget.spend_items()
    data = source.view()
    start = next(places_of(_FIND, data, overlap=_OVERLAP_BYTES), None)
    if start is None:
        return
    packed = data[start + _MAGIC_BYTES :]
    is_windows = source.head.startswith(b"MZ")
    jail = Jail()
    checksum_bytes = _layout(_Unpacked(packed, budget), is_windows=is_windows)
    if checksum_bytes is None:
        name = jail.admit("(unpacked)")
        stream = partial(Streams(ZSTANDARD, packed).pieces, budget)
        yield Member(name=name.text, kind="file", size=len(packed), chunks=stream, notes=name.notes)
        raise Unreadable(Cause.UNSUPPORTED, _UNKNOWN)
    unpacked = _Unpacked(packed, budget)
    while (file := unpacked.header(checksum_bytes, is_windows=is_windows)) is not None:
        budget.spend_items()
        name = jail.admit(file.name, made_on_windows=is_windows)
        kind: Literal["link", "file"] = "link" if file.size is None else "file"
        size = file.size or 0
        yield Member(name=name.text, kind=kind, size=size, chunks=unpacked.content, notes=name.notes)
        unpacked.pass_over()


def _layout(unpacked: "_Unpacked", *, is_windows: bool) -> int | None:
    """How many bytes of checksum stand before a file's content; None if it does not begin with a program."""
    try:
        first = unpacked.header(0, is_windows=is_windows)
        if first is None or first.size is None:
            return None
        beginning = unpacked.exactly(8)
    except Unreadable:
        return None
    found = (
        skipped
        for skipped in (0, _CHECKSUM_BYTES)
        if beginning[skipped:].startswith(tuple(m.value for m in PROGRAM_MAGICS))
    )
    return next(found, None)


class _File(NamedTuple):
    name: str
    size: int | None
    """None of a link."""


class _Unpacked:
    """The stream, read forwards."""

    def __init__(self, packed: memoryview, budget: Budget) -> None:
        self._pieces = fed(ZSTANDARD.decoder(), windows(packed))
        self._budget = budget
        self._held = b""
        self._at = 0
        """How much of what is held was taken."""
        self._left = 0
        """Of the content at hand."""

    def header(self, checksum_bytes: int, *, is_windows: bool) -> _File | None:
        """What stands before the next file; None at the end. Raises `Unreadable` where it breaks off."""
        name = self._name(is_windows=is_windows)
        if not name:
            return None
        if not is_windows and self.exactly(1)[0] & _IS_LINK:
            self._name(is_windows=is_windows)
            return _File(name, None)
        (size,) = struct.unpack("<Q", self.exactly(8))
        self.exactly(checksum_bytes)
        self._left = size
        return _File(name, size)

    def exactly(self, count: int) -> bytes:
        """The next bytes. Raises `Unreadable` if there are fewer."""
        while len(self._held) - self._at < count:
            self._held, self._at = self._held[self._at :] + self._next(), 0
        self._at += count
        return self._held[self._at - count : self._at]

    def content(self) -> Iterator[bytes]:
        """What is left of the file at hand."""
        while self._left:
            if self._at == len(self._held):
                self._held, self._at = self._next(), 0
            piece = self._held[self._at : self._at + self._left]
            self._budget.spend_bytes(len(piece))
            self._at += len(piece)
            self._left -= len(piece)
            yield piece

    def pass_over(self) -> None:
        """Go to the end of the file at hand."""
        for _ in self.content():
            pass

    def _name(self, *, is_windows: bool) -> str:
        width = 2 if is_windows else 1
        raw = b""
        while len(raw) < _LONGEST_NAME:
            letter = self.exactly(width)
            if not any(letter):
                break
            raw += letter
        return raw.decode("utf-16-le" if is_windows else "utf-8", "backslashreplace")

    def _next(self) -> bytes:
        piece = next(self._pieces, b"")
        if not piece:
            raise Unreadable(Cause.DAMAGED, ENDS_EARLY)
        self._budget.spend_items()
        return piece
