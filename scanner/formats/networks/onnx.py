"""ONNX: the graph, the shapes of its weights, what goes in and comes out, and the metadata.

The file is a protocol buffer (ModelProto). Field numbers are those of onnx.proto; weights (`raw_data` and the like) are
stepped over.
"""

import re
from collections.abc import Iterator

from scanner.formats.buffers import matches_in
from scanner.formats.networks import Extent
from scanner.formats.networks.blueprint import Blueprint, drawn, text_of
from scanner.formats.protobuf import LENGTH, VARINT, Field, fields, is_message, numbers, places
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source

_PRODUCER, _PRODUCER_VERSION, _GRAPH, _PROPERTIES, _DOMAIN, _DOCUMENTATION = 2, 3, 7, 14, 4, 6
_NODE, _NAME, _INITIALIZER, _GRAPH_DOCUMENTATION, _INPUT, _OUTPUT, _SPARSE = 1, 2, 5, 10, 11, 12, 15
_MODEL = {1: VARINT, 2: LENGTH, 3: LENGTH, 4: LENGTH, 5: VARINT, 6: LENGTH, 7: LENGTH, 8: LENGTH, 14: LENGTH}
INFO = Info(
    name="onnx",
    version=1,
    line="ONNX networks: graph, inputs, outputs, shapes of weights, metadata",
    specification="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto",
    limits="Weights are not read. Of graphs inside control flow, layers are counted and inputs are not told.",
    suffixes=(".onnx",),
    magics=tuple(Magic(bytes((8, version, following))) for version in range(3, 16) for following in (0x12, 0x3A, 0x42)),
    proves_type=True,
)
MARKS = (b'"\x04Conv', b'"\x04Gemm', b'"\x06MatMul', b'"\x0bQLinearConv', b'"\x0bConvInteger', b'"\x09FusedConv')
"""Operations as a node has them: field 4, the length, the name. Every network that sees has one of these."""
_BEGINNING = re.compile(rb"\x08[\x03-\x0f](?=[\x12\x3a\x42])")
_FURTHEST_BYTES = 16 << 20
"""How far behind the beginning the first such node is looked for: constants may stand in nodes before it."""
_ONCE = frozenset(_MODEL) - {8, 14}
TYPES = (
    *("", "float32", "uint8", "int8", "uint16", "int16", "int32", "int64", "string", "bool", "float16", "float64"),
    *("uint32", "uint64", "complex64", "complex128", "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2"),
    *("float8e5m2fnuz", "uint4", "int4", "float4e2m1"),
)
_ATTRIBUTE, _TENSOR, _NUMBERS = 5, 5, (4, 9)
_DEEPEST = 8
"""Graphs in graphs."""


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether the first fields are those of a model, by number and type, and a producer's name begins as a text."""
    begins_as_text = head[2:3] != b"\x12" or head[3:4] == b"\0" or head[4:5] >= b" "
    return is_message(head, _MODEL) and begins_as_text


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network; also what of it was read before the file broke off.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("onnx", budget)
    yield from drawn(plan, "graph", lambda: _read_model(source.view(), plan, budget))


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """The model around a node: the first beginning before it from which fields lead to a graph that holds the node."""
    first = max(0, at - _FURTHEST_BYTES)
    for found in matches_in(_BEGINNING, data, first, at):
        budget.spend_items()
        start = found.start()
        lies = list(places(data[start:], _MODEL, _ONCE, budget))
        graph = next((p for p in lies if p.number == _GRAPH and start + p.start < at < start + p.end), None)
        if graph is not None and data[start + graph.start] in (_NODE << 3 | LENGTH, _NAME << 3 | LENGTH):
            return Extent(start, start + lies[-1].end)
    return None


def blocks(source: Source, budget: Budget) -> Iterator[memoryview]:
    """Numbers of initializers and of constants: `raw_data`, or a packed list of fractions."""
    for model in fields(source.view(), budget):
        for part in fields(model.data, budget) if model.number == _GRAPH else ():
            if part.number == _INITIALIZER:
                yield from _numbers_of(part.data, budget)
            for attribute in fields(part.data, budget) if part.number == _NODE else ():
                for value in fields(attribute.data, budget) if attribute.number == _ATTRIBUTE else ():
                    if value.number == _TENSOR and value.wire == LENGTH:
                        yield from _numbers_of(value.data, budget)


def _numbers_of(tensor: memoryview, budget: Budget) -> Iterator[memoryview]:
    return (part.data for part in fields(tensor, budget) if part.number in _NUMBERS and part.wire == LENGTH)


def _read_model(data: memoryview, plan: Blueprint, budget: Budget) -> None:
    for field in fields(data, budget):
        if field.number == _PRODUCER:
            plan.producer = text_of(field.data)
        elif field.number == _PRODUCER_VERSION and field.data:
            plan.producer = f"{plan.producer} {text_of(field.data)}".strip()
        elif field.number == _GRAPH:
            _read_graph(field.data, plan, budget, 0)
        elif field.number == _PROPERTIES:
            plan.tells("=".join(text_of(part.data) for part in fields(field.data, budget)))
        elif field.number in (_DOMAIN, _DOCUMENTATION) and field.data:
            plan.tells(text_of(field.data))


def _read_graph(data: memoryview, plan: Blueprint, budget: Budget, depth: int) -> None:
    """Weights first: they stand behind the nodes that take them."""
    parts = list(fields(data, budget))
    weights = {_read_tensor(part.data, plan, budget) for part in parts if part.number == _INITIALIZER}
    for part in parts:
        if part.number == _SPARSE:
            _read_sparse(part.data, plan, budget)
    for part in parts:
        if part.number == _NODE:
            _read_node(part.data, plan, budget, depth)
        elif not depth:
            _read_description(part, plan, budget, weights)


def _read_description(part: Field, plan: Blueprint, budget: Budget, weights: set[str]) -> None:
    """What the main graph says of itself."""
    if part.number == _NAME:
        plan.name = text_of(part.data)
    elif part.number == _GRAPH_DOCUMENTATION:
        plan.tells(text_of(part.data))
    elif part.number == _OUTPUT:
        plan.gives(*_value(part.data, budget))
    elif part.number == _INPUT:
        name, shape, kind = _value(part.data, budget)
        if name not in weights:
            plan.takes(name, shape, kind)


def _read_sparse(data: memoryview, plan: Blueprint, budget: Budget) -> None:
    for part in fields(data, budget):
        if part.number == 1:
            _read_tensor(part.data, plan, budget)


def _read_tensor(data: memoryview, plan: Blueprint, budget: Budget, name: str = "") -> str:
    """A weight (TensorProto); its name. The numbers stand behind what is told here or before it, and are skipped."""
    shape: list[int] = []
    kind = ""
    for part in fields(data, budget):
        if part.number == 1:
            shape.extend(numbers(part, budget))
        elif part.number == 2:
            kind = _type(part.value)
        elif part.number == 8:
            name = text_of(part.data)
    plan.weight(name, shape, kind)
    return name


def _read_node(data: memoryview, plan: Blueprint, budget: Budget, depth: int) -> None:
    texts: dict[int, list[str]] = {1: [], 2: [], 3: [], 4: []}
    attributes = []
    for part in fields(data, budget):
        if part.number in texts:
            texts[part.number].append(text_of(part.data))
        elif part.number == 5:
            attributes.append(part)
    takes, gives, operation = texts[1], texts[2], "".join(texts[4][:1])
    is_grouped = False
    for attribute in attributes:
        is_grouped |= _read_attribute(attribute.data, plan, budget, gives[0] if gives else "", depth)
    if operation == "Constant":
        return
    kind = "DepthwiseConv" if operation == "Conv" and is_grouped else operation
    plan.layer(kind, "".join(texts[3][:1]), takes, gives)


def _read_attribute(data: memoryview, plan: Blueprint, budget: Budget, given: str, depth: int) -> bool:
    """Read what an attribute holds of weights and graphs; whether it says that a convolution is in groups."""
    name, value = "", 0
    for part in fields(data, budget):
        if part.number == 1:
            name = text_of(part.data)
        elif part.number == 3:
            value = part.value
        elif part.number == 5:
            _read_tensor(part.data, plan, budget, given)
        elif part.number in (6, 11) and depth < _DEEPEST:
            _read_graph(part.data, plan, budget, depth + 1)
    return name == "group" and value > 1


def _value(data: memoryview, budget: Budget) -> tuple[str, list[int], str]:
    """Name, shape and type of an input or output (ValueInfoProto)."""
    name, kind = "", ""
    shape: list[int] = []
    for part in fields(data, budget):
        if part.number == 1:
            name = text_of(part.data)
        elif part.number == 2:
            for variant in fields(part.data, budget):
                if variant.number == 1:
                    shape, kind = _tensor_type(variant.data, budget)
    return name, shape, kind


def _tensor_type(data: memoryview, budget: Budget) -> tuple[list[int], str]:
    shape: list[int] = []
    kind = ""
    for part in fields(data, budget):
        if part.number == 1:
            kind = _type(part.value)
        elif part.number == 2:
            shape = [_axis(axis.data, budget) for axis in fields(part.data, budget) if axis.number == 1]
    return shape, kind


def _axis(data: memoryview, budget: Budget) -> int:
    """An axis has a length, or a name for one that is open."""
    return next((part.signed for part in fields(data, budget) if part.number == 1), -1)


def _type(number: int) -> str:
    return TYPES[number] if number < len(TYPES) else ""
