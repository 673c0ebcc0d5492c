"""PaddlePaddle: programs (.pdmodel, __model__): operators, variables, shapes of weights.

The file is a protocol buffer (ProgramDesc); field numbers are those of framework.proto.
"""

from collections.abc import Iterator

from scanner.formats.networks.blueprint import Blueprint, drawn, text_of
from scanner.formats.networks.weights_beside import tell_weights_beside
from scanner.formats.protobuf import LENGTH, fields, is_message, numbers
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="paddle",
    version=2,
    line="PaddlePaddle programs (.pdmodel, __model__): layers, inputs, outputs, shapes of weights",
    specification="https://github.com/PaddlePaddle/Paddle/blob/develop/paddle/fluid/framework/framework.proto",
    limits="Of the file with the weights only the size is told.",
    names=("__model__",),
    suffixes=(".pdmodel",),
)
_TYPES = {
    0: "bool",
    1: "int16",
    2: "int32",
    3: "int64",
    4: "float16",
    5: "float32",
    6: "float64",
    20: "uint8",
    21: "int8",
}


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether it is a block with a number and a parent."""
    return (
        head[:1] == b"\n"
        and is_message(head, {1: LENGTH, 4: LENGTH, 5: LENGTH}, least=1)
        and b"\x08\x00\x10" in head[:16]
    )


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("paddle", budget)
    tell_weights_beside(source, plan, ".pdmodel", ".pdiparams")
    yield from drawn(plan, "block 0", lambda: _read(source.view(), plan, budget))


def _read(data: memoryview, plan: Blueprint, budget: Budget) -> None:
    for part in fields(data, budget):
        if part.number == 1 and part.wire == LENGTH:
            parts = list(fields(part.data, budget))
            shapes = {}
            for inner in parts:
                if inner.number == 3:
                    name, shape, kind, is_kept = _variable(inner.data, budget)
                    shapes[name] = (shape, kind)
                    if is_kept and name not in ("feed", "fetch"):
                        plan.weight(name, shape, kind)
            for inner in parts:
                if inner.number == 4:
                    _read_operator(inner.data, plan, shapes, budget)


def _variable(data: memoryview, budget: Budget) -> tuple[str, list[int], str, bool]:
    name, kind, is_kept = "", "", False
    shape: list[int] = []
    for part in fields(data, budget):
        if part.number == 1:
            name = text_of(part.data)
        elif part.number == 2:
            shape, kind = _tensor(part.data, budget, 0)
        elif part.number == 3:
            is_kept = bool(part.value)
    return name, shape, kind, is_kept


def _tensor(data: memoryview, budget: Budget, depth: int) -> tuple[list[int], str]:
    """Shape and type: VarType holds a LoDTensorDesc (3), which holds a TensorDesc (1) with type (1) and axes (2)."""
    shape: list[int] = []
    kind = ""
    for part in fields(data, budget):
        if depth < 2 and part.wire == LENGTH and part.number == (3, 1)[depth]:
            shape, kind = _tensor(part.data, budget, depth + 1)
        elif depth == 2 and part.number == 1:
            kind = _TYPES.get(part.value, "")
        elif depth == 2 and part.number == 2:
            shape.extend(numbers(part, budget))
    return shape, kind


def _read_operator(data: memoryview, plan: Blueprint, shapes: dict[str, tuple[list[int], str]], budget: Budget) -> None:
    names: dict[int, list[str]] = {1: [], 2: []}
    operation = ""
    for part in fields(data, budget):
        if part.number in names:
            names[part.number] += [text_of(f.data) for f in fields(part.data, budget) if f.number == 2]
        elif part.number == 3:
            operation = text_of(part.data)
    if operation == "feed":
        for name in names[2]:
            plan.takes(name, *shapes.get(name, ([], "")))
    elif operation == "fetch":
        for name in names[1]:
            plan.gives(name, *shapes.get(name, ([], "")))
    else:
        plan.layer(operation, "", names[1], names[2])
