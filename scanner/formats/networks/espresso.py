"""Core ML models compiled from the older kind of network (model.espresso.net in .mlmodelc): layers, shapes of weights.

The file is JSON, a list of layers with their settings; the shapes of what flows between them stand beside it in
model.espresso.shape.

Source: files as Xcode's compiler writes them, and https://github.com/lutzroeder/netron (source/coreml.js)
"""

from collections.abc import Iterator

from scanner.formats.json_tree import Json, entries, json_object, part, word
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="espresso",
    version=1,
    line="Compiled Core ML models of the older kind (model.espresso.net in .mlmodelc): layers, shapes of weights",
    specification="https://github.com/lutzroeder/netron/blob/main/source/coreml.js",
    limits="Weights are not read.",
    names=("model.espresso.net",),
)
_SHAPES = "model.espresso.shape"
_ACTIVATIONS = {0: "relu", 1: "tanh", 2: "leaky-relu", 3: "sigmoid", 4: "prelu", 5: "elu", 6: "linear"}


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether it is a JSON object."""
    return head.lstrip()[:1] == b"{"


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("coreml", budget)
    yield from drawn(plan, "layers", lambda: _read(source, plan, budget))


def _read(source: Source, plan: Blueprint, budget: Budget) -> None:
    beside = source.group(_SHAPES)
    shapes = part(json_object(beside, budget), "layer_shapes") if beside is not None else {}
    made: set[str] = set()
    layers = [layer for _, layer in entries(json_object(source, budget), "layers")]
    for layer in layers:
        given = _names(layer, "top")
        _draw(layer, given, plan)
        for name in _names(layer, "bottom"):
            if name not in made:
                made.add(name)
                plan.takes(name, _shape(shapes, name))
        made.update(given)
    taken = {name for layer in layers for name in _names(layer, "bottom")}
    for layer in layers:
        for name in _names(layer, "top"):
            if part(layer, "attributes").get("is_output") or name not in taken:
                plan.gives(name, _shape(shapes, name))


def _draw(layer: Json, given: list[str], plan: Blueprint) -> None:
    kind, name = word(layer, "type"), word(layer, "name")
    weights = _weights(kind, layer)
    if weights:
        plan.weight(f"{name}.weight", weights)
    if kind == "activation":
        kind = _ACTIVATIONS.get(_number(layer, "mode"), kind)
    elif kind == "convolution" and _number(layer, "n_groups") > 1:
        kind = "depthwise_conv"
    plan.layer(kind, name, [*_names(layer, "bottom"), *([f"{name}.weight"] if weights else [])], given)


def _weights(kind: str, layer: Json) -> list[int]:
    """Outputs, inputs and kernel, by the settings."""
    if kind == "inner_product":
        return [_number(layer, "nC"), _number(layer, "nB")]
    if kind in ("convolution", "deconvolution"):
        inputs = _number(layer, "K") // max(_number(layer, "n_groups"), 1)
        return [_number(layer, "C"), inputs, _number(layer, "Ny"), _number(layer, "Nx")]
    return []


def _shape(shapes: Json, name: str) -> list[int]:
    told = part(shapes, name)
    return [_number(told, axis) for axis in ("n", "k", "h", "w")] if told else []


def _names(layer: Json, key: str) -> list[str]:
    return [name for name in word(layer, key).split(",") if name]


def _number(tree: Json, key: str) -> int:
    value = tree.get(key)
    return value if isinstance(value, int) and value >= 0 else 0
