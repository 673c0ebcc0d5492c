"""Windows programs frozen by py2exe: the scripts they start with, in a resource of type PYTHONSCRIPT.

```
0x78563412 | optimize | unbuffered | length (32 bits each) | name of the archive, NUL | marshalled list of code | NUL
```
The scripts are given as one `.pyc` file, for the Python whose library the program names; nothing is unmarshalled. The
modules lie in a zip archive, behind the program or in a file of its own, which is opened as any other.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain
from struct import Struct

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.pyz import pyc_header
from scanner.containers.stored import slices
from scanner.formats.mapped import places_of
from scanner.formats.python_opcodes import VERSIONS
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_TYPE = b"\x0c\0" + "PYTHONSCRIPT".encode("utf-16-le")
"""The name of the type as a directory of resources holds it, behind its length (PE/COFF, "The .rsrc Section")."""
INFO = Info(
    name="py2exe",
    version=1,
    line="Windows programs frozen by py2exe: the scripts they start with",
    specification="https://github.com/py2exe/py2exe/blob/master/py2exe/runtime.py",
    limits="Scripts of Pythons before 3.2 other than 2.7, and between their releases, are told and not read.",
    magics=(Magic(b"MZ"),),
    marks=(_TYPE,),
)
RANDOM_ACCESS = True
WHOLE = False

_SCRIPT = re.compile(rb"\x12\x34\x56\x78[\0-\2]\0\0\0[\0\1]\0\0\0")
_LENGTH = Struct("<I")
_LIBRARY = re.compile(rb"(?i)python([23])(\d{1,2})\.dll")
_LONGEST_NAME = 1024
_OVERLAP_BYTES = 64


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Give the scripts as one `.pyc` file.

    Raises:
        Unreadable: unsupported, where the version of Python is not known; damaged, where no scripts are found.
    """
    budget.spend_items()
    data = source.view()
    place = _scripts(data)
    if place is None:
        raise Unreadable(Cause.DAMAGED, "It says that it is frozen by py2exe, and its scripts were not found.")
    start, size = place
    header = _header(data)
    if not header:
        reason = "It is frozen by py2exe for a Python that is not known; its scripts were not read."
        raise Unreadable(Cause.UNSUPPORTED, reason)
    name = Jail().admit("(scripts).pyc")
    content = partial(_with, header, data, start, size, budget)
    yield Member(name=name.text, kind="file", size=len(header) + size, chunks=content, notes=name.notes)


def _with(header: bytes, data: memoryview, start: int, size: int, budget: Budget) -> Iterator[bytes]:
    budget.spend_bytes(len(header))
    return chain((header,), slices(data, start, size, budget))


def _scripts(data: memoryview) -> tuple[int, int] | None:
    """Where the marshalled scripts begin, and their length."""
    for at in places_of(_SCRIPT, data, overlap=_OVERLAP_BYTES):
        size = _LENGTH.unpack_from(data, at + 12)[0] if at + 16 <= len(data) else 0
        end_of_name = bytes(data[at + 16 : at + 16 + _LONGEST_NAME]).find(b"\0")
        start = at + 16 + end_of_name + 1
        if end_of_name >= 0 and 0 < size <= len(data) - start:
            return start, size
    return None


def _header(data: memoryview) -> bytes:
    """The `.pyc` header of the Python whose library is named."""
    for at in places_of(_LIBRARY, data, overlap=_OVERLAP_BYTES):
        named = _LIBRARY.match(bytes(data[at : at + _OVERLAP_BYTES]))
        version = f"{named[1].decode()}.{named[2].decode()}" if named else ""
        magic = next((magic for magic, known in VERSIONS.items() if known.name == version), 0)
        if magic:
            return pyc_header(magic.to_bytes(2, "little") + b"\r\n")
    return b""
