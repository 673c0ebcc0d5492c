"""The records of NTFS: what its table says of each file.

```
boot sector ─► table: "FILE", each sector's last 2 bytes replaced by a mark and kept aside, flags, attributes │ …
attribute: kind, length, name, flags │ its value, or how long it is and the runs of clusters in which it lies
run: 4 bits + 4 bits for the lengths of │ count of clusters │ first one, counted from that of the run before
```
What has no room in a record stands in others, which a list of attributes names.
Specification: https://learn.microsoft.com/windows/win32/devnotes/master-file-table and the kernel's fs/ntfs3/ntfs.h.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scanner.containers.disks import Disk, pieces
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

STANDARD, LIST, DATA, INDEX_ROOT, INDEX_PARTS, BITMAP, REPARSE = 0x10, 0x20, 0x80, 0x90, 0xA0, 0xB0, 0xC0
COMPRESSED, ENCRYPTED = 0x00FF, 0x4000
IN_USE, IS_FOLDER = 1, 2
Extent = tuple[int | None, int]

_SECTOR = 512
_NUMBER = (1 << 48) - 1
"""The bits of a reference that number a record; those above count how often it was used anew."""
_END = b"\xff\xff\xff\xff"
"""Stands where another attribute would."""
_LARGEST_RECORD, _LARGEST_CLUSTER, _LARGEST_LIST = 64 << 10, 2 << 20, 1 << 20
_HEADER = struct.Struct("<8x8xHxxHHI")
"""Of a record: how often it was used anew, where its attributes begin, flags, how much of it is in use."""
_ATTRIBUTE = struct.Struct("<IIBBHHxxIH")
"""Kind, length, whether it lies elsewhere, length and place of its name, flags; length and place of its value."""
_ELSEWHERE = struct.Struct("<16xQ8xHH12xQQ")
"""Of one that lies elsewhere: its first cluster in the whole, the place of its runs, the unit of compression, its size,
and how much of it was ever written."""
_LISTED = struct.Struct("<IHxxQQ")
"""Of a list: kind, length of the entry, first cluster in the whole, the record."""


class Attribute(NamedTuple):
    """One attribute, or a part of one."""

    kind: int
    name: bytes
    """UTF-16; the content of a file has none."""
    flags: int
    value: bytes
    """What it holds, or the runs of clusters in which that lies."""
    is_elsewhere: bool
    size: int
    written: int
    """How much of it was ever written; the rest reads as zeros."""
    first: int
    """The number of its first cluster in the whole; a part has another than 0."""
    unit: int
    """How many clusters are compressed together, as a power of two."""


class Record(NamedTuple):
    """One entry of the table."""

    flags: int
    attributes: list[Attribute]

    def parts(self, kind: int, name: bytes = b"") -> list[Attribute]:
        """An attribute in its parts; the first says how large it is."""
        found = [one for one in self.attributes if one.kind == kind and one.name == name]
        return sorted(found, key=lambda one: one.first) if len(found) > 1 else found


def damaged(what: str) -> Unreadable:
    """The error for what cannot be true."""
    return Unreadable(Cause.DAMAGED, f"{what} of the file system is damaged.")


def mended(raw: bytes, mark: bytes) -> bytes:
    """A record or part of an index with the ends of its sectors as they were. Raises `Unreadable` (damaged)."""
    if len(raw) < _SECTOR or not raw.startswith(mark):
        raise damaged("A record")
    at, count = struct.unpack_from("<HH", raw, 4)
    kept = raw[at : at + 2 * count]
    if count != len(raw) // _SECTOR + 1 or len(kept) < 2 * count:
        raise damaged("A record")
    made = bytearray(raw)
    for number in range(1, count):
        end = number * _SECTOR
        if made[end - 2 : end] != kept[:2]:
            raise damaged("A record")  # of what was written together not all arrived
        made[end - 2 : end] = kept[2 * number : 2 * number + 2]
    return bytes(made)


class Table:
    """The table of a file system."""

    def __init__(self, disk: Disk, budget: Budget) -> None:
        """Raises `Unreadable` (damaged)."""
        self.disk = disk
        self._budget = budget
        boot = bytes(disk.read(0, _SECTOR))
        if len(boot) < _SECTOR:
            raise Unreadable(Cause.DAMAGED, "The file system ends inside its first sector.")
        sector, clusters, start, in_record = struct.unpack_from("<HB34xQ8xb", boot, 11)
        self.cluster_bytes: int = sector * (clusters if clusters <= 0x80 else 1 << 256 - clusters)
        self._record_bytes: int = in_record * self.cluster_bytes if in_record > 0 else 1 << (-in_record & 0x1F)
        is_sound = 0 < self.cluster_bytes <= _LARGEST_CLUSTER and self._record_bytes % _SECTOR == 0
        if not is_sound or not _SECTOR <= self._record_bytes <= _LARGEST_RECORD:
            raise damaged("The first sector")
        self.identity = boot[72:80]
        self._starts = [0]
        self._extents: list[Extent] = [(start * self.cluster_bytes, self._record_bytes)]
        own = _record_of(self._raw(0))
        self._extents, self._starts = [], []
        self._extend([one for one in own.attributes if one.kind == DATA and not one.name])
        for others in self._others(0, own):
            self._extend([one for one in others if one.kind == DATA and not one.name])
        if not self._extents:
            raise damaged("The table")

    def record(self, reference: int) -> Record:
        """What a reference leads to, with what stands of it in other records.

        Raises:
            Unreadable: It is damaged, or is not what the reference means: another one is there by now, or none.
        """
        number, used = reference & _NUMBER, reference >> 48
        raw = self._raw(number)
        found = _record_of(raw)
        if not found.flags & IN_USE or (used and used != int.from_bytes(raw[16:18], "little")):
            raise damaged("An entry")
        for others in self._others(number, found):
            found.attributes.extend(others)
        return found

    def extents(self, parts: Iterable[Attribute]) -> Iterator[Extent]:
        """Where an attribute lies that does not stand in its record. Raises `Unreadable` (damaged)."""
        next_cluster = 0
        for part in parts:
            if part.first != next_cluster or not part.is_elsewhere:
                raise damaged("The list of the parts of a file")
            for start, count in _runs(part.value):
                self._budget.spend_items()
                yield None if start is None else start * self.cluster_bytes, count * self.cluster_bytes
                next_cluster += count

    def content(self, parts: list[Attribute]) -> Iterator[bytes]:
        """An attribute that the file system keeps for itself, in pieces."""
        if not parts:
            return
        if parts[0].is_elsewhere:
            yield from pieces(self.disk, self.extents(parts), parts[0].size, self._budget)
        else:
            yield parts[0].value

    def _raw(self, number: int) -> bytes:
        at = number * self._record_bytes
        index = bisect_right(self._starts, at) - 1
        start, length = self._extents[index]
        within = at - self._starts[index]
        if start is not None and within + self._record_bytes <= length:
            return mended(bytes(self.disk.read(start + within, self._record_bytes)), b"FILE")
        whole = b""
        for start, length in self._extents[index:]:
            wanted = min(length - within, self._record_bytes - len(whole))
            if start is None or wanted <= 0:
                break
            whole += bytes(self.disk.read(start + within, wanted))
            within = 0
        return mended(whole, b"FILE")

    def _extend(self, parts: list[Attribute]) -> None:
        """Take in more of where the table itself lies."""
        at = self._starts[-1] + self._extents[-1][1] if self._extents else 0
        for part in parts:
            if part.first * self.cluster_bytes != at:
                raise damaged("The table")
            for start, length in self.extents([part._replace(first=0)]):
                self._starts.append(at)
                self._extents.append((start, length))
                at += length

    def _others(self, number: int, record: Record) -> Iterator[list[Attribute]]:
        """What a list of attributes says to stand in other records, one after the other."""
        parts = record.parts(LIST)
        if not parts:
            return
        if parts[0].size > _LARGEST_LIST:
            raise damaged("The list of the parts of a file")
        listed, at, seen = b"".join(self.content(parts)), 0, {number}
        while at + _LISTED.size <= len(listed):
            self._budget.spend_items()
            _, length, _, reference = _LISTED.unpack_from(listed, at)
            if reference & _NUMBER not in seen:
                seen.add(reference & _NUMBER)
                raw = self._raw(reference & _NUMBER)
                if int.from_bytes(raw[32:38], "little") != number:
                    raise damaged("The list of the parts of a file")
                yield _record_of(raw).attributes
            if length < _LISTED.size:
                return
            at += length


def _record_of(raw: bytes) -> Record:
    _, at, flags, used = _HEADER.unpack_from(raw)
    end = min(used, len(raw))
    found: list[Attribute] = []
    while raw[at : min(at + 4, end)] != _END:
        if at + _ATTRIBUTE.size > end:
            raise damaged("A record")
        kind, length, is_elsewhere, name_length, name_at, own_flags, size, value_at = _ATTRIBUTE.unpack_from(raw, at)
        if length < _ATTRIBUTE.size or at + length > end:
            raise damaged("A record")
        one = raw[at : at + length]
        name = one[name_at : name_at + 2 * name_length] if name_length else b""
        if is_elsewhere:
            found.append(_lying_elsewhere(kind, name, own_flags, one))
        else:
            value = one[value_at : value_at + size]
            found.append(
                Attribute(kind, name, own_flags, value, is_elsewhere=False, size=size, written=size, first=0, unit=0)
            )
        at += length
    return Record(flags, found)


def _lying_elsewhere(kind: int, name: bytes, flags: int, raw: bytes) -> Attribute:
    if len(raw) < _ELSEWHERE.size:
        raise damaged("A record")
    first, runs_at, unit, size, written = _ELSEWHERE.unpack_from(raw)
    return Attribute(
        kind, name, flags, raw[runs_at:], is_elsewhere=True, size=size, written=written, first=first, unit=unit
    )


def _runs(raw: bytes) -> Iterator[tuple[int | None, int]]:
    """The first cluster of each run, None for a hole, and how many there are. Raises `Unreadable` (damaged)."""
    at, cluster = 0, 0
    while at < len(raw) and raw[at]:
        for_count, for_start = raw[at] & 15, raw[at] >> 4
        end = at + 1 + for_count + for_start
        count = int.from_bytes(raw[at + 1 : at + 1 + for_count], "little", signed=True)
        cluster += int.from_bytes(raw[at + 1 + for_count : end], "little", signed=True)
        if end > len(raw) or count <= 0 or cluster < 0:
            raise damaged("The list of the parts of a file")
        yield cluster if for_start else None, count
        at = end
