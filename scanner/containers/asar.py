"""ASAR archives, in which Electron apps keep their JavaScript: a tree of files as JSON, then their content.

```
4, bytes of what follows | bytes, length of the JSON (each 32 bits, little-endian) | JSON | content
JSON: {"files": {name: {"files": …} or {"size", "offset"} or {"link"} or {"size", "unpacked": true}}}
```
"""

import struct
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import msgspec

from scanner.containers import Member
from scanner.containers.jail import Jail
from scanner.containers.stored import slices
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="asar",
    version=1,
    line="ASAR archives of Electron apps",
    specification="https://github.com/electron/asar#format",
    limits="Files marked as unpacked lie in a folder beside the archive and are examined there.",
    suffixes=(".asar",),
    magics=(Magic(b"\x04\0\0\0"),),
)
RANDOM_ACCESS = True

_START = struct.Struct("<4I")
_LARGEST_HEADER = 64 << 20
_DEEPEST = 200
_LONGEST_PATH = 1000
_TREE_COST = 8
"""Bytes that a byte of JSON takes as objects, roughly."""


class _Node(msgspec.Struct):
    """A folder (`files`), a link, or a file; nothing in it is taken for true."""

    files: "dict[str, _Node] | None" = None
    size: int = 0
    offset: str = "0"
    link: str | None = None
    unpacked: bool = False


class _Entry(NamedTuple):
    path: str
    node: _Node


def wants(_name: str, head: bytes) -> bool:
    """Whether the four numbers fit each other and JSON follows; a name alone is believed, so that damage is told."""
    if len(head) < _START.size + 1:
        return _name.endswith(".asar")
    pickle, outer, inner, length = _START.unpack_from(head)
    fits = pickle == 4 and outer >= inner + 4 >= length + 8 and head[_START.size :].startswith(b"{")
    return fits or _name.endswith(".asar")


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the files, each with its content in bounded pieces.

    Raises:
        Unreadable: The tree is damaged, too large or too deep.
    """
    data = source.view()
    if len(data) < _START.size:
        raise Unreadable(Cause.DAMAGED, "The ASAR archive ends inside its header.")
    _, outer, _, length = _START.unpack_from(data)
    root = _tree(data, length, budget)
    jail = Jail()
    for entry in _entries(root, budget):
        yield _member(data, entry, 8 + outer, jail, budget)


def _tree(data: memoryview, length: int, budget: Budget) -> _Node:
    if length > _LARGEST_HEADER:
        raise Unreadable(Cause.LIMIT, "The ASAR archive's list of files is too large to be read.")
    budget.spend_bytes(min(length, len(data)) * _TREE_COST)
    try:
        return msgspec.json.decode(data[_START.size : _START.size + length], type=_Node)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Unreadable(Cause.DAMAGED, "The ASAR archive's list of files is damaged.") from error


def _entries(root: _Node, budget: Budget) -> Iterator[_Entry]:
    """All nodes, a folder before what it holds, in the order of the archive."""
    waiting = [iter([_Entry("", root)])]
    while waiting:
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
            continue
        budget.spend_items()
        if entry.path:
            yield entry
        if entry.node.files:
            if len(waiting) > _DEEPEST:
                raise Unreadable(Cause.LIMIT, f"Its folders lie more than {_DEEPEST} deep; the rest was not read.")
            waiting.append(_children(entry.path, entry.node.files))


def _children(path: str, files: dict[str, _Node]) -> Iterator[_Entry]:
    for name, node in files.items():
        # A name is cut here and not only for the locator: its length times what lies below it may be gigabytes.
        cut = name[:_LONGEST_PATH]
        yield _Entry(f"{path[:_LONGEST_PATH]}/{cut}" if path else cut or "(no name)", node)


def _member(data: memoryview, entry: _Entry, base: int, jail: Jail, budget: Budget) -> Member:
    name = jail.admit(entry.path)
    node = entry.node
    notes = list(name.notes)
    if node.link is not None or node.unpacked:
        # What is unpacked is a file of its own, found by the walk of the folder.
        return Member(name=name.text, kind="link", size=0, chunks=partial(iter, ()), notes=tuple(notes))
    if node.files is not None:
        return Member(name=name.text, kind="folder", size=0, chunks=partial(iter, ()), notes=tuple(notes))
    digits = node.offset
    offset = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else -1
    if offset < 0 or node.size < 0:
        notes.append("The archive does not say where it lies.")
    read = partial(_content, data, base, offset, node.size, budget)
    return Member(name=name.text, kind="file", size=max(node.size, 0), chunks=read, notes=tuple(notes))


def _content(data: memoryview, base: int, offset: int, size: int, budget: Budget) -> Iterator[bytes]:
    if offset < 0 or size < 0:
        raise Unreadable(Cause.DAMAGED, "The archive does not say where it lies.")
    yield from slices(data, base + offset, size, budget)
