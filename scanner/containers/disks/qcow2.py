"""QEMU's disk images (qcow2): clusters by way of two levels of tables, some of them compressed.

```
QFI\\xfb version | backing file | cluster bits | size | encryption | entries and offset of level 1 | …   all big-endian
level 1 ─► level 2 ─► cluster: bit 62 compressed (bits below: offset, sectors), bit 0 zeros, else the offset
```
Specification: QEMU docs/interop/qcow2.
"""

import struct
from collections import OrderedDict

from scanner.containers.disks import Disk, disk_of
from scanner.containers.streams import ZSTANDARD, Inflater, broken
from scanner.model.source import Budget, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

NAME = "a QEMU disk image (qcow2)"
MAGICS = (Magic(b"QFI\xfb"),)

_HEADER = struct.Struct(">4sIQIIQIIQ")
_OFFSET, _COMPRESSED, _ZEROS = 0x00FF_FFFF_FFFF_FE00, 1 << 62, 1
_MOST_LEVEL_1 = 4 << 20
_TABLES_HELD, _CLUSTERS_HELD = 64, 64
_INCOMPATIBLE_KNOWN = 0b1011  # dirty, corrupt, compression type
_EXTERNAL_DATA = 0b100
_LONGEST_NAME = 1023


def opened(source: Source, budget: Budget) -> "Qcow2":
    """The disk in the image, with the image below it if that lies beside it.

    Raises:
        Unreadable: It is encrypted, damaged, keeps its data in another file, or the image below is missing.
    """
    return Qcow2(source, budget)


class Qcow2:
    """Implements `Disk`."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self._budget = budget
        self._data = source.view()
        if len(self._data) < 105:
            raise Unreadable(Cause.DAMAGED, "The disk image ends inside its header.")
        _, version, name_at, name_bytes, bits, self.size, encryption, entries, level_1 = _HEADER.unpack_from(self._data)
        features = int.from_bytes(self._data[72:80], "big") if version >= 3 else 0
        if encryption:
            raise Unreadable(Cause.ENCRYPTED, "The disk image is encrypted; its content was not examined.")
        if not 9 <= bits <= 21 or entries > _MOST_LEVEL_1 or version not in (2, 3):
            raise Unreadable(Cause.DAMAGED, "The header of the disk image is damaged.")
        if features & ~_INCOMPATIBLE_KNOWN:
            what = "keeps its data in another file" if features & _EXTERNAL_DATA else "has features that are not known"
            raise Unreadable(Cause.UNSUPPORTED, f"The disk image {what}; frscan cannot read it.")
        self._is_zstandard = version >= 3 and bool(features & 8) and self._data[104] == 1
        self._bits = bits
        budget.spend_items(entries)
        held = self._data[level_1 : level_1 + 8 * entries]
        self._level_1 = struct.unpack(f">{len(held) // 8}Q", held[: len(held) // 8 * 8])
        self._tables: OrderedDict[int, tuple[int, ...]] = OrderedDict()
        self._clusters: OrderedDict[int, bytes] = OrderedDict()
        self._below = self._backing(source, name_at, name_bytes) if name_at and name_bytes else None

    def _backing(self, source: Source, at: int, length: int) -> Disk:
        name = bytes(self._data[at : at + min(length, _LONGEST_NAME)]).decode("utf-8", "backslashreplace")
        beside = source.group(name.replace("\\", "/").rpartition("/")[2])
        if beside is None or beside.name == source.name:
            reason = f"The disk image lies over another one, “{name[-80:]}”, which is not beside it."
            raise Unreadable(Cause.VANISHED, reason)
        return disk_of(beside, self._budget)

    def read(self, offset: int, length: int) -> bytes | memoryview:
        """Bytes of the disk; parts that were never written are zeros. What lies in the image in one piece is not
        copied."""
        cluster_bytes = 1 << self._bits
        end = min(offset + length, self.size)
        found: list[bytes | memoryview] = []
        while offset < end:
            piece: bytes | memoryview | None = self._stretch(offset, end - offset)
            if piece is None:
                within = offset & (cluster_bytes - 1)
                piece = self._cluster(offset >> self._bits, within, min(cluster_bytes - within, end - offset))
            found.append(piece)
            offset += len(piece)
        return found[0] if len(found) == 1 else b"".join(found)

    def _stretch(self, offset: int, length: int) -> memoryview | None:
        """What lies as it is in clusters one behind the other; None where there is none such."""
        cluster_bytes = 1 << self._bits
        number, within = divmod(offset, cluster_bytes)
        first = self._entry(number)
        start = first & _OFFSET
        if not start or first & (_COMPRESSED | _ZEROS):
            return None
        have = cluster_bytes - within
        while have < length:
            number += 1
            entry = self._entry(number)
            if entry & _OFFSET != start + within + have or entry & (_COMPRESSED | _ZEROS):
                break
            have += cluster_bytes
        wanted = min(have, length)
        piece = self._data[start + within : start + within + wanted]
        if len(piece) < wanted:
            raise Unreadable(Cause.DAMAGED, "The disk image is cut; what came before was read.")
        return piece

    def _cluster(self, number: int, within: int, count: int) -> bytes | memoryview:
        entry = self._entry(number)
        if entry & _COMPRESSED:
            return self._unpacked(entry)[within : within + count].ljust(count, b"\0")
        if not entry & (_OFFSET | _ZEROS) and self._below is not None:
            return bytes(self._below.read((number << self._bits) + within, count)).ljust(count, b"\0")
        return bytes(count)

    def _entry(self, number: int) -> int:
        first, second = divmod(number, 1 << (self._bits - 3))
        start = self._level_1[first] & _OFFSET if first < len(self._level_1) else 0
        if not start:
            return 0
        table = self._tables.get(start)
        if table is None:
            self._budget.spend_items(1 << (self._bits - 3) >> 8)
            held = self._data[start : start + (1 << self._bits)]
            table = struct.unpack(f">{len(held) // 8}Q", held[: len(held) // 8 * 8])
            self._tables[start] = table
            if len(self._tables) > _TABLES_HELD:
                self._tables.popitem(last=False)
        return table[second] if second < len(table) else 0

    def _unpacked(self, entry: int) -> bytes:
        known = self._clusters.get(entry)
        if known is not None:
            return known
        split = 62 - (self._bits - 8)
        start = entry & ((1 << split) - 1)
        sectors = ((entry & (_COMPRESSED - 1)) >> split) + 1
        packed = bytes(self._data[start : (start & ~511) + sectors * 512])
        self._budget.spend_bytes(1 << self._bits)
        decoder = ZSTANDARD.decoder() if self._is_zstandard else Inflater(-12)
        try:
            content = decoder.decompress(packed, 1 << self._bits)
        except broken() as error:
            raise Unreadable(Cause.DAMAGED, "A compressed part of the disk image is damaged.") from error
        self._clusters[entry] = content
        if len(self._clusters) > _CLUSTERS_HELD:
            self._clusters.popitem(last=False)
        return content
