"""MNN: operators, tensors, inputs, outputs, and shapes of weights as far as operators tell them.

The file is a FlatBuffer without a mark of its own; slots of its tables are those of MNN.fbs and CaffeOp.fbs.
"""

from collections.abc import Iterator

from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.flatbuffer import Table, root
from scanner.formats.networks.mnn_operators import OPERATORS
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable

INFO = Info(
    name="mnn",
    version=2,
    line="MNN networks: layers, inputs, outputs, shapes of weights",
    specification="https://github.com/alibaba/MNN/blob/master/schema/default/MNN.fbs",
    limits="Of quantised weights, shapes are told only in part.",
    suffixes=(".mnn",),
    magics=tuple(Magic(bytes((start, 0, 0, 0, length, 0))) for start in range(24, 49, 4) for length in (24, 26, 28)),
)
"""The first table comes after its layout, whose length grew with the description through the years."""
_OPERATIONS, _NAMES = 3, 7
"""Slots of the first table that every network fills."""
_CONVOLUTIONS = frozenset({"Convolution", "ConvolutionDepthwise", "Deconvolution", "DeconvolutionDepthwise"})


def wants(name: str, head: bytes) -> bool:
    """Whether the first table lies a believable way in; under another name, whether it is laid out like a network's."""
    start = int.from_bytes(head[:4], "little")
    if name.endswith(".mnn"):
        return 4 <= start < 4096
    layout = start - int.from_bytes(head[start : start + 4], "little", signed=True)
    if layout != 4:
        return False
    length, size = (int.from_bytes(head[at : at + 2], "little") for at in (layout, layout + 2))
    slots = [int.from_bytes(head[at : at + 2], "little") for at in range(layout + 4, layout + length, 2)]
    return len(slots) > _NAMES and all(4 < slots[slot] < size for slot in (_OPERATIONS, _NAMES)) and max(slots) < size


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    if not source.name.lower().endswith(".mnn") and not _is_network(source, budget):
        return
    plan = Blueprint("mnn", budget)
    yield from drawn(plan, "net", lambda: _read(root(source.view(), budget), plan))


def _is_network(source: Source, budget: Budget) -> bool:
    """Whether its first operation is one that is known; what is laid out alike and is none is no damaged network."""
    try:
        operation = next(root(source.view(), budget).tables(_OPERATIONS))
        return operation.number(5) in OPERATORS and bool(operation.length(4))
    except (Unreadable, StopIteration):
        return False


def _read(net: Table, plan: Blueprint) -> None:
    plan.tells(net.text(0))
    names = list(net.texts(_NAMES))
    outputs = set(net.texts(4))
    taken: set[int] = set()
    given: dict[int, int] = {}
    for operator in net.tables(_OPERATIONS):
        _read_operator(operator, plan, names, taken, given)
    for number, width in given.items():
        name = names[number] if 0 <= number < len(names) else str(number)
        if name in outputs or (not outputs and number not in taken):
            plan.gives(name, [1, width] if width else [])


def _read_operator(operator: Table, plan: Blueprint, names: list[str], taken: set[int], given: dict[int, int]) -> None:
    kind = OPERATORS.get(operator.number(5), f"operator-{operator.number(5)}")
    # The settings, a union, take two slots: what they are (1) and where they lie (2).
    inputs, name, outputs = operator.numbers(0), operator.text(3), operator.numbers(4)
    settings = operator.table(2)
    if kind == "Input":
        shape = settings.numbers(0, most=16) if settings is not None else []
        plan.takes(names[outputs[0]] if outputs and 0 <= outputs[0] < len(names) else name, shape)
        return
    taken.update(inputs)
    shape = _weights(kind, settings) if settings is not None else []
    if shape:
        plan.weight(f"{name}.weight", shape)
    takes = [str(number) for number in inputs] + [f"{name}.weight"] * bool(shape)
    plan.layer(kind, name, takes, [str(number) for number in outputs])
    before = given.get(inputs[0], 0) if inputs else 0
    given.update(dict.fromkeys(outputs, shape[0] if shape else before))


def _weights(kind: str, settings: Table) -> list[int]:
    if kind in _CONVOLUTIONS:
        common = settings.table(0)
        if common is None:
            return []
        outputs, width, height = (
            common.number(10),
            max(common.number(2, default=1), 1),
            max(common.number(3, default=1), 1),
        )
        inputs = common.number(11)
        if outputs > 0 and inputs <= 0:
            inputs = settings.length(1) // (outputs * width * height)
        if "Depthwise" in kind:
            inputs = 1
        return [outputs, inputs, height, width] if outputs > 0 and inputs > 0 else []
    if kind == "InnerProduct":
        outputs = settings.number(0)
        return [outputs, settings.number(2) // outputs] if outputs > 0 else []
    return []
