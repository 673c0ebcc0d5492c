"""Which sectors of a BitLocker volume lie where, and which of them are encrypted.

```
sectors of the volume    lie
the first, mostly 16     elsewhere: a block that the metadata name. (Vista: where they are, plain but for two fields)
metadata                 nowhere; they read as zeros
all others               where they are: encrypted up to the place that a conversion has reached, or as a bitmap says of
                         each chunk of a volume of which only the used space is encrypted
```
The library of the `images` extra reads the metadata. Its own stream is not used: where the bitmap changes within a byte
it takes neighbours for each other (dissect.fve 4.6).
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from scanner.containers.disks import Disk
from scanner.containers.encryptions.sector_ciphers import SectorCipher
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_VISTA = 1
_VISTA_PLAIN_BYTES = 0x2000
_CONVERTING = 2
"""The state of a volume that lost its power while a part of it was being converted."""
_CLOCK_ITEMS = 1000

Kind = Literal["plain", "encrypted", "zeros", "first", "torn"]


class Run(NamedTuple):
    """Sectors of one kind that lie together."""

    kind: Kind
    place: int
    size: int
    """How many sectors."""


class Layout:
    """Of one volume; numbers of sectors count in its own size."""

    def __init__(self, volume: Any, disk: Disk, cipher: SectorCipher | None, budget: Budget) -> None:
        """`volume` is one as the library knows it; without a cipher all of it is plain."""
        self._disk = disk
        self._cipher = cipher
        self._sector = volume.sector_size
        information = volume.information
        self._mirror = int(information.header.Mft2StartLcn)
        self._is_vista = volume.version == _VISTA
        self._moved = 0 if self._is_vista else int(information.virtualized_sectors)
        self._moved_to = int(information.virtualized_block_offset) // self._sector
        self._plain_from = int(information.state_offset) // self._sector
        torn = information.state_size if int(information.current_state) == _CONVERTING else 0
        self._torn = range(self._plain_from, self._plain_from + int(torn) // self._sector)
        self._regions = sorted(place for place in volume.reserved_regions() if place[0] not in self._torn)
        self._starts = [start for start, _ in self._regions]
        is_mapped = cipher is not None and bool(volume.boot_sector.eow_offsets)
        self._bitmaps = _Bitmaps(volume.eow_information, self._sector, budget) if is_mapped else None

    def content(self, offset: int, length: int) -> bytes:
        """Whole sectors as they are behind the encryption; fewer where the disk ends. Raises `Unreadable`."""
        pieces: list[bytes] = []
        for run in _joined(self._runs(offset // self._sector, length // self._sector)):
            piece = self._read(run)
            pieces.append(piece)
            if len(piece) < run.size * self._sector:
                break
        return b"".join(pieces)

    def _read(self, run: Run) -> bytes:
        wanted = run.size * self._sector
        if run.kind == "zeros":
            return bytes(wanted)
        if run.kind == "torn":
            raise Unreadable(Cause.DAMAGED, "This part was being encrypted when the power went; it was not read.")
        data = self._disk.read(run.place * self._sector, wanted)
        data = data[: len(data) - len(data) % self._sector]
        if run.kind == "encrypted" and self._cipher is not None:
            return self._cipher.decrypt(data, run.place)
        if run.kind == "first":
            return bytes(data[:3]) + b"NTFS    " + data[11:56] + self._mirror.to_bytes(8, "little") + data[64:]
        return bytes(data)

    def _runs(self, sector: int, count: int) -> Iterator[Run]:
        end = sector + count
        while sector < end:
            kind, place, until = self._at(sector)
            size = max(1, min(end, until) - sector)
            yield Run(kind, place, size)
            sector += size

    def _at(self, sector: int) -> tuple[Kind, int, int]:
        """What a sector is, where it lies, and the sector before which that ends."""
        if self._is_vista and sector < _VISTA_PLAIN_BYTES // self._sector:
            return ("first", 0, 1) if not sector else ("plain", sector, _VISTA_PLAIN_BYTES // self._sector)
        if sector < self._moved:
            kind, until = self._state(sector + self._moved_to)
            return kind, sector + self._moved_to, min(self._moved, until - self._moved_to)
        after = bisect_right(self._starts, sector)
        if after:
            start, size = self._regions[after - 1]
            if sector < start + size:
                return "zeros", sector, start + size
        kind, until = self._state(sector)
        return kind, sector, min(until, self._starts[after]) if after < len(self._starts) else until

    def _state(self, sector: int) -> tuple[Kind, int]:
        """Whether what lies there is encrypted, and the sector before which that ends."""
        far = self._disk.size // self._sector + 1
        if self._cipher is None:
            return "plain", far
        if self._bitmaps is not None:
            return self._bitmaps.state(sector)
        if sector in self._torn:
            return "torn", self._torn.stop
        if not self._plain_from or sector < self._plain_from:
            return "encrypted", self._plain_from or far
        return "plain", far


class _Bitmaps:
    """Which chunks are encrypted where only the used space is."""

    def __init__(self, information: Any, sector_bytes: int, budget: Budget) -> None:
        """Raises `Unreadable` where no sound copy of them is there."""
        if information is None:
            raise _untold()
        budget.spend_items(_CLOCK_ITEMS * (1 + len(information.header.BitmapOffsets)))
        self._chunk = max(1, int(information.chunk_size) // sector_bytes)
        maps = sorted(information.bitmaps, key=lambda one: int(one.region_offset))
        self._maps = [(int(one.region_offset) // sector_bytes, *_newest(one)) for one in maps]
        self._starts = [start for start, _, _ in self._maps]
        self._end = max((int(one.region_offset + one.region_size) // sector_bytes for one in maps), default=0)

    def state(self, sector: int) -> tuple[Kind, int]:
        """As `Layout._state`. What lies behind the last region was there before the volume was encrypted."""
        if sector >= self._end:
            return "plain", sector + self._chunk
        number = bisect_right(self._starts, sector) - 1
        start, bits, size = self._maps[number] if number >= 0 else (0, b"", 0)
        chunk = (sector - start) // self._chunk
        if chunk >= min(size, 8 * len(bits)):
            raise _untold()
        is_encrypted = bits[chunk >> 3] >> (chunk & 7) & 1
        return "encrypted" if is_encrypted else "plain", start + (chunk + 1) * self._chunk


def _untold() -> Unreadable:
    return Unreadable(Cause.DAMAGED, "Which parts of this volume BitLocker has encrypted could not be told.")


def _newest(bitmap: Any) -> tuple[bytes, int]:
    """The bits of the sound record that was written last, and how many there are."""
    sound = [record for record in bitmap.records if record.is_valid()]
    if not sound:
        raise _untold()
    last = max(sound, key=lambda record: int(record.sequence_number))
    return bytes(last.bitmap), int(last.bitmap_size)


def _joined(runs: Iterator[Run]) -> Iterator[Run]:
    """Those of one kind that follow each other as one."""
    held: Run | None = None
    for run in runs:
        if held is not None and (held.kind, held.place + held.size) == (run.kind, run.place):
            held = Run(held.kind, held.place, held.size + run.size)
            continue
        if held is not None:
            yield held
        held = run
    if held is not None:
        yield held
