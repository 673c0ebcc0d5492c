"""Where the parts of a compressed file of EROFS lie: the index behind its inode.

```
inode, attributes │ header: features, ways of compression │ index: an entry for each cluster of the file
entry: a part begins here, at so many bytes in it │ it goes on │ it goes on, and takes so many blocks
full index: 8 bytes an entry │ compact index: packs of 2 or 16 entries of 4 or 2 bytes, with the first block at the end
list of extents, in the place of a full index: 4 or 8 bytes for each cluster, 16 or 32 for each part
```
Specification: the kernel's fs/erofs/erofs_fs.h, which the format is defined by.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from scanner.containers.disks import Disk
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

PLAIN, ROTATED, PACKED, HOLE = -1, -2, -3, -4
"""Ways in which a part is kept without compression: as it is, rotated by its place in the block, in the packed file, as
zeros that are kept nowhere."""

_SHORT_ENTRIES, _TAIL_BEHIND_INDEX, _IS_ROTATED, _TAIL_IN_PACKED = 0x1, 0x8, 0x10, 0x20
_ALL_IN_PACKED = 0x80
_AS_IT_IS, _GOES_ON, _SECOND_WAY = 0, 2, 3
_COUNTS_BLOCKS, _IS_BEGINNING_ONLY = 0x800, 0x8000
_BLOCKS_ARE_COUNTED = 0x6
_OFFSET_BITS = 12
_IS_LIST, _MOST_OF_LENGTH, _LISTED_BEGINNING, _LISTED_WAY_BIT = 0x1, (1 << 21) - 1, 1 << 27, 28
_NUMBERED = 16
"""How long entries of a list are that say where in the file their parts begin."""
_DAMAGED = "The list of its parts is damaged."


class Extent(NamedTuple):
    """A part of a file."""

    start: int
    """In the file, in bytes."""
    end: int
    way: int
    """The number of a compression, or one of the ways above."""
    place: int
    """In bytes: on the disk, or in the packed file."""
    length: int
    """How many bytes it takes there."""
    is_beginning: bool
    """Whether more comes out of it than belongs to this file."""


class _Entry(NamedTuple):
    kind: int
    offset: int
    block: int
    blocks: int
    """How many the part that goes on here takes; 0 where that is not told here."""
    is_beginning: bool = False


class Index(NamedTuple):
    """The index of a file."""

    disk: Disk
    behind: int
    """Where inode and attributes end."""
    size: int
    """Of the file."""
    block_bits: int
    is_compact: bool

    def extents(self, budget: Budget) -> Iterator[Extent]:
        """The parts of the file in their order. Raises `Unreadable`."""
        at = -(-self.behind // 8) * 8
        header = self._read(at, 8)
        features = int.from_bytes(header[4:6], "little")
        if header[7] & _ALL_IN_PACKED:
            place = int.from_bytes(header, "little") & ~(1 << 63)
            yield Extent(0, self.size, PACKED, place, self.size, is_beginning=False)
            return
        if features & _IS_LIST and not self.is_compact:
            yield from self._listed(at + 8, header, features, budget)
        else:
            yield from self._indexed(at, header, features, budget)

    def _indexed(self, at: int, header: bytes, features: int, budget: Budget) -> Iterator[Extent]:
        """The parts, which begin and go on in clusters of the file."""
        ways = (header[6] & 15, header[6] >> 4)
        cluster_bits = self.block_bits + (header[7] & 7)
        clusters = (self.size + (1 << cluster_bits) - 1) >> cluster_bits
        if self.is_compact:
            entries = self._compact(at + 8, clusters, features, cluster_bits, budget)
            end = self._end_of_compact(at + 8, clusters, features)
        else:
            entries = self._full(at + 16, clusters, budget)
            end = at + 16 + 8 * clusters
        heads = list(self._heads(entries, cluster_bits))
        for (start, this), (following, _) in pairwise([*heads, (self.size, None)]):
            is_last = following == self.size
            if this is None or start >= following:
                raise Unreadable(Cause.DAMAGED, _DAMAGED)
            way = ways[this.kind == _SECOND_WAY]
            if this.kind == _AS_IT_IS:
                way = ROTATED if features & _IS_ROTATED else PLAIN
            place, length = this.block << self.block_bits, max(1, this.blocks) << self.block_bits
            if is_last and features & _TAIL_BEHIND_INDEX:
                place, length = end, int.from_bytes(header[2:4], "little")
            elif is_last and features & _TAIL_IN_PACKED:
                high = 0 if self.is_compact else this.block
                way, place, length = PACKED, high << 32 | int.from_bytes(header[:4], "little"), following - start
            yield Extent(start, following, way, place, length, this.is_beginning)

    def _listed(self, at: int, header: bytes, features: int, budget: Budget) -> Iterator[Extent]:
        """The parts, of which each entry tells length and place, or the length alone where they lie in a row."""
        entry_bytes = 4 << (features >> 1 & 3)
        at = -(-at // entry_bytes) * entry_bytes
        cluster_bits = self.block_bits + (header[7] & 15)
        count = (self.size + (1 << cluster_bits) - 1) >> cluster_bits
        if entry_bytes >= _NUMBERED:
            count = int.from_bytes(header[:4], "little") | int.from_bytes(header[6:8], "little") << 32
        in_a_row = 0
        if entry_bytes == 4:
            in_a_row, at = int.from_bytes(self._read(at, 8), "little"), at + 8
        held: tuple[int, int, int] | None = None
        for number in range(count):
            budget.spend_items()
            raw = self._read(at + number * entry_bytes, entry_bytes)
            told = int.from_bytes(raw[:4], "little")
            place = int.from_bytes(raw[4:12][: entry_bytes - 4 if entry_bytes < _NUMBERED else 8], "little")
            if entry_bytes == 4:
                place, in_a_row = in_a_row, in_a_row + (told & _MOST_OF_LENGTH)
            start = int.from_bytes(raw[12:20], "little") if entry_bytes >= _NUMBERED else number << cluster_bits
            if held is not None:
                yield self._of_list(held, start, features, is_last=False)
            held = start, told, place
        if held is not None:
            is_in_packed = bool(features & _TAIL_IN_PACKED)
            if is_in_packed and entry_bytes == 4:
                held = held[0], held[1], 0
            yield self._of_list(held, self.size, features, is_last=is_in_packed)

    def _of_list(self, entry: tuple[int, int, int], end: int, features: int, *, is_last: bool) -> Extent:
        """A part up to where the next one begins; the last one may lie in the packed file."""
        start, told, place = entry
        if start >= end:
            raise Unreadable(Cause.DAMAGED, _DAMAGED)
        length = told & _MOST_OF_LENGTH
        if is_last:
            return Extent(start, end, PACKED, told | place << 32, end - start, is_beginning=False)
        way = (told >> _LISTED_WAY_BIT) - 1
        if not length:
            way = HOLE
        elif way == PLAIN and features & _IS_ROTATED and not (place | length) % (1 << self.block_bits):
            way = ROTATED
        return Extent(start, end, way, place, length, bool(told & _LISTED_BEGINNING))

    def _read(self, at: int, length: int) -> bytes:
        raw = bytes(self.disk.read(at, length))
        if len(raw) < length:
            raise Unreadable(Cause.DAMAGED, _DAMAGED)
        return raw

    def _heads(self, entries: Iterator[_Entry], cluster_bits: int) -> Iterator[tuple[int, _Entry]]:
        """Where each part begins in the file."""
        held: tuple[int, _Entry] | None = None
        for number, entry in enumerate(entries):
            if entry.kind == _GOES_ON:
                if held is not None and entry.blocks:
                    held = held[0], held[1]._replace(blocks=entry.blocks)
                continue
            if held is not None:
                yield held
            held = (number << cluster_bits) + entry.offset, entry
            if held[0] >= self.size:  # stands for the end
                return
        if held is not None:
            yield held

    def _full(self, at: int, clusters: int, budget: Budget) -> Iterator[_Entry]:
        for number in range(clusters):
            budget.spend_items()
            raw = self._read(at + 8 * number, 8)
            kind, more = raw[0] & 3, int.from_bytes(raw[4:6], "little")
            if kind == _GOES_ON:
                yield _Entry(kind, 0, 0, more & ~_COUNTS_BLOCKS if more & _COUNTS_BLOCKS else 0)
            else:
                is_beginning = bool(int.from_bytes(raw[:2], "little") & _IS_BEGINNING_ONLY)
                offset, block = int.from_bytes(raw[2:4], "little"), int.from_bytes(raw[4:8], "little")
                yield _Entry(kind, offset, block, 0, is_beginning)

    def _compact(self, at: int, clusters: int, features: int, cluster_bits: int, budget: Budget) -> Iterator[_Entry]:
        """Packs of two entries up to where the others may begin, then of sixteen, and of two again for the rest."""
        first, short = _stretches(at, clusters, features)
        low_bits = max(cluster_bits, _OFFSET_BITS)
        is_counted = bool(features & _BLOCKS_ARE_COUNTED)
        left = clusters
        for count, packed, entry_bytes in ((first, 2, 4), (short, 16, 2), (clusters - first - short, 2, 4)):
            for _ in range(0, count, packed):
                budget.spend_items(packed)
                pack = self._read(at, packed * entry_bytes)
                yield from _unpacked(pack, min(packed, left), packed, low_bits, is_counted=is_counted)
                at += packed * entry_bytes
                left -= packed

    def _end_of_compact(self, at: int, clusters: int, features: int) -> int:
        first, short = _stretches(at, clusters, features)
        rest = clusters - first - short
        return at + 4 * (first + first % 2) + 2 * short + 4 * (rest + rest % 2)


def _stretches(at: int, clusters: int, features: int) -> tuple[int, int]:
    """How many entries of four bytes come first, and how many of two bytes then."""
    first = (32 - at % 32) // 4 & 7
    if not features & _SHORT_ENTRIES or first >= clusters:
        return clusters, 0
    return first, (clusters - first) // 16 * 16


def _unpacked(pack: bytes, count: int, packed: int, low_bits: int, *, is_counted: bool) -> Iterator[_Entry]:
    """The first entries of a pack. A part takes one block, unless it is told how many."""
    bits = (len(pack) - 4) * 8 // packed
    whole = int.from_bytes(pack[:-4], "little")
    block = int.from_bytes(pack[-4:], "little")
    before = 0
    for number in range(count):
        value = whole >> bits * number
        low, kind = value & ((1 << low_bits) - 1), value >> low_bits & 3
        if kind == _GOES_ON:
            blocks = low & ~_COUNTS_BLOCKS if is_counted and low & _COUNTS_BLOCKS else 0
            before += max(0, blocks - (number > 0)) if blocks else 0
            yield _Entry(kind, 0, 0, blocks)
            continue
        yield _Entry(kind, low, block + before + (not is_counted), 0)
        before += 1
