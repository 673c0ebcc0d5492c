"""GGUF: metadata, names and shapes of tensors; the weights behind them are not touched.

Specification: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

import struct
from collections.abc import Iterator

from scanner.formats.networks.blueprint import Blueprint, drawn, text_of
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="gguf",
    version=1,
    line="GGUF: names and shapes of weights, metadata",
    specification="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md",
    limits="Weights are not read; the file has no graph. Version 1 and files for big-endian machines are not read.",
    magics=(Magic(b"GGUF"),),
    proves_type=True,
)
_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_TEXT, _LIST = 8, 9
_MOST_AXES = 8


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("gguf", budget)
    yield from drawn(plan, "header", lambda: _Header(source.view(), budget).read(plan))


class _Header:
    def __init__(self, data: memoryview, budget: Budget) -> None:
        self._data = data
        self._budget = budget
        self._at = 8

    def read(self, plan: Blueprint) -> None:
        tensors, entries = self._number("<Q"), self._number("<Q")
        for _ in range(entries):
            self._budget.spend_items()
            key = self._text()
            value = self._value(self._number("<I"))
            if isinstance(value, str):
                plan.tells(f"{key}={value}")
        for _ in range(tensors):
            self._budget.spend_items()
            name = self._text()
            axes = self._number("<I")
            if axes > _MOST_AXES:
                raise Unreadable(Cause.DAMAGED, "A block of weights has more axes than there can be.")
            plan.weight(name, [self._number("<Q") for _ in range(axes)])
            self._skip(4 + 8)

    def _value(self, kind: int) -> str | None:
        if kind == _TEXT:
            return self._text()
        if kind == _LIST:
            inner, count = self._number("<I"), self._number("<Q")
            if inner in _WIDTHS:
                self._skip(_WIDTHS[inner] * count)
                return None
            for _ in range(count):
                self._budget.spend_items()
                self._value(inner)
            return None
        if kind not in _WIDTHS:
            raise Unreadable(Cause.DAMAGED, "The metadata holds a kind of value that there is not.")
        self._skip(_WIDTHS[kind])
        return None

    def _number(self, code: str) -> int:
        start = self._at
        self._skip(struct.calcsize(code))
        value: int = struct.unpack_from(code, self._data, start)[0]
        return value

    def _text(self) -> str:
        size = self._number("<Q")
        start = self._at
        self._skip(size)
        return text_of(self._data[start : start + size])

    def _skip(self, count: int) -> None:
        if count > len(self._data) - self._at:
            raise Unreadable(Cause.DAMAGED, "The header of the weights ends in the middle of a value.")
        self._at += count
