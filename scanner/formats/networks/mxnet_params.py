"""MXNet: weights (.params): their shapes and names; the numbers are stepped over.

Source: https://github.com/apache/mxnet/blob/master/src/ndarray/ndarray.cc (NDArray::Save)
"""

from collections.abc import Iterator

from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.cursor import Cursor
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="mxnet-params",
    version=1,
    line="MXNet weights (.params): names and shapes",
    specification="https://github.com/apache/mxnet/blob/master/src/ndarray/ndarray.cc",
    limits="Weights are not read. Sparse blocks are not told.",
    magics=(Magic(b"\x12\x01\0\0\0\0\0\0"),),
    proves_type=True,
)
_WIDTHS = {0: 4, 1: 8, 2: 2, 3: 1, 4: 4, 5: 1, 6: 8}
_TYPES = {0: "float32", 1: "float64", 2: "float16", 3: "uint8", 4: "int32", 5: "int8", 6: "int64"}
_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_MOST_AXES = 16


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged, unsupported or limit.
    """
    plan = Blueprint("mxnet", budget)
    yield from drawn(plan, "arrays", lambda: _Arrays(source.view(), budget).read(plan))


class _Arrays:
    def __init__(self, data: memoryview, budget: Budget) -> None:
        self._budget = budget
        self._cursor = Cursor(data, 16)

    def read(self, plan: Blueprint) -> None:
        found = []
        for _ in range(self._cursor.number("<Q")):
            self._budget.spend_items()
            found.append(self._array())
        for shape, kind in found[self._cursor.number("<Q") :]:
            plan.weight("", shape, kind)
        self._cursor.at -= 8
        for shape, kind in found[: self._cursor.number("<Q")]:
            plan.weight(self._cursor.text().rpartition(":")[2], shape, kind)

    def _array(self) -> tuple[list[int], str]:
        magic = self._cursor.number("<I")
        if magic in (_V2, _V3) and self._cursor.number("<i") != 0:
            raise Unreadable(Cause.UNSUPPORTED, "Sparse blocks of weights are not read.")
        if magic in (_V1, _V2, _V3):
            axes, code = self._cursor.number("<I"), "<q"
        else:
            axes, code = magic, "<I"
        if axes > _MOST_AXES:
            raise Unreadable(Cause.DAMAGED, "A block of weights has more axes than there can be.")
        shape = [self._cursor.number(code) for _ in range(axes)]
        if not shape:
            return [], ""
        self._cursor.skip(8)
        kind = self._cursor.number("<i")
        size = _WIDTHS.get(kind, 4)
        for axis in shape:
            size *= max(axis, 0)
        self._cursor.skip(size)
        return shape, _TYPES.get(kind, "")
