"""The version resource of a PE file: what it says it is, also after somebody renamed it.

    VS_VERSIONINFO ─► StringFileInfo ─► StringTable (a language) ─► String: CompanyName, ProductName …

Each block is: length, length of the value, type of the value, key (UTF-16, ends in a NUL), value, blocks inside; each
part begins at a multiple of four bytes.

Specification: https://learn.microsoft.com/windows/win32/menurc/vs-versioninfo
"""

from collections.abc import Iterator
from struct import Struct, error
from typing import NamedTuple

from scanner.formats.pe_tables import RESOURCE_VERSION, Image
from scanner.formats.records import damaged
from scanner.model.source import Budget

_HEAD = Struct("<HHH")
_LONGEST_KEY_BYTES = 512
_MOST_BYTES = 64 << 10
"""A version resource counts its own length in 16 bits."""


class _Block(NamedTuple):
    key: str
    value: int
    """Offset of the value."""
    value_length: int
    end: int


def version_strings(image: Image) -> dict[str, str]:
    """What the version resource says, by its keys (`ProductName` …); of several languages the first that says it.

    Raises:
        Unreadable: damaged, when the resource is cut or contradicts itself.
    """
    view = image.resource(RESOURCE_VERSION)
    if view is None:
        return {}
    length = min(len(view), _MOST_BYTES)
    image.budget.spend_bytes(length)
    data = bytes(view[:length])
    found: dict[str, str] = {}
    try:
        root = _block(data, 0, length)
        for kind in _blocks(data, _aligned(root.value + root.value_length), root.end, image.budget):
            for table in _blocks(data, kind.value, kind.end, image.budget) if kind.key == "StringFileInfo" else ():
                for string in _blocks(data, table.value, table.end, image.budget):
                    found.setdefault(string.key, _text(data[string.value : string.end]))
    except error as cut:
        raise damaged("The version resource is cut short.") from cut
    return found


def _blocks(data: bytes, start: int, end: int, budget: Budget) -> Iterator[_Block]:
    while start + _HEAD.size < end:
        budget.spend_items()
        block = _block(data, start, end)
        if block.end <= start:  # some linkers fill a table up with empty blocks
            return
        yield block
        start = _aligned(block.end)


def _block(data: bytes, start: int, end: int) -> _Block:
    length, value_length, _type = _HEAD.unpack_from(data, start)
    key_start = start + _HEAD.size
    key_end = key_start
    limit = min(len(data), key_start + _LONGEST_KEY_BYTES)
    while key_end < limit and data[key_end : key_end + 2] != b"\0\0":
        key_end += 2
    key = data[key_start:key_end].decode("utf-16-le", "backslashreplace")
    return _Block(key, _aligned(key_end + 2), value_length, min(start + length, end))


def _text(raw: bytes) -> str:
    """A value up to its NUL: lengths of values count bytes in some files and characters in others."""
    return raw.decode("utf-16-le", "backslashreplace").partition("\0")[0].strip()


def _aligned(offset: int) -> int:
    return (offset + 3) & ~3
