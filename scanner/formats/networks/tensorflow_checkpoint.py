"""TensorFlow checkpoints and the variables of SavedModels, by their index (.index): names and shapes of weights.

The index is a table of sorted strings: blocks of entries, each a key that shares a beginning with the one before it and
a value, with a footer that leads to the list of blocks. A value is a protocol buffer (BundleEntryProto).

Sources: https://github.com/google/leveldb/blob/main/doc/table_format.md,
https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/tensor_bundle.proto
"""

from collections.abc import Iterator

from scanner.formats.networks import Extent
from scanner.formats.networks.blueprint import Blueprint, drawn, text_of
from scanner.formats.protobuf import LENGTH, VARINT, fields, varint
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="tensorflow-checkpoint",
    version=2,
    line="TensorFlow checkpoints and variables of SavedModels (.index): names and shapes of weights",
    specification="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/protobuf/tensor_bundle.proto",
    limits="The files with the weights are not read. An index that is compressed is not read.",
    suffixes=(".index",),
    magics=(Magic(b"\x08\x01\x1a\x02\x08\x01", 3),),
)
_FOOTER_BYTES, _TRAILER_BYTES = 48, 5
MARKS = (bytes.fromhex("57fb808b247547db"),)
"""The last eight bytes."""
_LONGEST_KEY = 4096
_TYPES = {1: "float32", 2: "float64", 3: "int32", 4: "uint8", 6: "int8", 7: "string", 9: "int64", 10: "bool"}
_TYPES |= {14: "bfloat16", 19: "float16"}
_OF_TRAINING = ("/Adam", "/Momentum", "/ExponentialMovingAverage", "/.OPTIMIZER_SLOT", "/RMSProp", "/Adagrad")
"""Parts of names of numbers that only the training needed: as many as weights, and of the same shapes."""


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether the first entry has an empty key and the value of a header, which begins with a number of files."""
    return head[:2] == b"\0\0" and head[3:4] == b"\x08"


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the weights.

    Raises:
        Unreadable: damaged, limit, or unsupported (compressed).
    """
    plan = Blueprint("tensorflow", budget)
    yield from drawn(plan, "index", lambda: _read(source.view(), plan, budget))


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """The index that ends with the mark: its list of blocks, right before the footer, lies as far from the beginning as
    the footer says."""
    budget.spend_items()
    end = at + len(MARKS[0])
    footer = data[max(0, end - _FOOTER_BYTES) : end]
    try:
        place = 0
        for _ in range(2):
            _, place = varint(footer, place)
        first, place = varint(footer, place)
        size, _ = varint(footer, place)
    except Unreadable:
        return None
    start = end - _FOOTER_BYTES - _TRAILER_BYTES - size - first
    return Extent(start, end) if start >= 0 and wants("", bytes(data[start : start + 4])) else None


def _read(data: memoryview, plan: Blueprint, budget: Budget) -> None:
    footer = data[-_FOOTER_BYTES:]
    if bytes(footer[-len(MARKS[0]) :]) != MARKS[0]:
        raise Unreadable(Cause.DAMAGED, "The index of the checkpoint has no end that leads to its parts.")
    at = 0
    for _ in range(2):  # where the list of other blocks lies, which is not needed
        _, at = varint(footer, at)
    for _, handle in _entries(_block(data, footer, at), budget):
        for key, value in _entries(_block(data, handle, 0), budget):
            if key:
                _read_weight(text_of(key), value, plan, budget)


def _block(data: memoryview, handle: memoryview, at: int) -> memoryview:
    """The block that a place and a length lead to."""
    start, at = varint(handle, at)
    size, _ = varint(handle, at)
    if start + size + _TRAILER_BYTES > len(data):
        raise Unreadable(Cause.DAMAGED, "A part of the checkpoint's index lies outside it.")
    if data[start + size]:
        raise Unreadable(Cause.UNSUPPORTED, "The index of the checkpoint is compressed; it was not seen into.")
    return data[start : start + size]


def _entries(block: memoryview, budget: Budget) -> Iterator[tuple[bytes, memoryview]]:
    """Keys and values up to the list of places at which keys stand in full."""
    end = len(block) - 4
    end -= 4 * int.from_bytes(block[max(end, 0) :], "little")
    at, key = 0, b""
    while at < end:
        budget.spend_items()
        shared, at = varint(block, at)
        more, at = varint(block, at)
        size, at = varint(block, at)
        if at + more + size > end or shared + more > _LONGEST_KEY:
            raise Unreadable(Cause.DAMAGED, "An entry of the checkpoint's index is longer than its part.")
        key = key[:shared] + bytes(block[at : at + more])
        yield key, block[at + more : at + more + size]
        at += more + size


def _read_weight(name: str, value: memoryview, plan: Blueprint, budget: Budget) -> None:
    kind = ""
    shape: list[int] = []
    for part in fields(value, budget):
        if part.number == 1 and part.wire == VARINT:
            kind = _TYPES.get(part.value, "int64")
        elif part.number == 2 and part.wire == LENGTH:
            axes = [axis.data for axis in fields(part.data, budget) if axis.number == 2]
            shape = [next((f.signed for f in fields(axis, budget) if f.number == 1), 0) for axis in axes]
    if not any(word in name for word in _OF_TRAINING):
        plan.weight(name.removesuffix("/.ATTRIBUTES/VARIABLE_VALUE"), shape, kind or "float32")
