"""Cpio archives: the content of RPM packages, and the first file system that Linux starts from.

```
header, its numbers in hexadecimal, octal or binary | name, NUL | content | … | an entry TRAILER!!!
```
The three kinds are told apart by their magic: 070701 and 070702 (new ASCII, filled up to 4 bytes), 070707 (POSIX), and
octal 070707 as a 16-bit number in either byte order (filled up to 2 bytes).
"""

import stat
import struct
from collections.abc import Callable, Iterator
from functools import partial
from typing import Literal, NamedTuple

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import behind, slices
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="cpio",
    version=1,
    line="Cpio archives (new ASCII, POSIX, binary), as in RPM packages and Linux start images",
    specification="https://www.freebsd.org/cgi/man.cgi?query=cpio&sektion=5",
    limits="RPM's own kind for files over 4 GiB is not read.",
    magics=(
        Magic(b"070701"), Magic(b"070702"), Magic(b"070707"), Magic(b"07070X"), Magic(b"\xc7\x71"), Magic(b"\x71\xc7"),
    ),
)  # fmt: skip
RANDOM_ACCESS = True

_LONGEST_NAME = 64 << 10
_MOST_COUNTED = 1 << 20
_TRAILER = b"TRAILER!!!"


class _Entry(NamedTuple):
    mode: int
    name: bytes
    start: int
    size: int
    end: int
    """Where the next entry begins."""


def wants(_name: str, head: bytes) -> bool:
    """Whether the first header holds; the binary kind's two bytes alone prove nothing."""
    return head.startswith(b"07070X") or _entry_at(memoryview(head), 0) is not None


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the entries; what lies behind the end mark (often a second archive) is a member too.

    Raises:
        Unreadable: After the last entry that could be listed, where the archive is damaged or of an unknown kind.
    """
    data = source.view()
    if source.head.startswith(b"07070X"):
        raise Unreadable(Cause.UNSUPPORTED, "This is RPM's own kind of cpio archive; frscan cannot look inside it yet.")
    jail = Jail()
    at = 0
    while (entry := _entry_at(data, at)) is not None:
        budget.spend_items()
        at = entry.end
        if entry.name == _TRAILER:
            yield from behind(data, at, jail, budget)
            return
        yield _member(data, entry, jail, budget)
    yield from behind(data, at, jail, budget)
    raise Unreadable(Cause.DAMAGED, "The cpio archive is damaged or cut: it has no end mark.")


def end_of(data: memoryview) -> int:
    """Where an archive ends that begins there: behind its end mark, or behind the last entry; 0 where none begins."""
    at = entries = 0
    while entries < _MOST_COUNTED and (entry := _entry_at(data, at)) is not None and entry.end <= len(data) + 3:
        at, entries = entry.end, entries + 1
        if entry.name == _TRAILER:
            break
    return min(at, len(data))


def _member(data: memoryview, entry: _Entry, jail: Jail, budget: Budget) -> Member:
    name = jail.admit(entry.name.removeprefix(b"./") or b"(root)")
    return Member(
        name=name.text,
        kind=_kind(entry),
        size=entry.size,
        chunks=partial(slices, data, entry.start, entry.size, budget),
        notes=name.notes,
    )


def _kind(entry: _Entry) -> Literal["file", "folder", "link", "device"]:
    kind = stat.S_IFMT(entry.mode)
    if kind == stat.S_IFDIR and not entry.size:
        return "folder"
    if kind == stat.S_IFLNK:
        return "link"
    is_device = kind in (stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK) and not entry.size
    return "device" if is_device else "file"


def _entry_at(data: memoryview, at: int) -> _Entry | None:
    for magic, read in _KINDS.items():
        if data[at : at + len(magic)] == magic:
            try:
                return read(data, at)
            except (ValueError, struct.error):
                return None
    return None


def _new_ascii(data: memoryview, at: int) -> _Entry:
    numbers = [int(bytes(data[at + 6 + 8 * n : at + 14 + 8 * n]), 16) for n in range(13)]
    name = at + 110
    start = _filled(name + numbers[11], 4)
    return _entry(data, numbers[1], name, numbers[11], start, numbers[6], 4)


def _posix(data: memoryview, at: int) -> _Entry:
    mode, name_bytes, size = (
        int(bytes(data[at + start : at + end]), 8) for start, end in ((18, 24), (59, 65), (65, 76))
    )
    return _entry(data, mode, at + 76, name_bytes, at + 76 + name_bytes, size, 1)


def _binary(order: str, data: memoryview, at: int) -> _Entry:
    numbers = struct.unpack_from(f"{order}13H", data, at)
    name = at + 26
    start = _filled(name + numbers[10], 2)
    return _entry(data, numbers[3], name, numbers[10], start, numbers[11] << 16 | numbers[12], 2)


def _entry(data: memoryview, mode: int, name: int, name_bytes: int, start: int, size: int, fill: int) -> _Entry:
    text = bytes(data[name : name + min(name_bytes, _LONGEST_NAME)])
    if not text.endswith(b"\0") or mode < 0 or size < 0:
        raise ValueError("no entry of a cpio archive")
    return _Entry(mode, text.rstrip(b"\0"), start, size, _filled(start + size, fill))


def _filled(offset: int, to: int) -> int:
    return -(-offset // to) * to


_KINDS: dict[bytes, Callable[[memoryview, int], _Entry]] = {
    b"070701": _new_ascii,
    b"070702": _new_ascii,
    b"070707": _posix,
    b"\xc7\x71": partial(_binary, "<"),
    b"\x71\xc7": partial(_binary, ">"),
}
