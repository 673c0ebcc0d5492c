"""An artifact for tests, made of bytes in memory."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from scanner.model.source import HEAD_BYTES


@dataclass(frozen=True)
class BytesSource:
    """Implements `scanner.model.source.Source`."""

    name: str
    data: bytes
    focus: frozenset[str] = frozenset()
    neighbours: Mapping[str, bytes] = field(default_factory=dict)
    keys: tuple[bytes, ...] = ()
    focus_at: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def head(self) -> bytes:
        return self.data[:HEAD_BYTES]

    def focus_in(self, data: bytes) -> frozenset[str]:
        return self.focus

    def view(self, offset: int = 0, length: int | None = None) -> memoryview:
        assert offset >= 0, "a reader asked for bytes before the beginning"
        assert length is None or length >= 0, "a reader asked for a negative number of bytes"
        end = None if length is None else offset + length
        return memoryview(self.data)[offset:end]

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data)

    def group(self, name: str) -> "BytesSource | None":
        data = self.neighbours.get(name)
        return None if data is None else BytesSource(name, data, neighbours=self.neighbours)
