"""A place in a file that moves forward over numbers and texts, and never beyond the end."""

import struct

from scanner.formats.networks.blueprint import text_of
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause


class Cursor:
    """Every method raises `Unreadable` (damaged) where the file ends first."""

    def __init__(self, data: memoryview, at: int) -> None:
        self._data = data
        self.at = at

    def number(self, code: str) -> int:
        """The number that stands here, by its `struct` code."""
        start = self.at
        self.skip(struct.calcsize(code))
        value: int = struct.unpack_from(code, self._data, start)[0]
        return value

    def text(self) -> str:
        """A text behind its length of eight bytes."""
        size = self.number("<Q")
        start = self.at
        self.skip(size)
        return text_of(self._data[start : start + size])

    def skip(self, count: int) -> None:
        """Pass over bytes that nobody asks for."""
        if count > len(self._data) - self.at:
            raise Unreadable(Cause.DAMAGED, "The description of the weights ends in the middle of a value.")
        self.at += count
