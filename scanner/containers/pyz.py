"""The archive of Python modules that PyInstaller makes: marshalled code, each module compressed by zlib.

```
PYZ, NUL | magic number of the Python | offset of the table (32 bits, big-endian) | modules … | table
table: a marshalled list of (name, (type, offset, length)), or a dict of the same
```
Each module is given the header of a `.pyc` file. Nothing is unmarshalled but the table, by `marshalled`.
"""

import struct
from collections.abc import Iterator
from functools import partial

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.marshalled import unmarshalled
from scanner.containers.streams import Inflater, fed, windows
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="pyz",
    version=1,
    line="Archives of Python modules inside programs frozen by PyInstaller",
    specification="https://pyinstaller.org/en/stable/advanced-topics.html#zlibarchive",
    limits="Modules encrypted by the option --key of old versions are not read.",
    suffixes=(".pyz",),
    magics=(Magic(b"PYZ\0"),),
)
RANDOM_ACCESS = True

_HEADER = struct.Struct(">4s4sI")
_PACKAGE, _DATA, _NAMESPACE = 1, 2, 3
_LARGEST_TABLE = 64 << 20
_FIRST_WITH_SIZE, _FIRST_WITH_FLAGS, _FIRST_OF_PYTHON_2 = 3190, 3390, 20000
"""Magic numbers from which on a `.pyc` header has 12 bytes (3.3), then 16 (3.7); those of Python 2 are higher."""


def wants(_name: str, head: bytes) -> bool:
    """Whether it begins like one: zip archives of Python programs have the same suffix."""
    return head.startswith(b"PYZ\0")


def pyc_header(magic: bytes) -> bytes:
    """The header of a `.pyc` file without a date, for the Python of a magic number."""
    number = int.from_bytes(magic[:2], "little")
    if _FIRST_WITH_FLAGS <= number < _FIRST_OF_PYTHON_2:
        return magic + bytes(12)
    return magic + bytes(8 if _FIRST_WITH_SIZE <= number < _FIRST_OF_PYTHON_2 else 4)


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the modules as `.pyc` files in folders of their packages.

    Raises:
        Unreadable: After the last module that could be listed, where the table is damaged.
    """
    data = source.view()
    if len(data) < _HEADER.size:
        raise Unreadable(Cause.DAMAGED, "The archive of Python modules ends inside its header.")
    _, magic, table = _HEADER.unpack_from(data)
    found = unmarshalled(data[table : table + _LARGEST_TABLE], budget)
    rows = list(found.items()) if isinstance(found, dict) else found
    if not isinstance(rows, list | tuple):
        raise Unreadable(Cause.DAMAGED, "The table of the archive of Python modules is damaged.")
    jail = Jail()
    for row in rows:
        budget.spend_items()
        yield _member(data, row, pyc_header(magic), jail, budget)


def _member(data: memoryview, row: object, header: bytes, jail: Jail, budget: Budget) -> Member:
    match row:
        case (bytes() | str() as raw, (int() as kind, int() as start, int() as length)) if start >= 0 <= length:
            pass
        case _:
            raise Unreadable(Cause.DAMAGED, "The table of the archive of Python modules is damaged.")
    name = jail.admit(_path(raw, kind))
    if kind == _NAMESPACE and not length:
        return Member(name=name.text, kind="folder", size=0, chunks=partial(iter, ()), notes=name.notes)
    before = b"" if kind == _DATA else header
    read = partial(_content, data[start : start + length], before, budget)
    return Member(name=name.text, kind="file", size=length, chunks=read, notes=name.notes)


def _path(raw: bytes | str, kind: int) -> bytes | str:
    name = raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else raw
    if kind == _DATA:
        return name
    path = name.replace(".", "/")
    return f"{path}/__init__.pyc" if kind in (_PACKAGE, _NAMESPACE) else f"{path}.pyc"


def _content(stored: memoryview, before: bytes, budget: Budget) -> Iterator[bytes]:
    if len(stored) > 1 and not _is_zlib(stored):
        raise Unreadable(Cause.ENCRYPTED, "It is no plain compressed code, probably encrypted; it was not examined.")
    for piece in fed(Inflater(15), windows(stored)):
        budget.spend_bytes(len(piece) + len(before))
        if before:
            yield before
            before = b""
        yield piece


def _is_zlib(stored: memoryview) -> bool:
    """Whether two bytes are a zlib header (RFC 1950, 2.2)."""
    return stored[0] & 0x0F == 8 and (stored[0] << 8 | stored[1]) % 31 == 0
