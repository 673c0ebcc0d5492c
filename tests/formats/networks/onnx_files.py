"""Tiny ONNX files: every layer one convolution-like node, weights of the shapes asked for and filled with nothing."""

from collections.abc import Sequence
from math import prod

from tests.formats.networks.wire import field, message, repeated

Shape = Sequence[int]
Node = tuple[str, str, Sequence[str], Sequence[str]]
"""Operation, name, what it takes, what it gives."""
_FLOAT = 1


def _port(name: str, shape: Shape) -> bytes:
    axes = b"".join(field(1, message((1, axis)) if axis >= 0 else message((2, "N"))) for axis in shape)
    return message((1, name), (2, message((1, message((1, _FLOAT), (2, axes))))))


def _weight(name: str, shape: Shape, kind: int, *, filled: bool) -> bytes:
    raw = field(9, bytes(4 * prod(shape))) if filled else b""
    return repeated(1, shape) + message((2, kind), (8, name)) + raw


def onnx_file(
    inputs: dict[str, Shape],
    outputs: dict[str, Shape],
    nodes: Sequence[Node],
    weights: dict[str, Shape],
    *,
    producer: str = "ours",
    name: str = "graph",
    kind: int = _FLOAT,
    properties: dict[str, str] | None = None,
    filled: bool = False,
) -> bytes:
    """A ModelProto. `kind` is the number type of the weights; `filled` writes their zeros too."""
    graph = b"".join(
        field(1, repeated(1, takes) + repeated(2, gives) + message((3, title), (4, operation)))
        for operation, title, takes, gives in nodes
    )
    graph += field(2, name)
    graph += b"".join(field(5, _weight(title, shape, kind, filled=filled)) for title, shape in weights.items())
    graph += b"".join(field(11, _port(title, shape)) for title, shape in inputs.items())
    graph += b"".join(field(12, _port(title, shape)) for title, shape in outputs.items())
    told = b"".join(field(14, message((1, key), (2, value))) for key, value in (properties or {}).items())
    return message((1, 8), (2, producer), (7, graph)) + field(8, message((1, ""), (2, 13))) + told


def chain(
    shapes: Sequence[Shape], *, prefix: str = "w", operation: str = "Conv"
) -> tuple[list[Node], dict[str, Shape]]:
    """Layers in a row, from `x` to `y`, each with one block of weights."""
    names = ["x", *(f"{prefix}_out{n}" for n in range(len(shapes) - 1)), "y"]
    nodes = [(operation, f"{prefix}{n}", [names[n], f"{prefix}{n}.weight"], [names[n + 1]]) for n in range(len(shapes))]
    return nodes, {f"{prefix}{n}.weight": shape for n, shape in enumerate(shapes)}
