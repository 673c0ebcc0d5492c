"""Single blocks compressed by LZ4, or by LZO, which firmware prefers: the latter by a library of the `images` extra."""

from scanner.containers.libraries import broken, library, without_extra
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_LZ4_SHORTEST_COPY, _LZ4_LAST_LITERALS = 4, 5
_LZ4_ENDING = b"\xc0" + bytes(12)
"""Twelve literals: a block does not end with a copy."""
_DAMAGED = "A compressed block of it is damaged; what came before was read."


def lzo_block(raw: bytes, size_bytes: int) -> bytes:
    """What a block of LZO1X holds, at most `size_bytes`. Raises `Unreadable`: damaged, or the extra is missing."""
    lzo = library("dissect.util.compression.lzo")
    if lzo is None:
        raise without_extra("data compressed by LZO")
    try:
        content = bytes(lzo.decompress(raw, False, size_bytes))  # noqa: FBT003  (the library's)
    except broken() as error:
        raise Unreadable(Cause.DAMAGED, _DAMAGED) from error
    if len(content) > size_bytes:
        raise Unreadable(Cause.DAMAGED, _DAMAGED)
    return content


def lz4_block(raw: bytes, size_bytes: int, window: bytes = b"") -> bytes:
    """What a block of LZ4 holds, at most `size_bytes`, `window` being what came before it. Raises `Unreadable`."""
    import lz4.block  # late: few targets hold such blocks

    try:
        return bytes(lz4.block.decompress(raw, uncompressed_size=size_bytes, dict=window))
    except (lz4.block.LZ4BlockError, ValueError, OverflowError) as error:
        raise Unreadable(Cause.DAMAGED, _DAMAGED) from error


def lz4_beginning(raw: bytes, size_bytes: int, budget: Budget) -> tuple[bytes, int]:
    """A whole block of LZ4 made of the beginning of one of which nobody says how long it is, and how much it holds: at
    least so many bytes. Literals and copies are counted, not made. Raises `Unreadable`.

    Specification: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md.
    """
    at = made = 0
    while at < len(raw):
        budget.spend_items()
        token = raw[at]
        literals, at = _lz4_count(raw, at + 1, token >> 4)
        at, made = at + literals, made + literals
        if made >= size_bytes and (literals >= _LZ4_LAST_LITERALS or at >= len(raw)):
            return raw[:at], made
        copied, at = _lz4_count(raw, at + 2, token & 15)
        made += copied + _LZ4_SHORTEST_COPY
        if made >= size_bytes:
            return raw[:at] + _LZ4_ENDING, made + len(_LZ4_ENDING) - 1
    raise Unreadable(Cause.DAMAGED, _DAMAGED)


def _lz4_count(raw: bytes, at: int, count: int) -> tuple[int, int]:
    """A count that goes on in the next bytes while they are 255, and where it ends."""
    if count < 15:
        return count, at
    end = at
    while raw[end : end + 1] == b"\xff":
        end += 1
    return count + 255 * (end - at) + sum(raw[end : end + 1]), end + 1
