"""What NTFS compressed (LZNT1), one unit of a file at a time.

```
header of 2 bytes: length - 1, bit 15: it is compressed │ up to 4 KiB once they are undone │ … │ 0
compressed: a byte of 8 marks │ for each a byte as it is, or 2: how far back and how long, in shares that the place sets
```
Specification: [MS-XCA] 2.5, https://learn.microsoft.com/openspecs/windows_protocols/ms-xca.
"""

from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_PART_BYTES = 4096
_IS_COMPRESSED = 0x8000
_SHORTEST = 3


def undone(packed: bytes, most: int) -> bytes:
    """Up to `most` bytes of a unit; what a part lacks to 4 KiB is zeros, for each stands for as much.

    Raises:
        Unreadable: It is damaged.
    """
    made = bytearray()
    at = 0
    while at + 2 <= len(packed) and len(made) < most:
        header = int.from_bytes(packed[at : at + 2], "little")
        if not header:
            break
        part = packed[at + 2 : at + 3 + (header & 0xFFF)]
        at += 2 + len(part)
        plain = _part(part) if header & _IS_COMPRESSED else part
        made += plain.ljust(_PART_BYTES, b"\0")
    return bytes(made[:most])


def _part(packed: bytes) -> bytes:
    made = bytearray()
    at, end = 0, len(packed)
    while at < end and len(made) < _PART_BYTES:
        marks = packed[at]
        at += 1
        if not marks:
            made += packed[at : at + 8]
            at += 8
            continue
        for bit in range(8):
            if at >= end or len(made) >= _PART_BYTES:
                break
            if marks >> bit & 1:
                _repeat(made, packed[at : at + 2])
                at += 2
            else:
                made.append(packed[at])
                at += 1
    return bytes(made[:_PART_BYTES])


def _repeat(made: bytearray, token: bytes) -> None:
    """Add what a token says is there already; the further on, the more of its bits say how far back."""
    for_length = 16 - max(4, (len(made) - 1).bit_length())
    word = int.from_bytes(token, "little")
    back, length = (word >> for_length) + 1, (word & ((1 << for_length) - 1)) + _SHORTEST
    if back > len(made) or len(token) < 2:
        raise Unreadable(Cause.DAMAGED, "What the file system compressed of it is damaged.")
    piece = made[-back:]
    made += (piece * (length // back + 1))[:length]
