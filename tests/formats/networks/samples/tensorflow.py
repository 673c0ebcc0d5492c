"""TensorFlow: its graphs, checkpoints, and the forms for phones and web pages."""

import json
import struct

from scanner.model.network import Shape
from tests.formats.networks.flat import Table, Vector, Writer
from tests.formats.networks.samples.sample import CONV, PICTURE, WEIGHTS, Sample
from tests.formats.networks.wire import field, message, repeated, varint


def tflite() -> Sample:
    def tensor(name: str, shape: Shape, buffer: int) -> Table:
        return Table(Vector(shape, "<i"), ("<b", 0), ("<I", buffer), name)

    def operator(code: int, takes: list[int], gives: list[int]) -> Table:
        return Table(("<I", code), Vector(takes, "<i"), Vector(gives, "<i"))

    tensors = [tensor("x", (1, 14, 14, 3), 0), tensor("w", (8, 3, 3, 3), 1), tensor("m", (1, 8), 0)]
    tensors += [tensor("v", (16, 8), 2), tensor("y", (1, 16), 0)]
    graph = Table(
        Vector(tensors),
        Vector([0], "<i"),
        Vector([4], "<i"),
        Vector([operator(0, [0, 1], [2]), operator(1, [2, 3], [4])]),
    )
    codes = [Table(("<b", 3), None, ("<i", 1), ("<i", 3)), Table(("<b", 9), None, ("<i", 1), ("<i", 9))]
    buffers = [Table(), Table(Vector(bytes(864), "<B")), Table(Vector(bytes(512), "<B"))]
    data = Writer(b"TFL3").file(Table(("<I", 3), Vector(codes), Vector([graph]), "ours", Vector(buffers)))
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("a.tflite", data, ((1, 14, 14, 3),), ((1, 16),), layers, WEIGHTS)


def tensorflow_graph() -> Sample:
    def attribute(key: str, value: bytes) -> tuple[int, bytes]:
        return 5, message((1, key), (2, value))

    def shape(axes: Shape) -> bytes:
        return b"".join(field(2, field(1, axis)) for axis in axes)

    def const(name: str, axes: Shape) -> bytes:
        return message((1, name), (2, "Const"), attribute("value", field(8, message((1, 1), (2, shape(axes))))))

    nodes = [
        message((1, "x"), (2, "Placeholder"), attribute("shape", field(7, shape(PICTURE)))),
        const("w", (3, 3, 3, 8)),
        const("v", (8, 16)),
        message((1, "m"), (2, "Conv2D"), (3, "x"), (3, "w")),
        message((1, "y"), (2, "MatMul"), (3, "m:0"), (3, "v"), attribute("_output_shapes", field(7, shape((1, 16))))),
    ]
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("a.pb", repeated(1, nodes), (PICTURE,), ((1, 16),), layers, WEIGHTS)


def tensorflow_js() -> Sample:
    def node(name: str, op: str, *inputs: str, **attr: object) -> dict[str, object]:
        return {"name": name, "op": op, "input": list(inputs), "attr": attr}

    dims = {"shape": {"dim": [{"size": str(axis)} for axis in PICTURE]}}
    nodes = [node("x", "Placeholder", shape=dims), node("w", "Const"), node("v", "Const")]
    nodes += [node("m", "_FusedConv2D", "x", "w"), node("y", "MatMul", "m", "v")]
    manifest = [
        {"name": "w", "shape": [3, 3, 3, 8], "dtype": "float32"},
        {"name": "v", "shape": [8, 16], "dtype": "float32"},
    ]
    tree = {
        "format": "graph-model",
        "signature": {"outputs": {"y": {"tensorShape": {"dim": [{"size": "1"}, {"size": "16"}]}}}},
        "modelTopology": {"node": nodes},
        "weightsManifest": [{"paths": ["a.bin"], "weights": manifest}],
    }
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("model.json", json.dumps(tree).encode(), (PICTURE,), ((1, 16),), layers, WEIGHTS)


def tensorflow_checkpoint() -> Sample:
    """A table of sorted strings with one block; the second key shares its first letters with the one before."""

    def entry(shared: int, key: bytes, value: bytes) -> bytes:
        return bytes([shared, len(key), len(value)]) + key + value

    def block(entries: bytes) -> bytes:
        return entries + struct.pack("<II", 0, 1)

    def tensor(shape: Shape) -> bytes:
        return message((1, 1), (2, b"".join(field(2, field(1, axis)) for axis in shape)))

    data = block(
        entry(0, b"", b"\x08\x01\x1a\x02\x08\x01") + entry(0, b"net/v", tensor((8, 16))) + entry(4, b"w", tensor(CONV))
    )
    index = block(entry(0, b"z", bytes([0, len(data)])))
    start = len(data) + 5
    footer = (bytes([0, 0]) + varint(start) + varint(len(index))).ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")
    return Sample("variables.index", data + bytes(5) + index + bytes(5) + footer, weights=WEIGHTS)


SAMPLES = {
    "tflite": tflite,
    "tensorflow-graph": tensorflow_graph,
    "tensorflow-js": tensorflow_js,
    "tensorflow-checkpoint": tensorflow_checkpoint,
}
