"""Safetensors: names and shapes from the header; the weights behind it are not touched.

Specification: https://github.com/huggingface/safetensors#format
"""

import re
from collections.abc import Iterator

import msgspec

from scanner.formats.buffers import matches_in
from scanner.formats.networks import Extent
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="safetensors",
    version=1,
    line="Safetensors: names and shapes of weights, metadata",
    specification="https://github.com/huggingface/safetensors#format",
    limits="Weights are not read; the file has no graph.",
    magics=(Magic(b'{"', 8),),
    proves_type=True,
)
MARKS = (b'"data_offsets":',)
_BEGINNING = re.compile(rb'\0{5}\{"')
_LONGEST_HEADER = 100_000_000
_TYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32"}
_TYPES |= {"I16": "int16", "I8": "int8", "U8": "uint8", "BOOL": "bool", "U16": "uint16", "U32": "uint32"}
_LONGEST_INSIDE = 1 << 24
"""Of a header among other bytes; the upper five bytes of its length are zero."""


class _Entry(msgspec.Struct):
    dtype: str = ""
    shape: list[int] = []
    data_offsets: list[int] = []


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether a header of a believable length begins behind the first eight bytes."""
    return 2 < int.from_bytes(head[:8], "little") <= _LONGEST_HEADER


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("safetensors", budget)
    yield from drawn(plan, "header", lambda: _read(source, plan, budget))


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """The header around the mark: the last length before it that stands right before an object and leads to its end."""
    first = max(0, at - _LONGEST_INSIDE)
    for found in matches_in(_BEGINNING, data, first, at):
        budget.spend_items()
        start = found.end() - 2 - 8
        size = int.from_bytes(data[start : start + 8], "little") if start >= 0 else 0
        if found.end() - 2 + size > at and bytes(data[start + 8 : start + 8 + size][-1:]) in (b"}", b" "):
            return Extent(start)
    return None


def blocks(source: Source, budget: Budget) -> Iterator[memoryview]:
    """What the header says lies behind it."""
    behind = 8 + int.from_bytes(source.view(0, 8), "little")
    for _, entry in _entries(source, budget):
        if isinstance(entry, _Entry):
            first, end = (*entry.data_offsets, 0, 0)[:2]
            yield source.view(behind + max(first, 0), max(end - first, 0))


def _read(source: Source, plan: Blueprint, budget: Budget) -> None:
    for name, entry in _entries(source, budget):
        if isinstance(entry, _Entry):
            plan.weight(name, entry.shape, _TYPES.get(entry.dtype, entry.dtype.lower()))
        else:
            for key, value in entry.items():
                plan.tells(f"{key}={value}")


def _entries(source: Source, budget: Budget) -> Iterator[tuple[str, "_Entry | dict[str, str]"]]:
    """What the header has under each name: a block of weights, or the metadata."""
    size = int.from_bytes(source.view(0, 8), "little")
    budget.spend_bytes(4 * size)
    try:
        for name, raw in msgspec.json.decode(source.view(8, size), type=dict[str, msgspec.Raw]).items():
            if name == "__metadata__":
                yield name, msgspec.json.decode(raw, type=dict[str, str])
            else:
                yield name, msgspec.json.decode(raw, type=_Entry)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(Cause.DAMAGED, "The header of the weights is not the JSON it should be.") from error
