"""Reads the numbers, bits and checksums that the headers of 7z archives are made of (`DOC/7zFormat.txt`)."""

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_ROW_BYTES = 200
"""What a file or stream takes in memory, roughly."""


def damaged(what: str = "The header of the 7z archive is damaged; its files could not be listed.") -> Unreadable:
    """What is raised where a header contradicts itself."""
    return Unreadable(Cause.DAMAGED, what)


class Cursor:
    """Reads a header from its beginning; raises `Unreadable` behind its end."""

    def __init__(self, data: bytes | memoryview, budget: Budget) -> None:
        self._data = memoryview(data)
        self._at = 0
        self.budget = budget

    def take(self, count: int) -> bytes:
        """The next bytes."""
        taken = self._data[self._at : self._at + count]
        if count < 0 or len(taken) < count:
            raise damaged()
        self._at += count
        return bytes(taken)

    def rest(self) -> bytes:
        """All that is left, in whole pairs of bytes."""
        return self.take((len(self._data) - self._at) // 2 * 2)

    def byte(self) -> int:
        """The next byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """A number of 1 to 9 bytes: each leading 1 of the first byte means one byte more."""
        first = self.byte()
        more = next((count for count in range(8) if not first & 0x80 >> count), 8)
        low = int.from_bytes(self.take(more), "little")
        return low | (first & (0x7F >> more)) << 8 * more if more < 8 else low

    def count(self, most: int = 1 << 32) -> int:
        """A number that a loop will turn for, spent from the budget."""
        number = self.number()
        if number > most:
            raise damaged()
        self.budget.spend_items(number)
        self.budget.spend_bytes(number * _ROW_BYTES)
        return number

    def bits(self, count: int) -> list[bool]:
        """As many truth values, eight to a byte."""
        raw = self.take(-(-count // 8))
        return [bool(raw[n >> 3] & 0x80 >> (n & 7)) for n in range(count)]

    def known(self, count: int) -> list[bool]:
        """Which of several values are given."""
        return [True] * count if self.byte() else self.bits(count)

    def checksums(self, count: int) -> list[int | None]:
        """Checksums of those that have one."""
        return [int.from_bytes(self.take(4), "little") if known else None for known in self.known(count)]
