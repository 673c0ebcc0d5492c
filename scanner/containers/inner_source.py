"""A part of a container as a source of its own, for a reader of another container that looks into it."""

import io
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from scanner.model.source import HEAD_BYTES, Source


class InnerSource:
    """Implements `scanner.model.source.Source` over bytes at hand; it has no neighbours."""

    focus: frozenset[str] = frozenset()
    focus_at: Mapping[str, Sequence[int]] = {}
    keys: tuple[bytes, ...] = ()

    def __init__(self, name: str, data: memoryview) -> None:
        self.name = name
        self._data = data

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self._data)

    @property
    def head(self) -> bytes:
        """The beginning."""
        return bytes(self._data[:HEAD_BYTES])

    def focus_in(self, _data: bytes) -> frozenset[str]:
        """Nothing: there is no focus."""
        return self.focus

    def view(self, offset: int = 0, length: int | None = None) -> memoryview:
        """Bytes from `offset`; shorter at the end, never an error."""
        return self._data[offset:] if length is None else self._data[offset : offset + length]

    def open(self) -> BinaryIO:
        """A stream over a copy of the bytes."""
        return io.BytesIO(self._data)

    def group(self, _name: str) -> Source | None:
        """None."""
        return None
