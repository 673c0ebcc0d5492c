"""GGUF: metadata, names and shapes of tensors; the weights behind them are not touched.

Specification: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from collections.abc import Iterator

from scanner.formats.networks import Extent
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.cursor import Cursor
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
MARKS = (b"GGUF\2\0\0\0", b"GGUF\3\0\0\0")
_MOST_INSIDE = 1 << 20
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


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """From the mark on, where numbers of weights and of metadata follow that can be."""
    budget.spend_items()
    counts = [int.from_bytes(data[at + 8 * place : at + 8 * place + 8], "little") for place in (1, 2)]
    return Extent(at) if all(0 < count < _MOST_INSIDE for count in counts) else None


class _Header:
    def __init__(self, data: memoryview, budget: Budget) -> None:
        self._budget = budget
        self._cursor = Cursor(data, 8)

    def read(self, plan: Blueprint) -> None:
        tensors, entries = self._cursor.number("<Q"), self._cursor.number("<Q")
        for _ in range(entries):
            self._budget.spend_items()
            key = self._cursor.text()
            value = self._value(self._cursor.number("<I"))
            if isinstance(value, str):
                plan.tells(f"{key}={value}")
        for _ in range(tensors):
            self._budget.spend_items()
            name = self._cursor.text()
            axes = self._cursor.number("<I")
            if axes > _MOST_AXES:
                raise Unreadable(Cause.DAMAGED, "A block of weights has more axes than there can be.")
            plan.weight(name, [self._cursor.number("<Q") for _ in range(axes)])
            self._cursor.skip(4 + 8)

    def _value(self, kind: int) -> str | None:
        if kind == _TEXT:
            return self._cursor.text()
        if kind == _LIST:
            inner, count = self._cursor.number("<I"), self._cursor.number("<Q")
            if inner in _WIDTHS:
                self._cursor.skip(_WIDTHS[inner] * count)
                return None
            for _ in range(count):
                self._budget.spend_items()
                self._value(inner)
            return None
        if kind not in _WIDTHS:
            raise Unreadable(Cause.DAMAGED, "The metadata holds a kind of value that there is not.")
        self._cursor.skip(_WIDTHS[kind])
        return None
