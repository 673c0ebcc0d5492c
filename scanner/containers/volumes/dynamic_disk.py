"""Dynamic disks of Windows: the volumes that its Logical Disk Manager (LDM) put together of parts of disks.

```
“PRIVHEAD”: which disk this is, where its data and the database begin   (MBR: sector 6; GPT: end of a partition for it)
database: “TOCBLOCK”: where “config” is ─► “VMDB”: where records begin ─► “VBLK”: a record, or a piece of one │ …
volume ◄─ component (parts in a row, striped or with parity; several are copies) ◄─ part (disk, start, size)
```
Microsoft does not describe it. Source of the fields: the kernel's block/partitions/ldm.h and ldm.c. Numbers are
big-endian, those in records have their length before them. Every database knows the volumes of all disks of a group.
"""

import struct
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from scanner.containers.disks import Disk
from scanner.containers.volumes import Volume
from scanner.containers.volumes.extents import Extent, Extents
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_SECTOR, _HEADER_SECTOR = 512, 6
_DISK_NUMBER = slice(48, 112)
_DATA_AT, _DATABASE_AT = 0x11B, 0x12B
_TABLES, _CONFIG_AT = (1, 2, 2045, 2046), 0x2E
"""In which sectors of the database copies of its table of contents stand, and where in them."""
_PIECE = struct.Struct(">4sIIHH")
_SMALLEST_PIECE, _LARGEST_PIECE, _MOST_PIECES = 64, 4096, 100_000
_COMPONENT, _PART, _DISK, _DISK_BY_GUID, _VOLUME = 0x32, 0x33, 0x34, 0x44, 0x51
_IN_A_ROW = 2


class _Unreached:
    """A volume that is not on this disk alone."""

    def __init__(self, size: int) -> None:
        self.size = size

    def read(self, _offset: int, _length: int) -> bytes:
        """Raises `Unreadable`."""
        reason = "It is a volume of Windows that lies on several dynamic disks, of which this is one, and was not read."
        raise Unreadable(Cause.UNSUPPORTED, reason)


class _Part(NamedTuple):
    start: int
    """On its disk, in sectors behind where its data begin."""
    offset: int
    """In the component, in sectors."""
    size: int
    disk: int


class _Component(NamedTuple):
    number: int
    volume: int
    way: int
    parts: int


class _Known(NamedTuple):
    """What a database tells."""

    disks: dict[str, int]
    """Numbers by the disk's own."""
    parts: dict[int, list[_Part]]
    """By component."""
    components: dict[int, list[_Component]]
    """By volume."""
    volumes: list[tuple[int, str, int]]
    """Number, name and size."""


class _Fields:
    """Reads a record from its beginning on."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def skip(self, count: int) -> None:
        """Pass over bytes."""
        self._at += count

    def take(self, count: int) -> bytes:
        """The next bytes. Raises `Unreadable`."""
        taken = self._raw[self._at : self._at + count]
        self._at += count
        if len(taken) < count:
            raise _damage()
        return taken

    def counted(self) -> bytes:
        """The next field that has its length before it."""
        return self.take(self.take(1)[0])

    def number(self, count: int = 0) -> int:
        """The next number, of so many bytes, or with its length before it."""
        return int.from_bytes(self.take(count) if count else self.counted(), "big")


def logical_volumes(disk: Disk, reserved: Volume | None, budget: Budget) -> list[Volume]:
    """The volumes that have a part on this disk. Raises `Unreadable` where header or database are damaged.

    `reserved` is the partition that a disk with a GPT has for the database; at its end stands the header.
    """
    header_at = reserved.start + reserved.disk.size - _SECTOR if reserved is not None else _HEADER_SECTOR * _SECTOR
    header = bytes(disk.read(max(0, header_at), _SECTOR))
    if not header.startswith(b"PRIVHEAD") or len(header) < _SECTOR:
        raise _damage()
    (data,) = struct.unpack_from(">Q", header, _DATA_AT)
    (database,) = struct.unpack_from(">Q", header, _DATABASE_AT)
    known = _known(_records(disk, database, budget), budget)
    own = known.disks.get(header[_DISK_NUMBER].partition(b"\0")[0].decode("ascii", "replace").lower())
    if own is None:
        raise _damage()
    return [
        Volume(f"{name.replace('/', '_')}/", made, start)
        for number, name, size in known.volumes
        for made, start in _made(disk, data, own, known, number, size * _SECTOR)
    ]


def _made(disk: Disk, data: int, own: int, known: _Known, volume: int, size: int) -> Iterator[tuple[Disk, int]]:
    """A volume's bytes and where they begin: those of the first copy that is all here; none where nothing of it is."""
    components = known.components[volume]
    for component in components:
        parts = sorted(known.parts[component.number], key=lambda part: part.offset)
        if component.way == _IN_A_ROW and len(parts) == component.parts and all(part.disk == own for part in parts):
            extents = [Extent((data + part.start) * _SECTOR, part.size * _SECTOR) for part in parts]
            yield Extents(disk, extents), extents[0].start or 0 if len(extents) == 1 else 0
            return
    if any(part.disk == own for component in components for part in known.parts[component.number]):
        yield _Unreached(size), 0


def _records(disk: Disk, database: int, budget: Budget) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each record, put together of its pieces."""
    config = _config(disk, database)
    header = bytes(disk.read(config, 16))
    last, piece_bytes, first = struct.unpack_from(">3I", header.ljust(16, b"\0"), 4)
    if not header.startswith(b"VMDB") or not _SMALLEST_PIECE <= piece_bytes <= _LARGEST_PIECE:
        raise _damage()
    pieces: dict[int, dict[int, bytes]] = defaultdict(dict)
    for number in range(min(last, _MOST_PIECES)):
        budget.spend_items()
        raw = bytes(disk.read(config + first + number * piece_bytes, piece_bytes))
        if len(raw) < piece_bytes or not raw.startswith(b"VBLK"):
            break
        _, _, group, place, count = _PIECE.unpack_from(raw)
        if count and place < count:
            pieces[group][place] = raw[_PIECE.size :]
    for found in pieces.values():
        whole = b"".join(found[place] for place in sorted(found))
        if len(whole) >= 8 and whole[3]:
            yield whole[3], whole[8:]


def _config(disk: Disk, database: int) -> int:
    """Where the part of the database that holds the records begins."""
    for sector in _TABLES:
        table = bytes(disk.read((database + sector) * _SECTOR, _SECTOR))
        if table.startswith(b"TOCBLOCK") and len(table) == _SECTOR:
            return (database + int(struct.unpack_from(">Q", table, _CONFIG_AT)[0])) * _SECTOR
    raise _damage()


def _known(records: Iterator[tuple[int, bytes]], budget: Budget) -> _Known:
    known = _Known({}, defaultdict(list), defaultdict(list), [])
    for kind, raw in records:
        budget.spend_items()
        fields = _Fields(raw)
        number, name = fields.number(), fields.counted().decode("utf-8", "backslashreplace")
        if kind == _DISK:
            known.disks[fields.counted().decode("ascii", "replace").lower()] = number
        elif kind == _DISK_BY_GUID:
            known.disks[_guid(fields.take(16))] = number
        elif kind == _VOLUME:
            known.volumes.append((number, name, _size_of_volume(fields)))
        elif kind == _COMPONENT:
            component = _component(number, fields)
            known.components[component.volume].append(component)
        elif kind == _PART:
            parent, part = _part(fields)
            known.parts[parent].append(part)
    known.volumes.sort(key=lambda volume: volume[1])
    return known


def _guid(raw: bytes) -> str:
    text = raw.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _size_of_volume(fields: _Fields) -> int:
    fields.counted()  # the kind, in words
    fields.counted()
    fields.skip(21)
    fields.counted()  # how many components
    fields.skip(16)
    return fields.number()


def _component(number: int, fields: _Fields) -> _Component:
    fields.counted()  # the state, in words
    way = fields.number(1)
    fields.skip(4)
    parts = fields.number()
    fields.skip(16)
    return _Component(number, fields.number(), way, parts)


def _part(fields: _Fields) -> tuple[int, _Part]:
    fields.skip(12)
    start, offset, size, parent, disk = (fields.number(count) for count in (8, 8, 0, 0, 0))
    return parent, _Part(start, offset, size, disk)


def _damage() -> Unreadable:
    reason = "It is a dynamic disk of Windows, and the database of its volumes is damaged or could not be found."
    return Unreadable(Cause.DAMAGED, reason)
