"""Single blocks compressed by LZ4, by LZO, which firmware prefers, or by LZFSE, LZVN and ADC, which Apple does; LZO and
LZFSE with LZVN by libraries of the `images` extra."""

from scanner.containers.libraries import broken, library, without_extra
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_LZ4_SHORTEST_COPY, _LZ4_LAST_LITERALS = 4, 5
_LZ4_ENDING = b"\xc0" + bytes(12)
"""Twelve literals: a block does not end with a copy."""
_LZFSE_END, _LZVN_MARK = b"bvx$", b"bvxn"
_LZFSE_BLOCKS = {b"bvx-": 8, b"bvx2": 32, _LZVN_MARK: 12}
"""Kinds of blocks and how long what describes them is, or its beginning."""
_LZFSE_FEWEST, _LZFSE_USUAL_BYTES = 8, 16 << 10
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


def lzfse_block(raw: bytes, size_bytes: int) -> bytes:
    """What a stream of LZFSE holds, at most `size_bytes`. Raises `Unreadable`: damaged, or the extra is missing.

    The library takes no limit. So a stream is refused whose parts say that they hold more, or that has more parts than
    one of that size: what parts make that lie is then bounded by their number, and by what a worker may allocate.
    Specification: https://github.com/lzfse/lzfse/blob/master/src/lzfse_internal.h.
    """
    lzfse = library("lzfse")
    if lzfse is None:
        raise without_extra("data compressed by LZFSE")
    at = made = count = 0
    while raw[at : at + 4] != _LZFSE_END:
        head = raw[at : at + 32]
        made, count = made + int.from_bytes(head[4:8], "little"), count + 1
        if made > size_bytes or count > _LZFSE_FEWEST + size_bytes // _LZFSE_USUAL_BYTES:
            raise Unreadable(Cause.DAMAGED, _DAMAGED)
        at += _lzfse_part(head)
    try:
        return bytes(lzfse.decompress(raw))[:size_bytes]
    except (lzfse.error, MemoryError) as error:
        raise Unreadable(Cause.DAMAGED, _DAMAGED) from error


def _lzfse_part(head: bytes) -> int:
    """How long a part is, by its beginning."""
    kind = head[:4]
    if len(head) < _LZFSE_BLOCKS.get(kind, len(head) + 1):
        raise Unreadable(Cause.DAMAGED, _DAMAGED)
    if kind == b"bvx2":
        literals, copies, own = (int.from_bytes(head[start : start + 8], "little") for start in (8, 16, 24))
        return (literals >> 20 & 0xFFFFF) + (copies >> 40 & 0xFFFFF) + (own & 0xFFFF_FFFF)
    size_at = 8 if kind == _LZVN_MARK else 4
    return _LZFSE_BLOCKS[kind] + int.from_bytes(head[size_at : size_at + 4], "little")


def lzvn_block(raw: bytes, size_bytes: int) -> bytes:
    """What a block of LZVN holds, at most `size_bytes`. Raises `Unreadable`: damaged, or the extra is missing."""
    sizes = size_bytes.to_bytes(4, "little") + len(raw).to_bytes(4, "little")
    return lzfse_block(_LZVN_MARK + sizes + raw + _LZFSE_END, size_bytes)


def adc_block(raw: bytes, size_bytes: int, budget: Budget) -> bytes:
    """What a block of Apple Data Compression holds, at most `size_bytes`. Raises `Unreadable`.

    Each run is literals (1 byte, then they), or a copy of 2 or 3 bytes: length, and how far back less one. Apple does
    not describe it; source: libmodi, “Mac OS disk image types”, Apple Data Compression.
    """
    made, at = bytearray(), 0
    while len(made) < size_bytes and at < len(raw):
        budget.spend_items()
        first = raw[at]
        if first & 0x80:
            count = (first & 0x7F) + 1
            made += raw[at + 1 : at + 1 + count]
            at += 1 + count
            continue
        is_long = bool(first & 0x40)
        count = (first & 0x3F) + 4 if is_long else (first >> 2 & 0x0F) + 3
        told = int.from_bytes(raw[at + 1 : at + 3], "big") if is_long else (first & 3) << 8 | sum(raw[at + 1 : at + 2])
        at += 3 if is_long else 2
        back = told + 1
        if back > len(made) or at > len(raw):
            raise Unreadable(Cause.DAMAGED, _DAMAGED)
        source = made[len(made) - back :][:count]
        made += (source * (count // len(source) + 1))[:count]
    return bytes(made[:size_bytes])


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
