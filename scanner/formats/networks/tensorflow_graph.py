"""TensorFlow: frozen graphs and SavedModels, by the graph inside.

Both are protocol buffers: a GraphDef, or a SavedModel that holds graphs with their signatures. Field numbers are those
of graph.proto, node_def.proto, attr_value.proto, tensor.proto, saved_model.proto and meta_graph.proto.
"""

from collections.abc import Iterator

from scanner.formats.networks import Extent
from scanner.formats.networks.blueprint import Blueprint, drawn, text_of
from scanner.formats.protobuf import LENGTH, VARINT, Field, fields, is_message, places, varint
from scanner.model.observation import Observation
from scanner.model.source import HEAD_BYTES, Budget, Info, Magic, Source, Unreadable

INFO = Info(
    name="tensorflow-graph",
    version=1,
    line="TensorFlow frozen graphs and SavedModels: graph, inputs, outputs, shapes of weights",
    specification="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/framework/graph.proto",
    limits="Weights are not read; those of a SavedModel, in files of their own, are told as far as the graph gives "
    "their shapes. Graphs written as text are not read.",
    names=("saved_model.pb",),
    suffixes=(".pb",),
    magics=(Magic(b"\n"),),
    proves_type=True,
)
MARKS = (b"\x12\x0bPlaceholder", b"\x12\x05Const", b"\x12\x06Conv2D", b"\x12\x06MatMul")
"""Operations as a node has them: field 2, the length, the name. A graph begins with one of these."""
_GRAPH = {1: LENGTH, 2: LENGTH, 3: VARINT, 4: LENGTH, 5: LENGTH}
_FEWEST_NODES = 4
_NODE = {1: LENGTH, 2: LENGTH, 3: LENGTH, 4: LENGTH, 5: LENGTH}
_TYPES = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    9: "int64",
    10: "bool",
}
_TYPES |= {11: "int8", 12: "uint8", 14: "bfloat16", 19: "float16"}
_NAME_KEY = 0x0A
_LONGEST_NAME = 120
_SHORTEST_HEAD = 6
_HOLDERS = frozenset({"VarHandleOp", "VariableV2", "Variable"})
_INPUTS = frozenset({"Placeholder", "PlaceholderWithDefault", "PlaceholderV2"})
_MOST_NODES_WITHOUT_FOLLOWER = 32


def wants(name: str, head: bytes) -> bool:
    """Whether the first part is a node with a name and an operation, or it is a SavedModel by its name."""
    if name == "saved_model.pb":
        return is_message(head, {1: VARINT, 2: LENGTH}, least=2)
    if len(head) < _SHORTEST_HEAD or head[0] != 0x0A:
        return False
    at = 2 if head[1] < 0x80 else 3
    node = head[at:]
    if node[:1] != b"\n" or not is_message(node, _NODE, least=2) or len(node) < 2:
        return False
    title = node[2 : 2 + node[1]]
    operation = node[2 + node[1] :]
    if not title or not all(32 < byte < 127 for byte in title) or operation[:1] != b"\x12" or len(operation) < 3:
        return False
    word = operation[2 : 2 + operation[1]]
    return word.isalnum() and word[:1].isupper()


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("tensorflow", budget)
    is_saved_model = bytes(source.view(0, 1)) == b"\x08"
    read = _read_saved_model if is_saved_model else _read_graph
    yield from drawn(plan, "graph", lambda: read(source.view(), plan, budget))


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """The graph from the node on that has the operation at `at`: its name stands right before that."""
    start = _node_before(data, at)
    if start is None or not wants("", bytes(data[start : start + HEAD_BYTES])):
        return None
    lies = list(places(data[start:], _GRAPH, frozenset(), budget))
    return Extent(start, start + lies[-1].end) if len(lies) >= _FEWEST_NODES else None


def _node_before(data: memoryview, at: int) -> int | None:
    """Where the node begins whose name ends at `at`: a name with its length, in a node with its length."""
    for length in range(1, min(_LONGEST_NAME, at - 3)):
        if data[at - length - 1] != length or data[at - length - 2] != _NAME_KEY:
            continue
        inner = at - length - 2
        for start in range(inner - 2, max(inner - 6, -1), -1):
            if data[start] == _NAME_KEY and _leads_from(data, start + 1, inner, at):
                return start
    return None


def _leads_from(data: memoryview, length: int, inner: int, at: int) -> bool:
    """Whether the length there stands right before `inner` and leads from that behind `at`."""
    try:
        size, behind = varint(data, length)
    except Unreadable:
        return False
    return behind == inner and at < inner + size <= len(data)


def blocks(source: Source, budget: Budget) -> Iterator[memoryview]:
    """The numbers of constants in a frozen graph: attributes (5) with a tensor (8) whose content (4) lies in memory."""
    for node in fields(source.view(), budget):
        for attribute in fields(node.data, budget) if node.number == 1 and node.wire == LENGTH else ():
            for entry in fields(attribute.data, budget) if attribute.number == 5 else ():
                for value in fields(entry.data, budget) if entry.number == 2 and entry.wire == LENGTH else ():
                    for part in fields(value.data, budget) if value.number == 8 and value.wire == LENGTH else ():
                        if part.number == 4 and part.wire == LENGTH:
                            yield part.data


def _read_saved_model(data: memoryview, plan: Blueprint, budget: Budget) -> None:
    for part in fields(data, budget):
        if part.number != 2 or part.wire != LENGTH:
            continue
        for inner in fields(part.data, budget):
            if inner.number == 2:
                _read_graph(inner.data, plan, budget)
            elif inner.number == 5:
                plan.tells(
                    "signature=" + next((text_of(f.data) for f in fields(inner.data, budget) if f.number == 1), "")
                )


def _read_graph(data: memoryview, plan: Blueprint, budget: Budget) -> None:
    nodes = [_node(part.data, budget) for part in fields(data, budget) if part.number == 1 and part.wire == LENGTH]
    taken = set()
    for name, operation, inputs, shape, kind in nodes:
        taken.update(inputs)
        if operation == "Const" or operation in _HOLDERS:
            plan.weight(name, shape, kind)
        elif operation in _INPUTS:
            plan.takes(name, shape, kind)
    ends = 0
    for name, operation, inputs, shape, kind in nodes:
        if operation in _INPUTS or operation == "Const" or operation in _HOLDERS:
            continue
        plan.layer(operation, name, inputs, [name])
        if name not in taken and operation != "NoOp" and ends < _MOST_NODES_WITHOUT_FOLLOWER:
            ends += 1
            plan.gives(name, shape, kind)


def _node(data: memoryview, budget: Budget) -> tuple[str, str, list[str], list[int], str]:
    """Name, operation, inputs, shape and number type of a node (NodeDef)."""
    name = operation = kind = ""
    inputs: list[str] = []
    shape: list[int] = []
    for part in fields(data, budget):
        if part.number == 1:
            name = text_of(part.data)
        elif part.number == 2:
            operation = text_of(part.data)
        elif part.number == 3:
            inputs.append(text_of(part.data).lstrip("^").partition(":")[0])
        elif part.number == 5:
            kind, shape = _attribute(part, kind, shape, budget)
    return name, operation, inputs, shape, kind


def _attribute(part: Field, kind: str, shape: list[int], budget: Budget) -> tuple[str, list[int]]:
    """Number type and shape as far as this attribute tells them (AttrValue in a map)."""
    key = ""
    for entry in fields(part.data, budget):
        if entry.number == 1:
            key = text_of(entry.data)
        elif entry.number == 2 and key in ("value", "shape", "_output_shapes", "dtype", "T"):
            kind, shape = _value(entry.data, kind, shape, budget)
    return kind, shape


def _value(data: memoryview, kind: str, shape: list[int], budget: Budget) -> tuple[str, list[int]]:
    for value in fields(data, budget):
        if value.number == 6:
            kind = _TYPES.get(value.value, "")
        elif value.number == 7:
            shape = _shape(value.data, budget)
        elif value.number == 8:
            for inner in fields(value.data, budget):
                if inner.number == 1:
                    kind = _TYPES.get(inner.value, "")
                elif inner.number == 2:
                    shape = _shape(inner.data, budget)
    return kind, shape


def _shape(data: memoryview, budget: Budget) -> list[int]:
    axes = [fields(axis.data, budget) for axis in fields(data, budget) if axis.number == 2]
    return [next((part.signed for part in axis if part.number == 1), 0) for axis in axes]
