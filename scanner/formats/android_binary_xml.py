"""The binary form of XML in which Android's system keeps its own settings since version 12.

```
ABX\\0 │ byte: kind of value << 4 | kind of event, then what they ask for
event: 0 begin, 1 end, 2 tag, 3 end of tag, 4 text …, 15 attribute (its name, interned, then its value)
value: 1 none, 2 text, 3 interned text, 4 bytes as hex, 5 as base64, 6 int, 7 int in hex, 8 long, 9 long in hex,
       10 float, 11 double, 12 true, 13 false          all big-endian, a text has its length in two bytes before it
interned: number in two bytes; ffff: a new one follows
```
Specification: AOSP, frameworks/libs/modules-utils, FastDataOutput and BinaryXmlSerializer.
"""

import struct
from collections.abc import Iterator

from scanner.formats.records import damaged
from scanner.model.source import Budget

MAGIC = b"ABX\0"

_TAG, _END_OF_TAG, _ATTRIBUTE = 2, 3, 15
_NONE, _TEXT, _INTERNED, _HEX, _BASE64, _TRUE, _FALSE = 1, 2, 3, 4, 5, 12, 13
_NUMBERS = {6: ">i", 7: ">i", 8: ">q", 9: ">q", 10: ">f", 11: ">d"}
_IN_HEX = frozenset({7, 9})
_NEW = 0xFFFF
_MOST_INTERNED = 0xFFFF


def start_tags(data: memoryview, budget: Budget) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield name and attributes of each element where it begins.

    Raises:
        Unreadable: damaged; what stood before was yielded.
    """
    reader = _Reader(data)
    tag, attributes = "", dict[str, str]()
    while reader.at < len(data):
        budget.spend_items()
        token = reader.number(1)
        event, kind = token & 15, token >> 4
        if event == _ATTRIBUTE:
            name = reader.interned()
            attributes[name] = reader.value(kind)
            continue
        if tag:
            yield tag, attributes
        text = reader.value(kind)
        tag, attributes = (text, {}) if event == _TAG else ("", {})
    if tag:
        yield tag, attributes


class _Reader:
    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._interned: list[str] = []
        self.at = len(MAGIC)

    def take(self, count: int) -> bytes:
        """The next bytes."""
        piece = bytes(self._data[self.at : self.at + count])
        if len(piece) < count:
            raise damaged("The binary XML ends early.")
        self.at += count
        return piece

    def number(self, count: int) -> int:
        """A number of so many bytes."""
        return int.from_bytes(self.take(count), "big")

    def text(self) -> str:
        """A text with its length before it."""
        return self.take(self.number(2)).decode("utf-8", "backslashreplace")

    def interned(self) -> str:
        """A text that may have been there before."""
        number = self.number(2)
        if number != _NEW:
            if number >= len(self._interned):
                raise damaged("The binary XML names a text that is not there.")
            return self._interned[number]
        text = self.text()
        if len(self._interned) < _MOST_INTERNED:
            self._interned.append(text)
        return text

    def value(self, kind: int) -> str:
        """A value as text."""
        if kind in (_HEX, _BASE64):
            return self.take(self.number(2)).hex()
        if kind in _NUMBERS:
            (number,) = struct.unpack(_NUMBERS[kind], self.take(struct.calcsize(_NUMBERS[kind])))
            return f"{number:x}" if kind in _IN_HEX else str(number)
        known = {0: "", _NONE: "", _TRUE: "true", _FALSE: "false"}
        if kind in known:
            return known[kind]
        if kind == _TEXT:
            return self.text()
        if kind == _INTERNED:
            return self.interned()
        raise damaged("The binary XML holds a value of a kind that is not known.")
