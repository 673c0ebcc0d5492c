"""Core ML: models (.mlmodel, and those inside an .mlpackage): inputs, outputs, layers, metadata.

The file is a protocol buffer; field numbers are those of Model.proto, FeatureTypes.proto, NeuralNetwork.proto and
MIL.proto.
"""

from collections.abc import Iterator

from scanner.formats.networks.blueprint import Blueprint, drawn, text_of
from scanner.formats.protobuf import LENGTH, VARINT, Field, fields, numbers
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="coreml",
    version=1,
    line="Core ML models (.mlmodel, .mlpackage): inputs, outputs, layers, shapes of weights, metadata",
    specification="https://apple.github.io/coremltools/mlmodel/index.html",
    limits="Weights are not read. Compiled models (.mlmodelc) are told by a reader of their own.",
    suffixes=(".mlmodel",),
    magics=tuple(Magic(bytes((8, version, 0x12))) for version in range(1, 12)),
    proves_type=True,
)
_NETWORKS = {303, 403, 500}
_PROGRAM = 502
_PIPELINES = {202, 203, 204}
_KINDS = {
    100: "convolution", 120: "pooling", 130: "activation", 140: "innerproduct", 150: "embedding", 160: "batchnorm",
    165: "mvn", 170: "l2normalize", 175: "softmax", 180: "lrn", 200: "padding", 210: "upsample", 211: "resizebilinear",
    220: "unary", 230: "add", 231: "multiply", 245: "scale", 250: "bias", 280: "reduce", 290: "const", 300: "reshape",
    301: "flatten", 310: "permute", 320: "concat", 330: "split", 350: "slice", 400: "simplernn", 410: "gru",
    420: "lstm", 430: "bidirectionallstm",
}  # fmt: skip
_ACTIVATIONS = {5: "linear", 10: "relu", 15: "leakyrelu", 25: "prelu", 30: "tanh", 40: "sigmoid", 50: "elu"}
_DEEPEST = 4


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether a version is followed by a description that begins with a feature, not by a producer's name."""
    if len(head) < 6 or head[0] != 8 or head[2] != 0x12:
        return False
    at = 3
    while at < len(head) - 1 and head[at] & 0x80:
        at += 1
    return head[at + 1 : at + 2] in (b"\x0a", b"\x52")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("coreml", budget)
    yield from drawn(plan, "model", lambda: _read(source.view(), plan, budget, 0))


def _read(data: memoryview, plan: Blueprint, budget: Budget, depth: int) -> None:
    for part in fields(data, budget):
        if part.wire != LENGTH:
            continue
        if part.number == 2 and not depth:
            _read_description(part.data, plan, budget)
        elif part.number == _PROGRAM:
            _read_program(part.data, plan, budget, 0)
        elif part.number in _NETWORKS or part.number in _PIPELINES:
            _read_parts(part, plan, budget, depth)


def _read_parts(part: Field, plan: Blueprint, budget: Budget, depth: int) -> None:
    """The layers of a network, or the models of a pipeline: both stand in field 1."""
    for inner in fields(part.data, budget):
        if inner.number != 1 or inner.wire != LENGTH:
            continue
        if part.number in _NETWORKS:
            _read_layer(inner.data, plan, budget)
        elif depth < _DEEPEST:
            _read(inner.data, plan, budget, depth + 1)


def _read_description(data: memoryview, plan: Blueprint, budget: Budget) -> None:
    for part in fields(data, budget):
        if part.number == 1:
            plan.takes(*_feature(part.data, budget))
        elif part.number == 10:
            plan.gives(*_feature(part.data, budget))
        elif part.number == 100:
            for told in fields(part.data, budget):
                if told.wire == LENGTH and told.number in (1, 3):
                    plan.tells(text_of(told.data))
                elif told.number == 100:
                    plan.tells("=".join(text_of(entry.data) for entry in fields(told.data, budget)))


def _feature(data: memoryview, budget: Budget) -> tuple[str, list[int]]:
    name = ""
    shape: list[int] = []
    for part in fields(data, budget):
        if part.number == 1:
            name = text_of(part.data)
        elif part.number == 3:
            for kind in fields(part.data, budget):
                if kind.number == 4:
                    size = {f.number: f.signed for f in fields(kind.data, budget) if f.wire == VARINT}
                    shape = [1, 1 if size.get(3) == 10 else 3, size.get(2, -1), size.get(1, -1)]
                elif kind.number == 5:
                    shape = [n for f in fields(kind.data, budget) if f.number == 1 for n in numbers(f, budget)]
    return name, shape


def _read_layer(data: memoryview, plan: Blueprint, budget: Budget) -> None:
    texts: dict[int, list[str]] = {1: [], 2: [], 3: []}
    kind, settings = "", memoryview(b"")
    for part in fields(data, budget):
        if part.number in texts:
            texts[part.number].append(text_of(part.data))
        elif part.number >= 100 and part.wire == LENGTH:
            kind, settings = _KINDS.get(part.number, f"layer-{part.number}"), part.data
    name = "".join(texts[1][:1])
    if kind == "activation":
        kind = next((_ACTIVATIONS.get(f.number, kind) for f in fields(settings, budget)), kind)
    shape = _weights(kind, settings, budget)
    if shape:
        plan.weight(f"{name}.weight", shape)
        texts[2].append(f"{name}.weight")
    plan.layer(kind, name, texts[2], texts[3])


def _weights(kind: str, settings: memoryview, budget: Budget) -> list[int]:
    """Shape of a convolution's or fully connected layer's weights, by its settings."""
    if kind not in ("convolution", "innerproduct"):
        return []
    kernel: list[int] = []
    told: dict[int, int] = {}
    for part in fields(settings, budget):
        if part.number == 20:
            kernel.extend(numbers(part, budget))
        elif part.wire == VARINT:
            told[part.number] = part.signed
    if kind == "innerproduct":
        return [told.get(2, 0), told.get(1, 0)]
    return [told.get(1, 0), told.get(2, 0), *(kernel or [3, 3])]


def _read_program(data: memoryview, plan: Blueprint, budget: Budget, depth: int) -> None:
    """An ML program: functions (2), their blocks (3), operations (3) in them, each with its type and outputs."""
    for function in fields(data, budget):
        if function.number == 2 and function.wire == LENGTH:
            for entry in fields(function.data, budget):
                if entry.number == 2 and entry.wire == LENGTH:
                    _read_blocks(entry, plan, budget, depth)


def _read_blocks(function: Field, plan: Blueprint, budget: Budget, depth: int) -> None:
    for entry in fields(function.data, budget):
        if entry.number != 3 or entry.wire != LENGTH:
            continue
        for block in fields(entry.data, budget):
            if block.number == 2 and block.wire == LENGTH:
                for operation in fields(block.data, budget):
                    if operation.number == 3 and operation.wire == LENGTH and depth < _DEEPEST:
                        _read_operation(operation.data, plan, budget)


def _read_operation(data: memoryview, plan: Blueprint, budget: Budget) -> None:
    kind = ""
    takes: list[str] = []
    gives: list[tuple[str, list[int]]] = []
    for part in fields(data, budget):
        if part.number == 1:
            kind = text_of(part.data)
        elif part.number == 2:
            takes += _arguments(part.data, budget)
        elif part.number == 3:
            gives.append(_typed(part.data, budget))
    if kind == "const":
        for name, shape in gives:
            plan.weight(name, shape)
    else:
        plan.layer(kind, "", takes, [name for name, _ in gives])


def _arguments(data: memoryview, budget: Budget) -> list[str]:
    """Names in a map entry: Argument (2) holds bindings (1), each with a name (1)."""
    found = []
    for argument in fields(data, budget):
        if argument.number == 2 and argument.wire == LENGTH:
            for binding in fields(argument.data, budget):
                if binding.number == 1 and binding.wire == LENGTH:
                    found += [text_of(f.data) for f in fields(binding.data, budget) if f.number == 1]
    return found


def _typed(data: memoryview, budget: Budget) -> tuple[str, list[int]]:
    """Name and shape: NamedValueType with a name (1) and a type (2), that a TensorType (1) with dimensions (3)."""
    name = ""
    shape: list[int] = []
    for part in fields(data, budget):
        if part.number == 1:
            name = text_of(part.data)
        elif part.number == 2:
            for tensor in fields(part.data, budget):
                if tensor.number == 1 and tensor.wire == LENGTH:
                    shape = [_axis(f.data, budget) for f in fields(tensor.data, budget) if f.number == 3]
    return name, shape


def _axis(data: memoryview, budget: Budget) -> int:
    for part in fields(data, budget):
        if part.number == 1 and part.wire == LENGTH:
            return next((f.signed for f in fields(part.data, budget) if f.number == 1), -1)
    return -1
