"""AES over the sectors of a volume, all sectors of a read at once: XTS, CBC and ECB with the initial values that LUKS,
BitLocker and FileVault use, and BitLocker's Elephant diffuser.

Python's price is one per operation, so each operation here works on every sector of a read: one number of many bits
holds a lane for each. The library of the `images` extra goes block by block; it is the oracle of the tests, and reads
0.8 MB/s by XTS where this reads 100.

Specifications: IEEE 1619-2007 (XTS); Linux, drivers/md/dm-crypt.c (the initial values); N. Ferguson, AES-CBC +
Elephant diffuser, 2006.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from scanner.containers.libraries import library

_BLOCK = 16
_LANE_BITS = 128

Initial = Callable[[int, int, int], bytes]
"""From the first number, the distance of two and how many: the initial values of so many sectors."""


class UnknownCipher(ValueError):
    """A cipher that is none of these; its text says which."""


class SectorCipher:
    """A cipher over sectors of one size. Numbers of sectors count in units of `unit` bytes."""

    def __init__(self, spec: str, key: bytes, sector_bytes: int, unit_bytes: int) -> None:
        """`spec` is written as Linux writes it: `aes-xts-plain64`, `aes-cbc-essiv:sha256`, `aes-cbc-eboiv`,
        `aes-cbc-elephant` (then with BitLocker's 64 bytes of key, of which `key` has those that count).

        Raises:
            UnknownCipher: It is none of these.
            ValueError: The key does not fit the cipher.
        """
        name, _, rest = spec.partition("-")
        mode, _, initial = rest.partition("-")
        if name != "aes" or mode not in ("xts", "cbc", "ecb"):
            raise UnknownCipher(spec)
        half = len(key) // 2
        self._is_chained = mode == "cbc"
        self._tweak = _ecb(key[half:]) if mode == "xts" else None
        self._diffuser = _ecb(key[half:]) if initial == "elephant" else None
        self._data = _ecb(key[:half] if self._tweak or self._diffuser else key)
        own = key[:half] if self._diffuser else key
        self._initial = None if mode == "ecb" else _initial(initial, own, sector_bytes)
        self._sector_bytes = sector_bytes
        self._step = sector_bytes // unit_bytes

    def decrypt(self, data: bytes | memoryview, sector: int = 0, output: bytearray | None = None) -> bytes:
        """The content of whole sectors, of which the first has that number.

        Raises:
            ValueError: A sector is cut off.
        """
        count, rest = divmod(len(data), self._sector_bytes)
        if rest:
            raise ValueError("sectors that are cut off")
        if not count:
            return b""
        plain = self._plain(data, self._initial(sector, self._step, count) if self._initial else b"")
        if self._diffuser is not None:
            plain = _undiffused(plain, self._sector_bytes, self._sector_keys(sector, count))
        if output is not None:
            output[:] = plain
        return plain

    def _plain(self, data: bytes | memoryview, initial: bytes) -> bytes:
        if self._tweak is not None:
            mask = _tweaks(self._tweak.encrypt(initial), self._sector_bytes // _BLOCK)
            return _xor(self._data.decrypt(_xor(data, mask)), mask)
        plain: bytes = self._data.decrypt(bytes(data))
        return _xor(plain, self._before(data, initial)) if self._is_chained else plain

    def _before(self, data: bytes | memoryview, initial: bytes) -> bytearray:
        """What CBC chains each block to: the one before it, and of a sector's first one the initial value."""
        chain = bytearray(_BLOCK) + data[:-_BLOCK]
        words, values, apart = memoryview(chain).cast("Q"), memoryview(initial).cast("Q"), self._sector_bytes // 8
        words[0::apart], words[1::apart] = values[0::2], values[1::2]
        return chain

    def _sector_keys(self, sector: int, count: int) -> bytes:
        """The 32 bytes of each sector that stand before the diffuser."""
        assert self._diffuser is not None
        offsets = range(sector * self._sector_bytes, (sector + count) * self._sector_bytes, self._sector_bytes)
        plain = b"".join(at.to_bytes(16, "little") + at.to_bytes(15, "little") + b"\x80" for at in offsets)
        found: bytes = self._diffuser.encrypt(plain)
        return found


def _ecb(key: bytes) -> Any:  # a cipher of pycryptodome, which the extra brings
    aes = library("Crypto.Cipher.AES")
    return aes.new(key, aes.MODE_ECB)


def _xor(one: bytes | bytearray | memoryview, other: bytes | memoryview | bytearray) -> bytes:
    found: bytes = library("Crypto.Util.strxor").strxor(one, other)
    return found


def _numbers(first: int, step: int, count: int, *, width: int = 8) -> bytes:
    top = (1 << 8 * width) - 1
    return b"".join((number & top).to_bytes(_BLOCK, "little") for number in range(first, first + step * count, step))


def _big_numbers(first: int, step: int, count: int) -> bytes:
    return b"".join(number.to_bytes(_BLOCK, "big") for number in range(first, first + step * count, step))


def _initial(name: str, key: bytes, sector_bytes: int) -> Initial:
    kind, _, hashed_by = name.partition(":")
    if kind in ("plain", ""):
        return partial(_numbers, width=4)
    if kind == "plain64":
        return _numbers
    if kind == "plain64be":
        return _big_numbers
    if kind == "essiv":
        if hashed_by not in hashlib.algorithms_available:
            raise UnknownCipher(name)
        salted = _ecb(hashlib.new(hashed_by, key).digest())
        return lambda first, step, count: salted.encrypt(_numbers(first, step, count))
    if kind in ("eboiv", "elephant"):
        own = _ecb(key)
        return lambda first, step, count: own.encrypt(_numbers(first * sector_bytes, step * sector_bytes, count))
    raise UnknownCipher(name)


@lru_cache(maxsize=8)
def _lanes(count: int) -> tuple[int, int]:
    """The lowest bit of every lane of 128, and all bits but the highest of each."""
    ones = int.from_bytes((1).to_bytes(_BLOCK, "little") * count, "little")
    return ones, (ones << _LANE_BITS) - ones ^ (ones << (_LANE_BITS - 1))


def _tweaks(first: bytes, blocks: int) -> bytearray:
    """What XTS lays over each block: of each sector the one given, and doubled in its field from block to block."""
    count = len(first) // _BLOCK
    ones, below = _lanes(count)
    mask = bytearray(len(first) * blocks)
    words, apart = memoryview(mask).cast("Q"), 2 * blocks
    tweak = int.from_bytes(first, "little")
    for block in range(blocks):
        lanes = memoryview(tweak.to_bytes(len(first), "little")).cast("Q")
        words[2 * block :: apart], words[2 * block + 1 :: apart] = lanes[0::2], lanes[1::2]
        tweak = (tweak & below) << 1 ^ (tweak >> (_LANE_BITS - 1) & ones) * 0x87
    return mask


_WORD_LANE = 8
"""Bytes of a lane that holds a word of 32 bits and what carries over from it."""
_TURNS_A, _TURNS_B = (9, 0, 13, 0), (0, 10, 0, 25)


def _undiffused(data: bytes, sector_bytes: int, keys: bytes) -> bytes:
    """Undo the diffuser: B in three rounds, A in five, then the sector's key."""
    count, words = len(data) // sector_bytes, sector_bytes // 4
    wide = memoryview(data).cast("I")
    low = int.from_bytes((0xFFFFFFFF).to_bytes(_WORD_LANE, "little") * count, "little")
    column = []
    for number in range(words):
        lane = memoryview(bytearray(count * _WORD_LANE)).cast("I")
        lane[::2] = wide[number::words]
        column.append(int.from_bytes(lane, "little"))
    for turns, ahead, rounds in ((_TURNS_B, (2, 5), 3), (_TURNS_A, (-2, -5), 5)):
        for number in [*range(words)] * rounds:
            turned = column[(number + ahead[1]) % words] << turns[number % 4]
            turned = (turned | turned >> 32) & low
            column[number] = (column[number] + (column[(number + ahead[0]) % words] ^ turned)) & low
    found = bytearray(len(data))
    out = memoryview(found).cast("I")
    for number, lanes in enumerate(column):
        out[number::words] = memoryview(lanes.to_bytes(count * _WORD_LANE, "little")).cast("I")[::2]
    whole = b"".join(keys[at : at + 32] * (sector_bytes // 32) for at in range(0, len(keys), 32))
    return _xor(found, whole)
