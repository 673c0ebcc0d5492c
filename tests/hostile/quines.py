"""Archives that hold themselves, byte for byte: whoever unpacks what comes out never ends.

Deflate can print what it is given (L, a stored block: five bytes and the literal bytes) and repeat what it printed (R,
a match). From these a stream is put together whose output is the archive around it (after Russ Cox, "Zip Files All The
Way Down", 2010):

    [P] L(P L) [P] L R(P L)              P is what stands before the stream, S what stands behind it
    L1 R   L1 L1   L4 R L1 L1 L4   R4    each line prints what the lines before it are
    L4 R4 L4 R4 L4 R4   L4 …             until print and printed meet,
    R4 N N L   R(R S) [S]   R(R S) [S]   and the end is printed by its own kind

The checksum stands inside of what it sums up. It is an affine function of its own bits, so the one that fits follows
from 33 trials by elimination.
"""

import struct
import zlib
from collections.abc import Callable, Iterator

_END_OF_BLOCK = (0, 7)
_UNIT = 5
"""Bytes of each instruction, so that four of them can be repeated as one stretch."""


def gzip_quine() -> bytes:
    """A gzip file that unpacks to itself."""
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    size = len(_once(head, bytes(8)))
    return _fitting(lambda crc: _once(head, struct.pack("<2I", crc, size)))


def zip_quine(name: bytes = b"quine.zip") -> bytes:
    """A zip archive whose one member is the archive."""

    def build(crc: int) -> bytes:
        def before(size: int, packed: int) -> bytes:
            return struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, crc, packed, size, len(name), 0) + name

        def behind(size: int, packed: int) -> bytes:
            sizes = (crc, packed, size, len(name))
            entry = struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, *sizes, 0, 0, 0, 0, 0, 0) + name
            at = len(before(0, 0)) + packed
            return entry + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(entry), at, 0)

        size = packed = 0
        while True:  # the sizes stand in it too
            made = _once(before(size, packed), behind(size, packed))
            found = (len(made), len(made) - len(before(0, 0)) - len(behind(0, 0)))
            if found == (size, packed):
                return made
            size, packed = found

    return _fitting(build)


def _once(before: bytes, behind: bytes) -> bytes:
    start = len(before) + _UNIT
    again = _repeat(start, is_last=False)
    four = _repeat(4 * _UNIT, is_last=False)
    last = _last_repeat(len(behind))
    one, quad, none = _print(_UNIT), _print(4 * _UNIT), _print(0)
    end = _print(len(last) + len(behind))
    first = _print(start)
    return b"".join(
        (
            before, first, before, first, again, one, again, one, one, quad, again, one, one, quad,
            four, quad, four, quad, four, quad, four, quad, four, none, none, end,
            four, none, none, end, last, behind, last, behind,
        )
    )  # fmt: skip


def _print(size: int) -> bytes:
    """The head of a stored block of so many bytes."""
    return struct.pack("<B2H", 0, size, size ^ 0xFFFF)


def _last_repeat(behind: int) -> bytes:
    """The last instruction repeats itself and what stands behind the stream: its own length decides what it says."""
    for length in range(1, 40):
        made = _packed_bits([*_block(length + behind, is_last=True)])
        if len(made) == length:
            return made
    raise ValueError("no length fits")


def _repeat(size: int, *, is_last: bool) -> bytes:
    """Five bytes that repeat the last `size` bytes: empty blocks fill what is left.

    A stored block follows, whose head begins in any of the last bits of the fifth byte or behind it.
    """
    bits = [*_block(size, is_last=is_last)]
    while sum(width for _, width in bits) < 38:
        bits += [(0b010, 3), _END_OF_BLOCK]  # BFINAL 0, BTYPE 01
    if sum(width for _, width in bits) > 40:
        raise ValueError(f"{size} bytes cannot be repeated in five")
    return _packed_bits(bits)


def _block(size: int, *, is_last: bool) -> Iterator[tuple[int, int]]:
    """A block of matches that together repeat `size` bytes, as numbers and their widths in bits."""
    yield (0b011 if is_last else 0b010, 3)
    left = size
    while left:
        length = min(left, 258) if left - min(left, 258) not in (1, 2) else left // 2
        if size in (15, 20):  # two short matches fill five bytes better than one and a filler
            length = {15: (11, 4), 20: (10, 10)}[size][0 if left == size else 1]
        yield from _match(length, size)
        left -= length
    yield _END_OF_BLOCK


def _match(length: int, distance: int) -> Iterator[tuple[int, int]]:
    """RFC 1951, 3.2.5 and 3.2.6: codes of the fixed tables stand with their highest bit first."""
    code, extra, base = _placed(length, _LENGTHS)
    symbol = 257 + code
    yield (_mirrored(symbol - 256, 7), 7) if symbol < 280 else (_mirrored(0xC0 + symbol - 280, 8), 8)
    yield (length - base, extra)
    code, extra, base = _placed(distance, _DISTANCES)
    yield (_mirrored(code, 5), 5)
    yield (distance - base, extra)


def _table(start: int, plain: int, step: int, codes: int) -> list[tuple[int, int]]:
    """Extra bits and base of each code: `plain` codes without extra bits, then `step` codes for each further bit."""
    found, base = [], start
    for code in range(codes):
        extra = max(0, (code - plain) // step + 1)
        found.append((extra, base))
        base += 1 << extra
    return found


_LENGTHS = [*_table(3, 8, 4, 28), (0, 258)]
_DISTANCES = _table(1, 4, 2, 30)


def _placed(value: int, table: list[tuple[int, int]]) -> tuple[int, int, int]:
    code = max(number for number, (_, base) in enumerate(table) if base <= value)
    return code, *table[code]


def _mirrored(value: int, width: int) -> int:
    return int(f"{value:0{width}b}"[::-1], 2)


def _packed_bits(bits: list[tuple[int, int]]) -> bytes:
    value = at = 0
    for number, width in bits:
        value |= number << at
        at += width
    return value.to_bytes((at + 7) // 8, "little")


def _fitting(build: Callable[[int], bytes]) -> bytes:
    """What `build` makes with the checksum that it then has."""
    start = zlib.crc32(build(0))
    columns = [zlib.crc32(build(1 << bit)) ^ start ^ (1 << bit) for bit in range(32)]
    made = build(_solved(columns, start))
    assert zlib.crc32(made) == _solved(columns, start)
    return made


def _solved(columns: list[int], wanted: int) -> int:
    """Which columns, put together by exclusive or, give `wanted`."""
    reduced: list[tuple[int, int]] = []
    for bit, column in enumerate(columns):
        value, made_of = column, 1 << bit
        for pivot, parts in reduced:
            if value ^ pivot < value:
                value, made_of = value ^ pivot, made_of ^ parts
        if value:
            reduced.append((value, made_of))
            reduced.sort(reverse=True)
    solution = 0
    for pivot, parts in reduced:
        if wanted ^ pivot < wanted:
            wanted, solution = wanted ^ pivot, solution ^ parts
    if wanted:
        raise ValueError("no checksum fits")
    return solution
