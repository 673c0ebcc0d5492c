"""Names of libraries that stand among a program's constants: where it also imports the function that loads a library
by its name (dlopen, LoadLibrary), these are what it loads.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.formats.buffers import matches_in
from scanner.model.source import Budget

_LONGEST_NAME = 128
_NAME = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9_.+-]*\Z")
_ENDS = {
    "elf": re.compile(rb"\.so(?:\.[0-9]{1,4}){0,3}\0"),
    "pe": re.compile(rb"\.(?:dll|DLL)\0"),
    "pe-wide": re.compile(rb"\.\0(?:d\0l\0l\0|D\0L\0L\0)\0\0"),
    "macho": re.compile(rb"\.dylib\0"),
}


class LoadedName(NamedTuple):
    """A name, and where the constant and the name in it begin in the part that was searched."""

    name: str
    start: int
    offset: int


def loaded_names(part: memoryview, kind: str, budget: Budget) -> Iterator[LoadedName]:
    """Yield each name with an ending of libraries that stands alone as a constant, without its folders, once.

    `kind` is `elf`, `pe`, `pe-wide` (UTF-16) or `macho`.
    """
    width = 2 if kind == "pe-wide" else 1
    seen: set[bytes] = set()
    for end in matches_in(_ENDS[kind], part):
        budget.spend_items()
        stop = end.end() - width
        before = bytes(part[max(0, stop - _LONGEST_NAME * width) : stop])
        if width == 2:
            before = _narrow(before)
        constant = before.rpartition(b"\0")[2]
        name = constant.replace(b"\\", b"/").rpartition(b"/")[2]
        if name not in seen and _NAME.match(name):
            seen.add(name)
            yield LoadedName(name.decode("ascii"), stop - len(constant) * width, stop - len(name) * width)


def _narrow(raw: bytes) -> bytes:
    """UTF-16 of which every second byte is zero, from behind up to where that ends."""
    length = 0
    while length + 2 <= len(raw) and raw[len(raw) - length - 1] == 0 and raw[len(raw) - length - 2]:
        length += 2
    return raw[len(raw) - length :: 2] if length else b""
