"""Ar archives: static libraries of Unix and Windows, whose members are object files.

```
!<arch>\\n | name[16] date[12] uid[6] gid[6] mode[8] size[10] `\\n | content, filled up to an even length | …
```
Long names stand in a member `//` (GNU, Windows) or before the content (BSD, `#1/length`).
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from scanner.containers import Member, Plain
from scanner.containers.jail import Jail
from scanner.containers.stored import behind, slices
from scanner.formats import elf_object
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="ar",
    version=1,
    line="Static libraries and other ar archives (Unix, BSD, Windows)",
    specification="https://www.freebsd.org/cgi/man.cgi?query=ar&sektion=5",
    limits="Of a thin archive, whose members are files beside it, only the names are known.",
    magics=(Magic(b"!<arch>\n"), Magic(b"!<thin>\n")),
    marks=elf_object.LOOKED_INTO,
)
RANDOM_ACCESS = True

_HEADER = 60
_LONGEST_NAME, _LONGEST_NAMES = 4096, 4 << 20
_DEBIAN = b"debian-binary"
_SYMBOLS = (b"/", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED", b"__.SYMDEF_64", b"__.SYMDEF_64 SORTED")


def wants(_name: str, head: bytes) -> bool:
    """Whether it is an archive and no Debian package, which is of a type of its own."""
    return not head.startswith(_DEBIAN, 8)


class _Entry(NamedTuple):
    name: bytes
    start: int
    size: int


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the members, without tables of symbols.

    Raises:
        Unreadable: After the last member that could be listed, where the archive is damaged or thin.
    """
    data = source.view()
    if source.head.startswith(b"!<thin>\n"):
        raise Unreadable(Cause.VANISHED, "It is a thin archive: what it lists are files of their own, elsewhere.")
    jail = Jail()
    at = 8
    names = b""
    while _is_header(data, at):
        budget.spend_items()
        entry, at = _entry(data, at, names)
        if entry.name == b"//":
            length = min(entry.size, _LONGEST_NAMES, max(0, len(data) - entry.start))
            budget.spend_bytes(length)
            names = bytes(data[entry.start : entry.start + length])
        elif entry.name not in _SYMBOLS:
            yield _member(data, entry, jail, budget)
    yield from behind(data, at, jail, budget)
    if at < len(data) and data[at]:
        raise Unreadable(Cause.DAMAGED, "The archive is damaged; what lies behind the damage was looked at as it is.")
    if at > len(data) + 1:
        raise Unreadable(Cause.DAMAGED, "The archive ends inside its last member.")


def _is_header(data: memoryview, at: int) -> bool:
    return bytes(data[at + 58 : at + _HEADER]) == b"`\n"


def _entry(data: memoryview, at: int, names: bytes) -> tuple[_Entry, int]:
    """The member whose header is at an offset, and where the next one begins."""
    header = bytes(data[at : at + _HEADER])
    field, digits = header[:16].rstrip(b" "), header[48:58].strip(b" ")
    size = int(digits) if digits.isdigit() else 0
    start = at + _HEADER
    end = start + size + size % 2
    name = field if field in (b"/", b"//", b"/SYM64/") else field.removesuffix(b"/")
    if field.startswith(b"#1/") and field[3:].isdigit():
        length = min(int(field[3:]), size)
        name = bytes(data[start : start + min(length, _LONGEST_NAME)]).rstrip(b"\0")
        start, size = start + length, size - length
    elif field.startswith(b"/") and field[1:].isdigit():
        name = _long_name(names, int(field[1:]))
    return _Entry(name, start, size), end


def _long_name(names: bytes, at: int) -> bytes:
    """A name ends with `/` and a newline (GNU) or with NUL (Windows)."""
    return names[at : at + _LONGEST_NAME].partition(b"\n")[0].partition(b"\0")[0].removesuffix(b"/")


def _member(data: memoryview, entry: _Entry, jail: Jail, budget: Budget) -> Member:
    name = jail.admit(entry.name)
    return Member(
        name=name.text,
        kind="file",
        size=entry.size,
        plain=partial(_plain, data, entry),
        in_place=partial(_in_place, data, entry, budget),
        chunks=partial(slices, data, entry.start, entry.size, budget),
        # Objects of one name are common in static libraries.
        notes=tuple(note for note in name.notes if not note.startswith("Another entry")) if name.notes else (),
    )


def _in_place(data: memoryview, entry: _Entry, budget: Budget) -> Sequence[memoryview] | None:
    if entry.start + entry.size > len(data):
        return None
    budget.spend_bytes(entry.size)
    return (data[entry.start : entry.start + entry.size],)


def _plain(data: memoryview, entry: _Entry) -> Plain | None:
    content = data[entry.start : entry.start + entry.size]
    is_plain = len(content) == entry.size and elf_object.is_plain(content)
    return Plain("elf", content) if is_plain else None
