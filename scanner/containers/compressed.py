"""Files that hold one other file, compressed: gzip, bzip2, xz, LZMA, Zstandard. An archive.tar.gz is one too."""

import re
import struct
from collections.abc import Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import behind
from scanner.containers.streams import BZIP2, COMPRESSIONS, GZIP, LZMA, Compression, Streams
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="compressed",
    version=1,
    line="Single compressed files and compressed tar archives: gzip, bzip2, xz, LZMA, Zstandard",
    specification="https://www.rfc-editor.org/rfc/rfc1952, https://sourceware.org/bzip2/, "
    "https://tukaani.org/xz/format.html, https://www.rfc-editor.org/rfc/rfc8878",
    limits="Streams that look back further than 128 MiB, and Zstandard streams that need a dictionary of their own, "
    "are not read.",
    suffixes=(".lzma", ".tlz"),
    magics=tuple(Magic(magic) for kind in COMPRESSIONS if kind is not LZMA for magic in kind.magics),
)
RANDOM_ACCESS = False

_ENDINGS = {
    ".gz": "", ".bz2": "", ".xz": "", ".lzma": "", ".zst": "", ".zstd": "", ".bz": "", ".z": "",
    ".tgz": ".tar", ".taz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".tb2": ".tar", ".txz": ".tar", ".tlz": ".tar",
    ".tzst": ".tar", ".crate": ".tar", ".svgz": ".svg", ".cpgz": ".cpio", ".apkg": ".tar",
}  # fmt: skip
"""What a file's name ends in without its compression."""
_HAS_EXTRA, _HAS_NAME = 4, 8
_LONGEST_NAME = 1024
_BZIP2_BLOCK = re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)")
_UNKNOWN_SIZE = b"\xff" * 8
_LARGEST_LZMA = 1 << 38


def wants(name: str, head: bytes) -> bool:
    """Whether it is compressed; of LZMA, which has no true magic, whether its header can be one."""
    if name.endswith(".dmg"):
        return False  # the parts of a disk image, which are compressed each by itself
    kind = _compression(head)
    if kind is BZIP2:
        return _BZIP2_BLOCK.match(head) is not None
    if kind is LZMA:
        size = head[5:13]
        return len(size) == len(_UNKNOWN_SIZE) and (
            size == _UNKNOWN_SIZE or int.from_bytes(size, "little") < _LARGEST_LZMA
        )
    return kind is not None


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """The one member; and what lies behind the compressed data, if the member was read to its end.

    Raises:
        Unreadable: It is not compressed as its name says.
    """
    kind = _compression(source.head)
    if kind is None:
        raise Unreadable(Cause.DAMAGED, "By its name it is a compressed file, and it does not begin like one.")
    data = source.view()
    jail = Jail()
    budget.spend_items()
    name = jail.admit(_name(source.name, source.head))
    streams = Streams(kind, data)
    size = int.from_bytes(data[-4:], "little") if kind is GZIP and len(data) > 4 else 0
    yield Member(name=name.text, kind="file", size=size, chunks=partial(streams.pieces, budget), notes=name.notes)
    if streams.is_read:
        yield from behind(data, streams.end, jail, budget)


def _compression(head: bytes) -> Compression | None:
    return next((kind for kind in COMPRESSIONS if head.startswith(kind.magics)), None)


def _name(own: str, head: bytes) -> str | bytes:
    """The name without the compression's ending, else the one that gzip's header gives, else the file's own."""
    lower = own.lower()
    for ending, instead in _ENDINGS.items():
        if lower.endswith(ending) and len(own) > len(ending):
            return own[: -len(ending)] + instead
    return _name_in_gzip(head) or own


def _name_in_gzip(head: bytes) -> bytes:
    """The original name (RFC 1952, 2.3.1), the last part of it."""
    if not head.startswith(GZIP.magics) or len(head) < 10 or not head[3] & _HAS_NAME:
        return b""
    start = 10
    if head[3] & _HAS_EXTRA:
        start += 2 + struct.unpack_from("<H", head.ljust(12, b"\0"), start)[0]
    end = head.find(b"\0", start, start + _LONGEST_NAME)
    # ISO 8859-1 by the specification, UTF-8 in practice; where it is neither, the bytes are escaped.
    return head[start:end].rpartition(b"/")[2] if end > start else b""
