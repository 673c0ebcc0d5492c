"""JFFS2: the file system of smaller flash memories, read by going over all its nodes.

```
node: 1985 | kind | length | sum of these │ in the order of the device's bytes, at multiples of 4, with gaps of ff
name, e001:    folder, version, file, time, length, type | sums | name                 file 0: it was taken away
content, e002: file, version, mode, owner, size, times | place, packed bytes, bytes, method | sums | packed bytes
```
Specification: the kernel's include/uapi/linux/jffs2.h. Of what several nodes say the one of the highest version counts.
"""

import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from scanner.containers.blocks import lzo_block
from scanner.containers.disks import Disk
from scanner.containers.filesystems.collected_tree import CollectedTree, Inode, Name
from scanner.containers.streams import Inflater, broken
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "JFFS2"
FALLBACK = False
_KINDS = frozenset({0xE001, 0xE002, 0x2003, 0x2004, 0x2006, 0xE008, 0xE009})
MAGICS = (Magic(b"\x85\x19"), Magic(b"\x19\x85"))

_NAME, _CONTENT = 0xE001, 0xE002
_HEAD, _NAME_HEAD, _CONTENT_HEAD = 12, 40, 68
_ROOT = 1
_WINDOW_BYTES = 1 << 20
_LARGEST_NODE = 1 << 20
_LARGEST_FILE = 256 << 20
_PIECE_BYTES = 1 << 20
_DAMAGED = "A part of it is damaged; what came before was read."


class _Node(NamedTuple):
    version: int
    place: int
    size: int
    start: int
    """Of the packed bytes on the volume."""
    packed: int
    method: int


def recognises(head: bytes) -> bool:
    """Whether a node stands at the beginning, in either order of bytes."""
    order = _order(head)
    return order is not None and _is_node(head[:_HEAD], order)


def _order(head: bytes) -> str | None:
    return {b"\x85\x19": "<", b"\x19\x85": ">"}.get(head[:2])


def _is_node(head: bytes, order: str) -> bool:
    if len(head) < _HEAD:
        return False
    _, kind, length, told = struct.unpack_from(f"{order}HHII", head)
    return kind in _KINDS and length >= _HEAD and _sum(head[:8]) == told


def _sum(data: bytes) -> int:
    """CRC-32 as the kernel's crc32() makes it from 0: without the turning round at either end."""
    return zlib.crc32(data, 0xFFFF_FFFF) ^ 0xFFFF_FFFF


def opened(disk: Disk, budget: Budget) -> "Jffs2":
    """The file system; what of it is damaged comes out when its files are listed."""
    return Jffs2(disk, budget)


class Jffs2(CollectedTree):
    """An opened file system."""

    identity = b""

    def __init__(self, disk: Disk, budget: Budget) -> None:
        super().__init__(_ROOT, budget)
        self._disk = disk
        self._order = _order(bytes(disk.read(0, 2))) or "<"
        self._name = struct.Struct(f"{self._order}4I2B2xII")
        self._node = struct.Struct(f"{self._order}3I4x7I2BHII")
        self._nodes: dict[int, list[_Node]] = defaultdict(list)
        for kind, raw, at in self._all_nodes():
            if kind == _NAME:
                self._note_name(raw)
            elif kind == _CONTENT:
                self._note_content(raw, at)

    def _all_nodes(self) -> Iterator[tuple[int, bytes, int]]:
        """Kind, bytes (of content the head alone) and place of every sound node."""
        mark = b"\x85\x19" if self._order == "<" else b"\x19\x85"
        base = 0
        while base < self._disk.size:
            self._budget.spend_items()
            window = bytes(self._disk.read(base, _WINDOW_BYTES + _CONTENT_HEAD + 255))
            end = min(len(window), _WINDOW_BYTES)
            at = window.find(mark)
            while 0 <= at < end:
                self._budget.spend_items()
                head = window[at : at + _HEAD]
                if at % 4 or not _is_node(head, self._order):
                    at = window.find(mark, at + 1)
                    continue
                _, kind, length, _ = struct.unpack(f"{self._order}HHII", head)
                yield kind, window[at : at + min(length, _CONTENT_HEAD + 255)], base + at
                at = window.find(mark, at + -(-length // 4) * 4)
            base += max(_WINDOW_BYTES, at if at > 0 else 0) // 4 * 4

    def _note_name(self, raw: bytes) -> None:
        if len(raw) < _NAME_HEAD:
            return
        folder, version, file, _, length, _, told, _ = self._name.unpack_from(raw, _HEAD)
        name = raw[_NAME_HEAD : _NAME_HEAD + length]
        known = self._names[folder].get(name)
        if _sum(raw[:32]) == told and (known is None or version >= known.version):
            self._names[folder][name] = Name(version, file)

    def _note_content(self, raw: bytes, at: int) -> None:
        if len(raw) < _CONTENT_HEAD:
            return
        fields = self._node.unpack_from(raw, _HEAD)
        number, version, mode, size, _, modified, changed, place, packed, length, method, _, _, _, told = fields
        if _sum(raw[:60]) != told:
            return
        known = self._inodes.get(number)
        if known is None or version > known.version:
            self._inodes[number] = Inode(version, mode, size, (number, version, modified, changed))
        self._nodes[number].append(_Node(version, place, length, at + _CONTENT_HEAD, packed, method))

    def _content(self, number: int, size: int) -> Iterator[bytes]:
        """Older parts first, so that later ones lie over them; what nobody wrote is zeros."""
        if size > _LARGEST_FILE:
            raise Unreadable(Cause.LIMIT, "It is larger than 256 MiB, more than this file system is made for.")
        self._budget.spend_bytes(size)
        content = bytearray(size)
        problem: Unreadable | None = None
        for node in sorted(self._nodes[number]):
            self._budget.spend_items()
            try:
                held = self._unpacked(node)[: max(0, size - node.place)]
                content[node.place : node.place + len(held)] = held
            except Unreadable as why:
                problem = problem or why
        yield from (bytes(content[at : at + _PIECE_BYTES]) for at in range(0, size, _PIECE_BYTES))
        if problem is not None:
            raise problem

    def _unpacked(self, node: _Node) -> bytes:
        if node.size > _LARGEST_NODE or node.packed > _LARGEST_NODE:
            raise Unreadable(Cause.DAMAGED, _DAMAGED)
        raw = bytes(self._disk.read(node.start, node.packed))
        self._budget.spend_bytes(node.size)
        if node.method in (0, 4):
            return raw
        if node.method == 1:
            return bytes(node.size)
        if node.method == 2:
            return _repeated(raw, node.size)
        if node.method == 7:
            return lzo_block(raw, node.size)
        if node.method != 6:
            raise Unreadable(Cause.UNSUPPORTED, "It is compressed in a way that frscan does not know.")
        try:
            return Inflater(15).decompress(raw, node.size)
        except broken() as error:
            raise Unreadable(Cause.DAMAGED, _DAMAGED) from error


def _repeated(raw: bytes, size: int) -> bytes:
    """The method “rtime”: each byte with how much of what followed it the last time follows it again."""
    made, behind = bytearray(), [0] * 256
    for at in range(0, len(raw) - 1, 2):
        value, count = raw[at], raw[at + 1]
        made.append(value)
        back, behind[value] = behind[value], len(made)
        for _ in range(min(count, size - len(made))):
            made.append(made[back])
            back += 1
        if len(made) >= size:
            break
    return bytes(made)
