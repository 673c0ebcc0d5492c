"""Archives appended to programs and scripts: self-extracting ones, installers, AppImages.

```
ELF, PE, Mach-O or #! script | archive | perhaps a signature
```
They are found where the program's own parts end, or in a script behind its last line, and become one member, to be
opened as what they are. A zip archive is found by its end (`appended_zip`).
"""

import re
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.program_end import PROGRAM_MAGICS, program_end
from scanner.containers.stored import slices
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="appended",
    version=2,
    line="Archives appended to programs and shell scripts: self-extracting archives, installers, gzexe, makeself",
    specification="https://makeself.io/, https://www.gnu.org/software/gzip/manual/gzip.html",
    limits="Archives that a script holds as text (Base64, uuencode), or later than its first 4 MiB, are not found.",
    magics=(Magic(b"#!"), *PROGRAM_MAGICS),
)
RANDOM_ACCESS = True
WHOLE = False

_SCRIPT_BYTES = 4 << 20
_NEAR_BYTES = 4096
"""How far behind a program's end an archive is looked for: fillers and settings of the unpacker stand before it."""
_KINDS = (
    (b"\x1f\x8b\x08", rb"[\0-\x1f]", "gz"),
    (b"\xfd7zXZ\0", b"", "xz"),
    (b"BZh", rb"[1-9]1AY&SY", "bz2"),
    (b"\x28\xb5\x2f\xfd", b"", "zst"),
    (b"7z\xbc\xaf\x27\x1c", b"", "7z"),
    (b"Rar!\x1a\x07", b"", "rar"),
    (b"MSCF\0\0\0\0", b"", "cab"),
    (b"hsqs", b"", "squashfs"),
    (b"\xed\xab\xee\xdb", b"", "rpm"),
    (b"!<arch>\n", b"", "deb"),
    (b"07070", rb"[127]", "cpio"),
    (b"\xef\xbe\xad\xdeNullsoftInst", b"", "nsis"),
    (b"zlb\x1a", b"", "inno"),
    (b"idska32\x1a", b"", "inno"),
)
"""How archives begin: with what, followed by what, and the name's ending. Each is looked for by itself: one expression
for all of them takes a hundred times as long."""
_FOLLOWED = {begins: re.compile(follows) for begins, follows, _ in _KINDS}
_TAR = b"ustar"
_TAR_PLACE = 257


class _Found(NamedTuple):
    start: int
    ending: str


def confirms(source: Source) -> bool:
    """Whether an archive is found; reads the tables of a program, and of a script the beginning."""
    return _found(source.view()) is not None


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the archive as one member."""
    data = source.view()
    found = _found(data)
    if found is not None:
        budget.spend_items()
        name = Jail().admit(f"(appended).{found.ending}")
        size = len(data) - found.start
        read = partial(slices, data, found.start, size, budget)
        yield Member(name=name.text, kind="file", size=size, chunks=read, notes=name.notes)


def _found(data: memoryview) -> _Found | None:
    if bytes(data[:2]) == b"#!":
        head = bytes(data[:_SCRIPT_BYTES])
        if head.isascii() and b"\0" not in head:  # plain text: no archive is written in it
            return None
        return min((*_begun(head, behind=b"\n"), *_tar(head)), default=None)
    end = program_end(data)
    if not 0 < end < len(data):
        return None
    first = min(_begun(bytes(data[end : end + _NEAR_BYTES])), default=None)
    return _Found(end + first.start, first.ending) if first else None


def _begun(held: bytes, behind: bytes = b"") -> Iterator[_Found]:
    """Where the first archive of each kind begins, `behind` right in front of it."""
    for begins, _, ending in _KINDS:
        mark = behind + begins
        at = held.find(mark)
        while at >= 0:
            if _FOLLOWED[begins].match(held, at + len(mark)):
                yield _Found(at + len(behind), ending)
                break
            at = held.find(mark, at + 1)


def _tar(held: bytes) -> Iterator[_Found]:
    """Where the first tar archive behind a line begins: its mark stands a good way into it."""
    at = held.find(_TAR)
    while at >= 0:
        if at > _TAR_PLACE and held[at - _TAR_PLACE - 1] == ord("\n"):
            yield _Found(at - _TAR_PLACE, "tar")
            break
        at = held.find(_TAR, at + 1)
