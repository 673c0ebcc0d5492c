"""FlatBuffers written by hand, back to front as the format wants it, for tiny networks in tests."""

import struct
from collections.abc import Sequence

Number = tuple[str, int]
"""`struct` code and value."""
Value = "Number | str | bytes | Table | Vector | None"


class Table:
    """Slots in the order of the schema; None for one that is not written."""

    def __init__(self, *slots: "Value") -> None:
        self.slots = slots


class Vector:
    """Numbers of one code, or texts and tables."""

    def __init__(self, values: "Sequence[Value]", code: str = "") -> None:
        self.values = values
        self.code = code


class Writer:
    """Writes parts one behind the other and fills offsets in later, which readers do not mind."""

    def __init__(self, identifier: bytes = b"") -> None:
        self._out = bytearray(4)
        self._out += identifier

    def file(self, table: Table) -> bytes:
        struct.pack_into("<I", self._out, 0, self._table(table))
        return bytes(self._out)

    def _align(self) -> int:
        self._out += bytes(-len(self._out) % 8)
        return len(self._out)

    def _table(self, table: Table) -> int:
        layout = self._align()
        self._out += struct.pack("<HH", 4 + 2 * len(table.slots), 4 + 8 * len(table.slots))
        places = [0 if value is None else 4 + 8 * n for n, value in enumerate(table.slots)]
        self._out += struct.pack(f"<{len(places)}H", *places)
        at = self._align()
        self._out += struct.pack("<i", at - layout) + bytes(8 * len(table.slots))
        for place, value in zip(places, table.slots, strict=True):
            self._fill(at + place, value)
        return at

    def _fill(self, place: int, value: "Value") -> None:
        if value is None:
            return
        if isinstance(value, tuple):
            struct.pack_into(value[0], self._out, place, value[1])
            return
        struct.pack_into("<I", self._out, place, self._part(value) - place)

    def _part(self, value: "Value") -> int:
        if isinstance(value, Table):
            return self._table(value)
        at = self._align()
        if isinstance(value, (str, bytes)):
            data = value.encode() if isinstance(value, str) else value
            self._out += struct.pack("<I", len(data)) + data + b"\0"
            return at
        assert isinstance(value, Vector)
        self._out += struct.pack("<I", len(value.values))
        if value.code:
            for number in value.values:
                self._out += struct.pack(value.code, number)
            return at
        start = len(self._out)
        self._out += bytes(4 * len(value.values))
        for n, entry in enumerate(value.values):
            self._fill(start + 4 * n, entry)
        return at
