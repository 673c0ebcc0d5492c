"""Makes dynamic disks of Windows as the kernel's block/partitions/ldm.c reads them, with an MBR."""

import struct
from typing import NamedTuple

SECTOR = 512
DATA, DATABASE_SECTORS = 63, 2048
SIMPLE, STRIPED, WITH_PARITY = 2, 1, 3
_PIECE = 128


class Part(NamedTuple):
    """A part of a volume."""

    disk: int
    start: int
    """In sectors, where the disk's data begin."""
    offset: int
    size: int


class Component(NamedTuple):
    """A copy of a volume."""

    way: int
    parts: tuple[Part, ...]
    stripe: int = 0
    """In sectors."""


class Made(NamedTuple):
    """A volume."""

    name: str
    size: int
    components: tuple[Component, ...]


def _guid(disk: int) -> str:
    return f"00000000-0000-0000-0000-{disk:012d}"


def _number(value: int) -> bytes:
    raw = value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
    return bytes([len(raw)]) + raw


def _text(value: str) -> bytes:
    return bytes([len(value)]) + value.encode()


def _records(volumes: tuple[Made, ...], disks: int) -> list[tuple[int, int, bytes]]:
    made = [
        (0x34, 0, _number(100 + n) + _text(f"Disk{n}") + _text(_guid(n)) + _text("") + bytes(12)) for n in range(disks)
    ]
    number = 200
    for volume in volumes:
        own = number
        body = _number(own) + _text(volume.name) + _text("gen") + _text("") + b"\3".rjust(15, b"\0") + bytes(6)
        body += _number(len(volume.components)) + bytes(16) + _number(volume.size) + bytes(24)
        made.append((0x51, 0, body))
        for component in volume.components:
            number += 1
            parent = number
            body = _number(parent) + _text(f"{volume.name}-01") + _text("ACTIVE") + bytes([component.way]) + bytes(4)
            body += _number(len(component.parts)) + bytes(16) + _number(own) + b"\0"
            body += _number(component.stripe) + _number(len(component.parts)) if component.stripe else b""
            made.append((0x32, 0x10 if component.stripe else 0, body))
            for index, part in enumerate(component.parts):
                number += 1
                body = _number(number) + _text(f"Disk{part.disk}-01") + bytes(12)
                body += struct.pack(">QQ", part.start, part.offset) + _number(part.size) + _number(parent)
                made.append((0x33, 8, body + _number(100 + part.disk) + _number(index)))
        number += 1
    return made


def _database(volumes: tuple[Made, ...], disks: int) -> bytes:
    whole = bytearray(DATABASE_SECTORS * SECTOR)
    table = bytearray(SECTOR)
    table[:8] = b"TOCBLOCK"
    table[0x24:0x2A], table[0x46:0x49] = b"config", b"log"
    struct.pack_into(">QQ", table, 0x2E, 17, 1481)
    struct.pack_into(">QQ", table, 0x50, 1498, 224)
    for sector in (1, 2, 2045, 2046):
        whole[sector * SECTOR : (sector + 1) * SECTOR] = table
    pieces = b""
    records = _records(volumes, disks)
    for group, (kind, flags, body) in enumerate(records, 1):
        whole_record = struct.pack(">HBBI", 0, flags, kind, len(body)) + body
        split = [whole_record[at : at + _PIECE - 16] for at in range(0, len(whole_record), _PIECE - 16)]
        for place, piece in enumerate(split):
            head = struct.pack(">4sIIHH", b"VBLK", 4 + len(pieces) // _PIECE, group, place, len(split))
            pieces += (head + piece).ljust(_PIECE, b"\0")
    header = bytearray(SECTOR)
    struct.pack_into(">4s3IHHH", header, 0, b"VMDB", 4 + len(pieces) // _PIECE, _PIECE, SECTOR, 1, 4, 10)
    kinds = [kind for kind, _, _ in records]
    struct.pack_into(">4I", header, 0x85, *map(kinds.count, (0x51, 0x32, 0x33, 0x34)))
    whole[17 * SECTOR : 18 * SECTOR] = header
    whole[18 * SECTOR : 18 * SECTOR + len(pieces)] = pieces
    return bytes(whole)


def dynamic_disk(own: int, data: bytes, volumes: tuple[Made, ...], disks: int = 1) -> bytes:
    """A disk that is number `own` of so many."""
    sectors = -(-len(data) // SECTOR)
    mbr = bytearray(SECTOR)
    mbr[446:462] = struct.pack("<B3xB3xII", 0, 0x42, DATA, sectors + DATABASE_SECTORS)
    mbr[510:] = b"\x55\xaa"
    header = bytearray(SECTOR)
    header[:8] = b"PRIVHEAD"
    struct.pack_into(">HH", header, 12, 2, 12)
    header[48:84], header[0xB0:0xD4] = _guid(own).encode(), _guid(99).encode()
    struct.pack_into(">QQQQ", header, 0x11B, DATA, sectors, DATA + sectors, DATABASE_SECTORS)
    front = bytes(mbr).ljust(6 * SECTOR, b"\0") + bytes(header)
    body = data.ljust(sectors * SECTOR, b"\0")
    return front.ljust(DATA * SECTOR, b"\0") + body + _database(volumes, disks)
