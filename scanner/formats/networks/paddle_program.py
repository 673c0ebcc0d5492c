"""PaddlePaddle programs in JSON (.json, from version 3 on): operations, inputs, outputs, shapes of weights.

Source: https://github.com/PaddlePaddle/Paddle/blob/develop/paddle/fluid/pir/serialize_deserialize/include/schema.h
"""

from collections.abc import Iterator
from typing import Any

from scanner.formats.json_tree import JSON_BEGINNINGS, Json, entries, json_object, part, quoted_in, word
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.weights_beside import tell_weights_beside
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="paddle-program",
    version=2,
    line="PaddlePaddle programs in JSON: layers, inputs, outputs, shapes of weights",
    specification="https://github.com/PaddlePaddle/Paddle/tree/develop/paddle/fluid/pir/serialize_deserialize",
    limits="Of the file with the weights only the size is told; parts of a program that run under a condition are not "
    "read.",
    suffixes=(".json",),
    magics=JSON_BEGINNINGS,
)
_MARK = b"pir"
_PARAMETER, _INPUT, _OUTPUT = "p", "data", "fetch"
_TYPES = {"f32": "float32", "f16": "float16", "bf16": "bfloat16", "f64": "float64", "i8": "int8", "ui8": "uint8"}
_TYPES |= {"i32": "int32", "i64": "int64", "bool": "bool"}


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether the file says so in its first letters."""
    return _MARK in quoted_in(head) and b'"pir"' in head[:512] and b'"base_code"' in head[:512]


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("paddle", budget)
    tell_weights_beside(source, plan, ".json", ".pdiparams")
    yield from drawn(plan, "block 0", lambda: _read(json_object(source, budget), plan))


def _read(tree: Json, plan: Blueprint) -> None:
    _, region = next(entries(tree, "program", "regions"), (0, {}))
    _, block = next(entries(region, "blocks"), (0, {}))
    shapes: dict[str, tuple[list[int], str]] = {}
    for _, step in entries(block, "ops"):
        made = step.get("O")
        given = {_name(value): _type(value) for value in (made if isinstance(made, list) else [made]) if _name(value)}
        taken = [_name(value) for _, value in entries(step, "I")]
        kind = word(step, "#").rpartition(".")[2]
        _draw(kind, step, taken, given, shapes, plan)
        shapes.update(given)


def _draw(
    kind: str,
    step: Json,
    taken: list[str],
    given: dict[str, tuple[list[int], str]],
    shapes: dict[str, tuple[list[int], str]],
    plan: Blueprint,
) -> None:
    if kind == _PARAMETER:
        for name, (shape, number_type) in given.items():
            plan.weight(name, shape, number_type)
        settings = step.get("A")
        plan.calls(str(settings[-1]) if isinstance(settings, list) and settings else "")
    elif kind == _INPUT:
        for name, (shape, number_type) in given.items():
            plan.takes(name, shape, number_type)
    elif kind == _OUTPUT:
        for name in taken:
            plan.gives(name, *shapes.get(name, ([], "")))
    else:
        plan.layer(kind, "", taken, given)


def _name(value: Any) -> str:  # Any: what stands in JSON
    number = value.get("%") if isinstance(value, dict) else None
    return f"%{number}" if isinstance(number, int) else ""


def _type(value: Any) -> tuple[list[int], str]:
    """Shape and type of a dense tensor: a list of its type, its axes, and how it lies in memory."""
    told = part(value, "TT").get("D")
    if not isinstance(told, list) or len(told) < 2 or not isinstance(told[1], list):
        return [], ""
    kind = word(told[0], "#").rpartition("_")[2]
    return [axis for axis in told[1] if isinstance(axis, int)], _TYPES.get(kind, kind)
