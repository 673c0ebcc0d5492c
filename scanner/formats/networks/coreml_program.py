"""Compiled Core ML models (.mlmodelc): the program in them, which is text (model.mil).

Each line makes a value: its type and shape, its name, an operation and what that takes. Weights lie in files of their
own and are constants that say so.

Source: https://apple.github.io/coremltools/source/coremltools.converters.mil.html (operations), and files as Xcode's
compiler writes them.
"""

import re
from collections.abc import Iterator

from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="coreml-program",
    version=1,
    line="Compiled Core ML models (model.mil in .mlmodelc): inputs, outputs, layers, shapes of weights",
    specification="https://apple.github.io/coremltools/source/coremltools.converters.mil.html",
    limits="Weights are not read.",
    names=("model.mil",),
)
_LONGEST_BYTES = 64 << 20
_VALUE = re.compile(r"tensor<(\w+), \[([^\]]*)\]> (\w+)")
_TAKEN = re.compile(r"\b[a-z_]\w* = (?:\(([\w, ]+)\)|(\w+))")
_OUTPUTS = re.compile(r"\} -> \(([\w, ]+)\);")
_TYPES = {"fp16": "float16", "fp32": "float32", "fp64": "float64"}


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether it begins like a program."""
    return head.startswith(b"program(")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: limit.
    """
    plan = Blueprint("coreml", budget)
    yield from drawn(plan, "program", lambda: _read(source, plan, budget))


def _read(source: Source, plan: Blueprint, budget: Budget) -> None:
    size = min(source.size, _LONGEST_BYTES)
    budget.spend_bytes(2 * size)
    shapes: dict[str, tuple[list[int], str]] = {}
    for line in bytes(source.view(0, size)).decode("utf-8", "replace").splitlines():
        budget.spend_items()
        line = line.strip()
        outputs = _OUTPUTS.search(line)
        if line.startswith("func "):
            for kind, axes, name in _VALUE.findall(line):
                plan.takes(name, _shape(axes), _TYPES.get(kind, kind))
        elif outputs is not None:
            for name in outputs.group(1).split(", "):
                plan.gives(name, *shapes.get(name, ([], "")))
        elif line.startswith("tensor<") and " = " in line:
            _read_step(line, plan, shapes)


def _read_step(line: str, plan: Blueprint, shapes: dict[str, tuple[list[int], str]]) -> None:
    left, _, right = line.partition(" = ")
    given = {name: (_shape(axes), _TYPES.get(kind, kind)) for kind, axes, name in _VALUE.findall(left)}
    operation, _, arguments = right.partition("(")
    if operation == "const" or operation.startswith("constexpr_"):
        for name, (shape, kind) in given.items():
            if "BLOBFILE" in right:
                plan.weight(name, shape, kind)
        return
    shapes.update(given)
    taken = [name for pair in _TAKEN.findall(arguments.partition(")[")[0]) for name in (pair[0] or pair[1]).split(", ")]
    plan.layer(operation, "", taken, given)


def _shape(axes: str) -> list[int]:
    return [int(axis) if axis.isdecimal() and len(axis) < 16 else -1 for axis in axes.split(", ") if axis]
