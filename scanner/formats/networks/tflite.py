"""TensorFlow Lite and LiteRT: the main graph, its tensors and operators.

The file is a FlatBuffer. Slots of its tables are those of schema.fbs, in the order in which they are written there.
"""

from collections.abc import Iterator

from scanner.formats.networks import Extent
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.flatbuffer import Table, is_laid_out, root
from scanner.formats.networks.tflite_operators import OPERATORS
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="tflite",
    version=1,
    line="TensorFlow Lite networks: graph, inputs, outputs, shapes of weights, metadata",
    specification="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs",
    limits="Weights are not read; the first subgraph is told in full, of others only layers are counted.",
    magics=(Magic(b"TFL3", 4), Magic(b"TFL2", 4), Magic(b"TFL1", 4)),
    proves_type=True,
)
MARKS = (b"TFL3",)
_TYPES = (
    *("float32", "float16", "int32", "uint8", "int64", "string", "bool", "int16", "complex64", "int8", "float64"),
    *("complex128", "uint64", "resource", "variant", "uint32", "uint16", "int4", "bfloat16"),
)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network; also what of it was read before the file broke off.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("tflite", budget)
    yield from drawn(plan, "subgraph 0", lambda: _read_model(root(source.view(), budget), plan))


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """The network that the mark belongs to stands four bytes before it."""
    budget.spend_items()
    return Extent(at - 4) if is_laid_out(data, at - 4) else None


def blocks(source: Source, budget: Budget) -> Iterator[memoryview]:
    """The buffers, but for those with metadata."""
    model = root(source.view(), budget)
    told = {metadata.number(1, "<I") for metadata in model.tables(6)}
    return (buffer.bytes(0) for number, buffer in enumerate(model.tables(4)) if number not in told)


def _read_model(model: Table, plan: Blueprint) -> None:
    plan.producer = model.text(3)
    codes = [_operator(code) for code in model.tables(1)]
    filled = [buffer.length(0) > 0 or buffer.number(1, "<Q") > 1 for buffer in model.tables(4)]
    for metadata in model.tables(6):
        plan.tells(metadata.text(0))
    for signature in model.tables(7):
        plan.tells(signature.text(2))
    for number, graph in enumerate(model.tables(2)):
        _read_graph(graph, plan, codes, filled, is_main=number == 0)


def _operator(code: Table) -> str:
    custom = code.text(1)
    number = max(code.number(3), code.number(0, "<b"))
    return custom or (OPERATORS[number] if 0 <= number < len(OPERATORS) else f"operator-{number}")


def _read_graph(graph: Table, plan: Blueprint, codes: list[str], filled: list[bool], *, is_main: bool) -> None:
    tensors = list(graph.tables(0))
    kinds = [_type(tensor) for tensor in tensors]
    taken, given = graph.numbers(1), graph.numbers(2)
    prefix = graph.text(4) if not is_main else ""
    for number, tensor in enumerate(tensors):
        buffer = tensor.number(2, "<I")
        if 0 < buffer < len(filled) and filled[buffer]:
            plan.weight(f"{prefix}{number}", tensor.numbers(0, most=16), kinds[number])
            plan.calls(tensor.text(3))
    if is_main:
        for numbers, add in ((taken, plan.takes), (given, plan.gives)):
            for number in numbers:
                if 0 <= number < len(tensors):
                    add(tensors[number].text(3), _shape(tensors[number]), kinds[number])
        plan.name = graph.text(4)
    for operator in graph.tables(3):
        code = operator.number(0, "<I")
        name = codes[code] if code < len(codes) else "unknown"
        takes = (f"{prefix}{number}" for number in operator.numbers(1))
        plan.layer(name, "", takes, [f"{prefix}{number}" for number in operator.numbers(2)])


def _shape(tensor: Table) -> list[int]:
    """Its shape; the signature of it, where it is written, tells which axes are open."""
    shape, signature = tensor.numbers(0, most=16), tensor.numbers(7, most=16)
    return signature if len(signature) == len(shape) else shape


def _type(tensor: Table) -> str:
    number = tensor.number(1, "<b")
    return _TYPES[number] if 0 <= number < len(_TYPES) else ""
