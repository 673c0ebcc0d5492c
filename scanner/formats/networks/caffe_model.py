"""Caffe: trained networks (.caffemodel), both the older and the newer way of writing layers.

The file is a protocol buffer (NetParameter); field numbers are those of caffe.proto.
"""

import re
from collections.abc import Iterator

from scanner.formats.buffers import matches_in
from scanner.formats.networks import Extent
from scanner.formats.networks.blueprint import Blueprint, drawn, text_of
from scanner.formats.protobuf import FIXED32, LENGTH, VARINT, Field, fields, is_message, numbers, places
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="caffe-model",
    version=1,
    line="Caffe networks (.caffemodel): layers, shapes of weights",
    specification="https://github.com/BVLC/caffe/blob/master/src/caffe/proto/caffe.proto",
    limits="Weights are not read.",
    suffixes=(".caffemodel",),
    magics=(Magic(b"\n"),),
    proves_type=True,
)
_NET = {1: LENGTH, 2: LENGTH, 3: LENGTH, 4: VARINT, 5: VARINT, 6: LENGTH, 7: VARINT, 8: LENGTH, 100: LENGTH}
MARKS = (b"\x12\x0bConvolution", b"\x12\x0cInnerProduct", b'"\x05conv1')
"""A kind of layer as layers of today have it (field 2, the length, the name), and a name in old ones."""
_BEGINNING = re.compile(rb"\n[\x01-\x7f][ -~]{1,127}?(?=\xa2\x06|[\x12\x1a])")
_FURTHEST_BYTES = 16 << 20
_OLD_NAMES = (
    "None Accuracy BNLL Concat Convolution Data Dropout EuclideanLoss Flatten HDF5Data HDF5Output Im2col ImageData "
    "InfogainLoss InnerProduct LRN MultinomialLogisticLoss Pooling ReLU Sigmoid Softmax SoftmaxWithLoss Split TanH "
    "WindowData Eltwise Power SigmoidCrossEntropyLoss HingeLoss MemoryData ArgMax Threshold DummyData Slice MVN "
    "AbsVal Silence ContrastiveLoss Exp Deconvolution"
)
_LAYERS = (2, 100)
_NUMBERS = 5
_ONCE = frozenset({1})
_OLD_KINDS = dict(enumerate(_OLD_NAMES.split()))
"""Kinds of layer by their number, as old files write them."""
_NEW = {"name": 1, "kind": 2, "takes": 3, "gives": 4, "blobs": 7}
_OLD = {"name": 4, "kind": 5, "takes": 2, "gives": 3, "blobs": 6}


def wants(name: str, head: bytes) -> bool:
    """Whether a name is followed by layers; under another ending, only what is surely that."""
    if not is_message(head, _NET, least=2):
        return False
    behind = head[2 + head[1] :] if len(head) > 2 and head[1] < 0x80 else b""
    title = head[2 : 2 + head[1]] if behind else b""
    is_named = behind[:2] == b"\xa2\x06" or (behind[:1] == b"\x12" and behind[3:4] in b"\x0a\x12\x1a\x22")
    return name.endswith(".caffemodel") or (is_named and all(31 < byte < 127 for byte in title))


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("caffe", budget)
    yield from drawn(plan, "layers", lambda: _read(source.view(), plan, budget))


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """The net around a layer: the first name before it from which fields lead to the layer."""
    for found in matches_in(_BEGINNING, data, max(0, at - _FURTHEST_BYTES), at):
        budget.spend_items()
        start = found.start()
        lies = list(places(data[start:], _NET, _ONCE, budget))
        if any(place.number in _LAYERS and start + place.start < at < start + place.end for place in lies):
            return Extent(start, start + lies[-1].end)
    return None


def blocks(source: Source, budget: Budget) -> Iterator[memoryview]:
    """The packed numbers of each blob."""
    for part in fields(source.view(), budget):
        slots = _OLD if part.number == 2 else _NEW
        for inner in fields(part.data, budget) if part.number in _LAYERS and part.wire == LENGTH else ():
            for value in fields(inner.data, budget) if inner.number == slots["blobs"] else ():
                if value.number == _NUMBERS and value.wire == LENGTH:
                    yield value.data


def _read(data: memoryview, plan: Blueprint, budget: Budget) -> None:
    names, shapes = [], []
    for part in fields(data, budget):
        if part.number == 1 and part.wire == LENGTH:
            plan.name = text_of(part.data)
        elif part.number in (2, 100) and part.wire == LENGTH:
            _read_layer(part.data, _OLD if part.number == 2 else _NEW, plan, budget)
        elif part.number == 3:
            names.append(text_of(part.data))
        elif part.number == 4:
            shapes.append(part.signed)
    for number, name in enumerate(names):
        plan.takes(name, shapes[4 * number : 4 * number + 4])


def _read_layer(data: memoryview, slots: dict[str, int], plan: Blueprint, budget: Budget) -> None:
    found: dict[int, list[Field]] = {number: [] for number in slots.values()}
    for part in fields(data, budget):
        if part.number in found:
            found[part.number].append(part)
    name, kind = _title(found[slots["name"]]), _kind(found[slots["kind"]])
    takes, gives = ([text_of(part.data) for part in found[slots[side]]] for side in ("takes", "gives"))
    blobs = [part.data for part in found[slots["blobs"]]]
    for number, blob in enumerate(blobs):
        plan.weight(f"{name}.{number}", _blob_shape(blob, budget))
    if kind == "Input" or kind.endswith("Data"):
        plan.takes(gives[0] if gives else name)
    elif kind:
        plan.layer(kind, name, [*takes, *(f"{name}.{number}" for number in range(len(blobs)))], gives)


def _title(found: list[Field]) -> str:
    return text_of(found[0].data) if found else ""


def _kind(found: list[Field]) -> str:
    """By name, or in old files by number."""
    if not found:
        return ""
    return text_of(found[0].data) if found[0].wire == LENGTH else _OLD_KINDS.get(found[0].value, "")


def _blob_shape(data: memoryview, budget: Budget) -> list[int]:
    """The shape of a blob: a list of axes, or four of them apart in old files."""
    old: dict[int, int] = {}
    for part in fields(data, budget):
        if part.number == 7 and part.wire == LENGTH:
            return [axis for inner in fields(part.data, budget) for axis in numbers(inner, budget)]
        if part.number in (1, 2, 3, 4) and part.wire == VARINT:
            old[part.number] = part.signed
        elif part.wire == FIXED32:
            break
    return [old[number] for number in sorted(old)]
