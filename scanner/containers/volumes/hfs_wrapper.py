"""An HFS volume that is there to hold one of HFS+, for Macs that know no other.

Specification: Apple's Technical Note TN1150, “HFS Wrapper”.
"""

import struct

from scanner.containers.disks import Disk, Part
from scanner.containers.volumes import Volume
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "HFS+ in an HFS volume"
_AT, _MARK = 1024, b"BD"
_WITHIN_AT, _WITHIN = 124, (b"H+", b"HX")
MAGICS: tuple[Magic, ...] = tuple(Magic(mark, _AT + _WITHIN_AT) for mark in _WITHIN)

_SECTOR = 512
_BLOCK_BYTES_AT, _FIRST_BLOCK_AT, _EXTENT_AT = 20, 28, 126


def recognises(head: bytes) -> bool:
    """Whether the volume says that another lies in it."""
    return head.startswith(_MARK, _AT) and head[_AT + _WITHIN_AT :][:2] in _WITHIN


def volumes(disk: Disk, budget: Budget) -> list[Volume]:
    """The volume inside. Raises `Unreadable` where it lies outside."""
    budget.spend_items()
    block = bytes(disk.read(_AT, _SECTOR))
    if len(block) < _SECTOR:
        raise Unreadable(Cause.DAMAGED, "The volume ends inside its first block.")
    (block_bytes,) = struct.unpack_from(">I", block, _BLOCK_BYTES_AT)
    (first,) = struct.unpack_from(">H", block, _FIRST_BLOCK_AT)
    start, count = struct.unpack_from(">HH", block, _EXTENT_AT)
    place = first * _SECTOR + start * block_bytes
    if place >= disk.size or not count:
        raise Unreadable(Cause.DAMAGED, "The HFS+ volume inside an HFS volume does not lie where that says.")
    return [Volume("", Part(disk, place, count * block_bytes), place)]
