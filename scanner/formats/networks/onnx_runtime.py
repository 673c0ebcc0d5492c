"""ONNX Runtime's own format (.ort): the graph, the shapes of its weights, what goes in and comes out, the metadata.

The file is a FlatBuffer (InferenceSession); slots are those of onnxruntime/core/flatbuffers/schema/ort.fbs.
"""

from collections.abc import Iterator

from scanner.formats.networks import Extent
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.flatbuffer import Table, is_laid_out, root
from scanner.formats.networks.onnx import TYPES
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="onnx-runtime",
    version=1,
    line="ONNX Runtime's own format (.ort): graph, inputs, outputs, shapes of weights, metadata",
    specification="https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/core/flatbuffers/schema/ort.fbs",
    limits="Weights are not read. Of graphs inside control flow nothing is told.",
    magics=(Magic(b"ORTM", 4),),
    proves_type=True,
)
MARKS = (b"ORTM",)
_MODEL = 1
_PRODUCER, _PRODUCER_VERSION, _DOCUMENTATION, _GRAPH, _METADATA = 2, 3, 6, 7, 9
_INITIALIZERS, _VALUES, _NODES, _INPUTS, _OUTPUTS = 0, 1, 2, 5, 6
_NAME, _OPERATION, _TAKES, _GIVES, _ATTRIBUTES = 0, 5, 8, 9, 10
_TENSOR = 1
"""The type of a value that is a tensor."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network; also what of it was read before the file broke off.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("onnx-runtime", budget)
    yield from drawn(plan, "graph", lambda: _read(root(source.view(), budget), plan))


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """The network that the mark belongs to stands four bytes before it."""
    budget.spend_items()
    return Extent(at - 4) if is_laid_out(data, at - 4) else None


def _read(session: Table, plan: Blueprint) -> None:
    model = session.table(_MODEL)
    if model is None:
        return
    plan.producer = f"{model.text(_PRODUCER)} {model.text(_PRODUCER_VERSION)}".strip()
    plan.tells(model.text(_DOCUMENTATION))
    for entry in model.tables(_METADATA):
        plan.tells(f"{entry.text(0)}={entry.text(1)}")
    graph = model.table(_GRAPH)
    if graph is not None:
        _read_graph(graph, plan)


def _read_graph(graph: Table, plan: Blueprint) -> None:
    weights = set()
    for tensor in graph.tables(_INITIALIZERS):
        name = tensor.text(_NAME)
        weights.add(name)
        plan.weight(name, tensor.numbers(2, "<q", most=16), _type(tensor.number(3)))
    values = {value.text(0): value for value in graph.tables(_VALUES)}
    for name in graph.texts(_INPUTS):
        if name not in weights:
            plan.takes(name, *_value(values.get(name)))
    for name in graph.texts(_OUTPUTS):
        plan.gives(name, *_value(values.get(name)))
    for node in graph.tables(_NODES):
        operation = node.text(_OPERATION)
        is_grouped = operation.endswith("Conv") and any(
            attribute.text(0) == "group" and attribute.number(4, "<q") > 1 for attribute in node.tables(_ATTRIBUTES)
        )
        plan.layer(
            "DepthwiseConv" if is_grouped else operation, node.text(_NAME), node.texts(_TAKES), node.texts(_GIVES)
        )


def _value(value: Table | None) -> tuple[list[int], str]:
    """Shape and type: ValueInfo holds a TypeInfo (2), whose value (2) is a TensorTypeAndShape."""
    told = value.table(2) if value is not None else None
    tensor = told.table(2) if told is not None and told.number(1, "<B") == _TENSOR else None
    shape = tensor.table(1) if tensor is not None else None
    kind = _type(tensor.number(0)) if tensor is not None else ""
    return ([_axis(dimension.table(0)) for dimension in shape.tables(0)] if shape is not None else []), kind


def _axis(length: Table | None) -> int:
    """An axis of type 1 has a length; others have a name or nothing."""
    return length.number(1, "<q") if length is not None and length.number(0, "<b") == 1 else -1


def _type(number: int) -> str:
    return TYPES[number] if 0 <= number < len(TYPES) else ""
