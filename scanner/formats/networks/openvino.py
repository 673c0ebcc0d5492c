"""OpenVINO: the intermediate representation (.xml), versions 2 to 11.

Specification: https://docs.openvino.ai/2024/documentation/openvino-ir-format.html
"""

import re
from collections.abc import Iterator

from scanner.formats.networks import Extent
from scanner.formats.networks.among_bytes import end_behind
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.weights_beside import tell_weights_beside
from scanner.formats.xml_elements import Element, xml_elements
from scanner.model.observation import Observation
from scanner.model.source import HEAD_BYTES, Budget, Info, Magic, Source

INFO = Info(
    name="openvino",
    version=2,
    line="OpenVINO networks (.xml): layers, inputs, outputs, shapes of weights",
    specification="https://docs.openvino.ai/2024/documentation/openvino-ir-format.html",
    limits="Of the .bin with the weights only the size is told.",
    suffixes=(".xml",),
    magics=(Magic(b"<?xml"), Magic(b"<net ")),
)
MARKS = (b'<net name="',)
_DECLARATION, _END = b"<?xml", re.compile(rb"</net>")
_LONGEST_DECLARATION = 200
_INPUTS = frozenset({"Parameter", "Input"})
_OUTPUTS = frozenset({"Result"})
_WIDE = {"f32": 4, "f16": 2, "FP32": 4, "FP16": 2, "i8": 1, "u8": 1, "I8": 1, "U8": 1}


class _Layer:
    def __init__(self) -> None:
        self.dims: list[int] = []
        self.ports: dict[str, list[list[int]]] = {"input": [], "output": []}
        self.data: dict[str, str] = {}
        self.blobs: list[int] = []


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether it is a network with layers."""
    return b"<net " in head and b"<layers" in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("openvino", budget)
    tell_weights_beside(source, plan, ".xml", ".bin")
    yield from drawn(plan, "net", lambda: _read(source, plan, budget))


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """From the declaration, or the mark, to the end of the element."""
    budget.spend_items()
    before = bytes(data[max(0, at - _LONGEST_DECLARATION) : at])
    declared = before.rfind(_DECLARATION)
    start = at - len(before) + declared if declared >= 0 else at
    end = end_behind(_END, data, at, budget) if wants("", bytes(data[start : start + HEAD_BYTES])) else None
    return Extent(start, end) if end is not None else None


def _read(source: Source, plan: Blueprint, budget: Budget) -> None:
    layers: list[tuple[dict[str, str], _Layer]] = []
    edges: dict[str, list[str]] = {}
    current = _Layer()
    for element in xml_elements(source, budget):
        tag = element.path[-1]
        if tag == "layer":
            layers.append((element.attributes, current))
            current = _Layer()
        elif tag == "edge":
            edges.setdefault(element.attributes.get("to-layer", ""), []).append(
                element.attributes.get("from-layer", "")
            )
        elif tag == "net":
            plan.name = element.attributes.get("name", "")
        else:
            _note(element, tag, current)
    _draw(plan, layers, edges)


def _note(element: Element, tag: str, current: _Layer) -> None:
    """Keep what a part of a layer tells: parts end before the layer does."""
    if tag == "dim":
        current.dims.append(_number(element.text))
    elif tag == "port" and len(element.path) > 1 and element.path[-2] in current.ports:
        current.ports[element.path[-2]].append(current.dims)
        current.dims = []
    elif tag == "data" and "layer" in element.path:
        current.data = element.attributes
    elif tag in ("weights", "biases") and "size" in element.attributes:
        current.blobs.append(_number(element.attributes["size"]))


def _draw(plan: Blueprint, layers: list[tuple[dict[str, str], _Layer]], edges: dict[str, list[str]]) -> None:
    followed = {source for sources in edges.values() for source in sources}
    for attributes, layer in layers:
        number, kind, name = (attributes.get(key, "") for key in ("id", "type", "name"))
        outputs = layer.ports["output"]
        if kind in _INPUTS:
            plan.takes(name, outputs[0] if outputs else [])
        elif kind == "Const":
            shape = [_number(axis) for axis in layer.data.get("shape", "").split(",") if axis.strip()]
            plan.weight(number, shape or (outputs[0] if outputs else []), _type(layer.data.get("element_type", "")))
            plan.calls(name)
        elif kind in _OUTPUTS:
            shapes = layer.ports["input"]
            plan.gives(name, shapes[0] if shapes else [])
        else:
            _draw_layer(plan, attributes, layer, edges.get(number, []))
            if number not in followed and outputs:
                plan.gives(name, outputs[0])


def _draw_layer(plan: Blueprint, attributes: dict[str, str], layer: _Layer, before: list[str]) -> None:
    """A step; up to version 7 its weights stand in itself, by the number of their bytes."""
    number = attributes.get("id", "")
    own = _old_weights(attributes, layer)
    if own:
        plan.weight(f"{number}.w", own)
    plan.layer(
        attributes.get("type", ""), attributes.get("name", ""), [*before, f"{number}.w"] if own else before, [number]
    )


def _old_weights(attributes: dict[str, str], layer: _Layer) -> list[int]:
    width = _WIDE.get(attributes.get("precision", ""), 0)
    outputs = layer.data.get("output") or layer.data.get("out-size")
    if not layer.blobs or not width or not outputs:
        return []
    kernel = [_number(axis) for axis in layer.data.get("kernel", "").split(",") if axis.strip()]
    count, given = layer.blobs[0] // width, _number(outputs)
    area = given
    for axis in kernel:
        area *= max(axis, 1)
    return [given, count // area, *kernel] if area > 0 else []


def _type(written: str) -> str:
    known = {"f32": "float32", "f16": "float16", "i64": "int64", "i32": "int32", "i8": "int8", "u8": "uint8"}
    return known.get(written, written)


def _number(text: str) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
