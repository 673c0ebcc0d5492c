"""One tiny network in every format that is read, written here byte by byte: weights are zeros, or are left out.

`SAMPLES` has by reader a file's name, its bytes and what must be read of it.
"""

import json
import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from scanner.model.network import Shape
from tests.formats.networks.flat import Table, Vector, Writer
from tests.formats.networks.onnx_files import chain, onnx_file
from tests.formats.networks.wire import field, message, repeated, varint


class Sample(NamedTuple):
    """A file and what it says."""

    file: str
    data: bytes
    inputs: tuple[Shape, ...] = ()
    outputs: tuple[Shape, ...] = ()
    layers: Mapping[str, int] = MappingProxyType({})
    weights: Mapping[str, int] = MappingProxyType({})


CONV, DENSE = (8, 3, 3, 3), (16, 8)
WEIGHTS = {"3x3x3x8": 1, "8x16": 1}
PICTURE = (1, 3, 14, 14)


def onnx() -> Sample:
    nodes, weights = chain([CONV, DENSE])
    data = onnx_file({"x": PICTURE}, {"y": (1, 16)}, nodes, weights, filled=True)
    return Sample("a.onnx", data, (PICTURE,), ((1, 16),), {"convolution": 2}, WEIGHTS)


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


def mnn() -> Sample:
    common = Table(*([None] * 2), ("<i", 3), ("<i", 3), *([None] * 6), ("<i", 8), ("<i", 3))
    conv = Table(Vector([0], "<i"), ("<B", 9), Table(common), "conv", Vector([1], "<i"), ("<i", 12))
    dense = Table(
        Vector([1], "<i"), ("<B", 20), Table(("<i", 16), ("<i", 0), ("<i", 128)), "fc", Vector([2], "<i"), ("<i", 33)
    )
    take = Table(None, ("<B", 21), Table(Vector(PICTURE, "<i")), "x", Vector([0], "<i"), ("<i", 34))
    net = Table(None, None, None, Vector([take, conv, dense]), Vector(["y"]), None, None, Vector(["x", "m", "y"]))
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("a.mnn", Writer().file(net), (PICTURE,), ((1, 16),), layers, WEIGHTS)


def _state(proto: int) -> bytes:
    """A state dictionary as torch pickles it. The names are written by hand: nothing of torch is imported."""
    out = bytearray([0x80, proto]) + b"}("
    for name, shape in (("conv.weight", CONV), ("fc.weight", DENSE)):
        out += b"X" + struct.pack("<I", len(name)) + name.encode()
        out += b"ctorch._utils\n_rebuild_tensor_v2\n(("
        out += b"X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x01tQK\0("
        out += b"".join(b"K" + bytes([axis]) for axis in shape) + b"t(K\x01K\x01t\x89ccollections\nOrderedDict\n)RtR"
    return bytes(out + b"u.")


def pytorch() -> Sample:
    return Sample("data.pkl", _state(2), weights=WEIGHTS)


def safetensors() -> Sample:
    header = json.dumps(
        {
            "__metadata__": {"format": "pt"},
            "conv.weight": {"dtype": "F32", "shape": CONV, "data_offsets": [0, 864]},
            "fc.weight": {"dtype": "I8", "shape": DENSE, "data_offsets": [864, 992]},
        }
    ).encode()
    return Sample("a.safetensors", struct.pack("<Q", len(header)) + header + bytes(992), weights=WEIGHTS)


def gguf() -> Sample:
    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    out = b"GGUF" + struct.pack("<IQQ", 3, 2, 2) + text("general.name") + struct.pack("<I", 8) + text("ours")
    out += text("sizes") + struct.pack("<IIQ", 9, 4, 3) + bytes(12)
    for name, shape in (("conv", CONV), ("fc", DENSE)):
        out += text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape) + struct.pack("<IQ", 0, 0)
    return Sample("a.gguf", out + bytes(64), weights=WEIGHTS)


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


def keras_config() -> Sample:
    layers = [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_shape": [None, 14, 14, 3]}, "inbound_nodes": []},
        {"class_name": "Conv2D", "config": {"name": "m", "filters": 8}, "inbound_nodes": [[["x", 0, 0, {}]]]},
        {"class_name": "Dense", "config": {"name": "y", "units": 16}, "inbound_nodes": [[["m", 0, 0, {}]]]},
    ]
    tree = {"class_name": "Functional", "config": {"name": "ours", "layers": layers, "output_layers": [["y", 0, 0]]}}
    kinds = {"convolution": 1, "fully-connected": 1}
    return Sample("config.json", json.dumps(tree).encode(), ((-1, 14, 14, 3),), ((-1, 16),), kinds)


def caffe_model() -> Sample:
    def layer(name: str, kind: str, below: str, shape: Shape) -> bytes:
        blob = field(7, repeated(1, shape)) + field(5, bytes(16))
        return message((1, name), (2, kind), (3, below), (4, name), (7, blob))

    data = message(
        (1, "ours"), (100, layer("m", "Convolution", "x", CONV)), (100, layer("y", "InnerProduct", "m", DENSE))
    )
    return Sample("a.caffemodel", data, layers={"convolution": 1, "fully-connected": 1}, weights=WEIGHTS)


def caffe_text() -> Sample:
    text = """
name: "ours"  # a remark
input: "x" input_dim: 1 input_dim: 3 input_dim: 14 input_dim: 14
layer { name: "m" type: "Convolution" bottom: "x" top: "m" convolution_param { num_output: 8 kernel_size: 3 } }
layer { name: "y" type: "InnerProduct" bottom: "m" top: "y" inner_product_param < num_output: 16 > }
"""
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("deploy.prototxt", text.encode(), (PICTURE,), ((1, 16),), layers)


def openvino() -> Sample:
    def port(axes: Shape) -> str:
        return '<port id="0">' + "".join(f"<dim>{axis}</dim>" for axis in axes) + "</port>"

    def layer(number: int, kind: str, axes: Shape, data: str = "") -> str:
        outputs = f"<output>{port(axes)}</output>" if kind != "Result" else f"<input>{port(axes)}</input>"
        return f'<layer id="{number}" name="l{number}" type="{kind}" version="opset1">{data}{outputs}</layer>'

    layers = layer(0, "Parameter", PICTURE)
    layers += layer(1, "Const", CONV, '<data element_type="f32" shape="8, 3, 3, 3"/>')
    layers += layer(2, "Convolution", (1, 8, 12, 12))
    layers += layer(3, "Const", DENSE, '<data element_type="f16" shape="16, 8"/>')
    layers += layer(4, "MatMul", (1, 16)) + layer(5, "Result", (1, 16))
    edges = "".join(f'<edge from-layer="{a}" to-layer="{b}"/>' for a, b in ((0, 2), (1, 2), (2, 4), (3, 4), (4, 5)))
    text = f'<?xml version="1.0"?><net name="ours" version="11"><layers>{layers}</layers><edges>{edges}</edges></net>'
    kinds = {"convolution": 1, "fully-connected": 1}
    return Sample("a.xml", text.encode(), (PICTURE,), ((1, 16),), kinds, WEIGHTS)


def ncnn() -> Sample:
    text = "7767517\n3 3\nInput x 0 1 x 0=14 1=14 2=3\nConvolution m 1 1 x m 0=8 1=3 6=216\n"
    text += "InnerProduct y 1 1 m y 0=16 1=1 2=128\n"
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("a.param", text.encode(), (PICTURE,), ((1, 16),), layers, WEIGHTS)


def darknet() -> Sample:
    text = (
        "[net]\nheight=14\nwidth=14\nchannels=3\n[convolutional]\nfilters=8\nsize=3\n# a remark\n[route]\nlayers=-1\n"
    )
    layers = {"convolution": 1, "concat": 1}
    return Sample("a.cfg", text.encode(), (PICTURE,), ((1, 8),), layers, {"3x3x3x8": 1})


def mxnet_symbol() -> Sample:
    nodes = [
        {"op": "null", "name": "data", "inputs": []},
        {"op": "null", "name": "m_weight", "inputs": []},
        {"op": "Convolution", "name": "m", "attrs": {"num_filter": "8"}, "inputs": [[0, 0, 0], [1, 0, 0]]},
        {"op": "FullyConnected", "name": "y", "attrs": {"num_hidden": "16"}, "inputs": [[2, 0, 0]]},
    ]
    data = json.dumps({"nodes": nodes, "heads": [[3, 0, 0]]}).encode()
    return Sample("a-symbol.json", data, ((),), ((1, 16),), {"convolution": 1, "fully-connected": 1})


def mxnet_params() -> Sample:
    def array(shape: Shape) -> bytes:
        size = 4
        for axis in shape:
            size *= axis
        head = struct.pack("<IiI", 0xF993FAC9, 0, len(shape)) + struct.pack(f"<{len(shape)}q", *shape)
        return head + struct.pack("<iii", 1, 0, 0) + bytes(size)

    names = b"".join(struct.pack("<Q", len(name)) + name for name in (b"arg:m_weight", b"arg:y_weight"))
    data = struct.pack("<QQQ", 0x112, 0, 2) + array(CONV) + array(DENSE) + struct.pack("<Q", 2) + names
    return Sample("a.params", data, weights=WEIGHTS)


def paddle() -> Sample:
    def variable(name: str, axes: Shape, *, kept: bool) -> bytes:
        tensor = field(1, message((1, 5)) + repeated(2, axes))
        return message((1, name), (2, message((1, 7)) + field(3, tensor)), (3, int(kept)))

    def operator(kind: str, takes: list[str], gives: list[str]) -> bytes:
        inputs = message((1, "X")) + repeated(2, takes)
        outputs = message((1, "Out")) + repeated(2, gives)
        return message((1, inputs), (2, outputs), (3, kind))

    block = message((1, 0), (2, -1))
    for name, axes, kept in (("x", PICTURE, False), ("w", CONV, True), ("v", (8, 16), True), ("y", (1, 16), False)):
        block += field(3, variable(name, axes, kept=kept))
    block += field(4, operator("feed", ["feed"], ["x"])) + field(4, operator("conv2d", ["x", "w"], ["m"]))
    block += field(4, operator("mul", ["m", "v"], ["y"])) + field(4, operator("fetch", ["y"], ["fetch"]))
    layers = {"convolution": 1, "multiply": 1}
    return Sample("a.pdmodel", field(1, block), (PICTURE,), ((1, 16),), layers, WEIGHTS)


def coreml() -> Sample:
    picture = message((1, "x"), (3, field(4, message((1, 14), (2, 14), (3, 20)))))
    row = message((1, "y"), (3, field(5, repeated(1, (1, 16)))))
    conv = message((1, "m"), (2, "x"), (3, "m"), (100, message((1, 8), (2, 3)) + repeated(20, (3, 3))))
    dense = message((1, "y"), (2, "m"), (3, "y"), (140, message((1, 8), (2, 16))))
    description = field(1, picture) + field(10, row) + field(100, message((1, "ours")))
    data = message((1, 4), (2, description), (500, field(1, conv) + field(1, dense)))
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("a.mlmodel", data, (PICTURE,), ((1, 16),), layers, WEIGHTS)


def dlib_data() -> Sample:
    def text(word: bytes) -> bytes:
        return b"\x01" + bytes([len(word)]) + word

    data = b"\x01\x01" + text(b"loss_metric_2") + bytes(40) + text(b"fc_2") + bytes(90)
    data += text(b"affine_") + bytes(9) + text(b"con_4") + bytes(30) + text(b"input_rgb_image_sized") + bytes(20)
    layers = {"fully-connected": 1, "batch-normalization": 1, "convolution": 1, "input-rgb-image-sized": 1}
    return Sample("a.dat", data, ((1, 3, -1, -1),), (), layers)


def opencv_storage() -> Sample:
    stage = "<_><maxWeakCount>%d</maxWeakCount><stageThreshold>-1.</stageThreshold></_>"
    text = (
        '<?xml version="1.0"?><opencv_storage><cascade type_id="opencv-cascade-classifier"><stageType>BOOST</stageType>'
    )
    text += (
        "<featureType>LBP</featureType><height>24</height><width>20</width><stageParams><maxWeakCount>9</maxWeakCount>"
    )
    text += f"</stageParams><stages>{stage % 3}{stage % 5}</stages></cascade></opencv_storage>"
    return Sample("a.xml", text.encode(), ((1, 1, 24, 20),), (), {"cascade-stage": 2})


def numpy_array() -> Sample:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (7, 512), }".ljust(117) + b"\n"
    data = b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + bytes(64)
    return Sample("a.npy", data, (), ((7, 512),))


def sealed_network() -> Sample:
    return Sample("a.engine", b"ftrt" + bytes(60))


def json_rows() -> Sample:
    data = json.dumps([{"label": "a", "descriptors": [[0.5] * 128]}]).encode()
    return Sample("faces.json", data, (), ((-1, 128),))


def embedding_store() -> Sample:
    return Sample("faces.index", b"IxFI" + struct.pack("<iq", 512, 7) + bytes(40), (), ((7, 512),))


def hdf5() -> Sample:
    """A root group with two data sets: superblock of version 0, one B-tree, one node, one heap."""

    def header(*messages: tuple[int, bytes]) -> bytes:
        parts = b"".join(struct.pack("<HHI", kind, len(data), 0) + data for kind, data in messages)
        return struct.pack("<BBHII4x", 1, 0, len(messages), 1, len(parts)) + parts

    def dataspace(shape: Shape) -> bytes:
        return struct.pack("<BBBx4x", 1, len(shape), 0) + struct.pack(f"<{len(shape)}Q", *shape)

    names = b"\0" * 8 + b"kernel:0".ljust(16, b"\0") + b"fc".ljust(8, b"\0")
    root, tree, node, heap, texts = 96, 256, 320, 480, 544
    first, second = 640, 768
    out = bytearray(1024)
    out[:16] = b"\x89HDF\r\n\x1a\n\0\0\0\0\0\x08\x08\0"
    struct.pack_into("<QQ", out, 56, 0, root)
    pieces = {
        root: header((0x11, struct.pack("<QQ", tree, heap))),
        tree: b"TREE\0\0" + struct.pack("<HQQQQ", 1, 0, 0, 0, node),
        node: b"SNOD\1\0" + struct.pack("<HQQ24xQQ24x", 2, 8, first, 24, second),
        heap: b"HEAP\0\0\0\0" + struct.pack("<QQQ", len(names), 0, texts),
        texts: names,
        first: header((1, dataspace((3, 3, 3, 8)))),
        second: header((1, dataspace((8, 16)))),
    }
    for at, piece in pieces.items():
        out[at : at + len(piece)] = piece
    return Sample("a.h5", bytes(out), weights=WEIGHTS)


def onnx_runtime() -> Sample:
    def value(name: str, shape: Shape) -> Table:
        dimensions = [Table(Table(("<b", 1), ("<q", axis))) for axis in shape]
        tensor = Table(("<i", 1), Table(Vector(dimensions)))
        return Table(name, None, Table(None, ("<B", 1), tensor))

    def node(kind: str, takes: list[str], gives: list[str]) -> Table:
        return Table(None, None, None, None, None, kind, None, None, Vector(takes), Vector(gives))

    weights = [Table("w", None, Vector(CONV, "<q"), ("<i", 1)), Table("v", None, Vector(DENSE, "<q"), ("<i", 1))]
    nodes = [node("Conv", ["x", "w"], ["m"]), node("Gemm", ["m", "v"], ["y"])]
    values = Vector([value("x", PICTURE), value("y", (1, 16))])
    graph = Table(Vector(weights), values, Vector(nodes), None, None, Vector(["x"]), Vector(["y"]))
    model = Table(("<q", 8), None, "ours", *([None] * 4), graph)
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("a.ort", Writer(b"ORTM").file(Table("1", model)), (PICTURE,), ((1, 16),), layers, WEIGHTS)


def tensorflow_checkpoint() -> Sample:
    """A table of sorted strings with one block; the second key shares its first letters with the one before."""

    def entry(shared: int, key: bytes, value: bytes) -> bytes:
        return bytes([shared, len(key), len(value)]) + key + value

    def block(entries: bytes) -> bytes:
        return entries + struct.pack("<II", 0, 1)

    def tensor(shape: Shape) -> bytes:
        return message((1, 1), (2, b"".join(field(2, field(1, axis)) for axis in shape)))

    data = block(entry(0, b"", b"\x08\x01") + entry(0, b"net/v", tensor((8, 16))) + entry(4, b"w", tensor(CONV)))
    index = block(entry(0, b"z", bytes([0, len(data)])))
    start = len(data) + 5
    footer = (bytes([0, 0]) + varint(start) + varint(len(index))).ljust(40, b"\0") + bytes.fromhex("57fb808b247547db")
    return Sample("variables.index", data + bytes(5) + index + bytes(5) + footer, weights=WEIGHTS)


def coreml_program() -> Sample:
    text = """program(1.0)
[buildInfo = dict<string, string>({})]
{
    func main<ios15>(tensor<fp32, [1, 3, 14, 14]> x) {
        tensor<fp16, [8, 3, 3, 3]> w = const()[name = string("w"), val = tensor<fp16, [8, 3, 3, 3]>(BLOBFILE(1))];
        string pt = const()[name = string("pt"), val = string("valid")];
        tensor<fp16, [1, 8, 12, 12]> m = conv(dilations = [1, 1], pad_type = pt, weight = w, x = x)[name = string("m")];
        tensor<int8, [16, 8]> v = constexpr_affine_dequantize()[name = string("v"), data = tensor(BLOBFILE(2))];
        tensor<fp16, [1, 16]> y = linear(weight = v, x = m)[name = string("y")];
    } -> (y);
}
"""
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("model.mil", text.encode(), (PICTURE,), ((1, 16),), layers, WEIGHTS)


def espresso() -> Sample:
    conv = {"type": "convolution", "name": "m", "bottom": "x", "top": "m", "C": 8, "K": 3, "Nx": 3, "Ny": 3}
    dense = {"type": "inner_product", "name": "y", "bottom": "m", "top": "y", "nB": 8, "nC": 16}
    dense["attributes"] = {"is_output": 1}
    layers = {"convolution": 1, "fully-connected": 1}
    data = json.dumps({"format_version": 200, "layers": [conv, dense]}).encode()
    return Sample("model.espresso.net", data, ((),), ((),), layers, WEIGHTS)


def paddle_program() -> Sample:
    def value(number: int, shape: Shape) -> dict[str, object]:
        return {"%": number, "TT": {"#": "0.t_dtensor", "D": [{"#": "0.t_f32"}, list(shape), "NCHW", [], 0]}}

    operations = [
        {"#": "p", "A": [0, 1, 1, "conv.w"], "O": value(1, CONV)},
        {"#": "p", "A": [0, 1, 1, "fc.w"], "O": value(2, (8, 16))},
        {"#": "1.data", "I": [], "O": [value(3, PICTURE)]},
        {"#": "1.conv2d", "I": [{"%": 3}, {"%": 1}], "O": [value(4, (1, 8, 12, 12))]},
        {"#": "1.matmul", "I": [{"%": 4}, {"%": 2}], "O": [value(5, (1, 16))]},
        {"#": "1.fetch", "I": [{"%": 5}], "O": [value(6, (1, 16))]},
    ]
    block = {"#": "block_0", "args": [], "ops": operations}
    program = {"regions": [{"#": "region_0", "blocks": [block]}]}
    tree = {"base_code": {"magic": "pir", "trainable": True, "version": 1}, "program": program}
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("inference.json", json.dumps(tree).encode(), (PICTURE,), ((1, 16),), layers, WEIGHTS)


def hnswlib_index() -> Sample:
    row = 4 * 128
    numbers = 4 * 32 + 4
    sizes = (0, 1000, 7, numbers + row + 8, numbers + row, numbers, 2, 3, 16, 32, 16, 0.25, 200)
    return Sample("people.bin", struct.pack("<6QiI3QdQ", *sizes) + bytes(64), (), ((7, 128),))


def annoy_index() -> Sample:
    def node(stands_for: int) -> bytes:
        return struct.pack("<i", stands_for) + bytes(8 + 4 * 128)

    return Sample("people.ann", node(1) * 5 + node(3) + node(5), (), ((5, 128),))


def darknet_weights() -> Sample:
    return Sample("a.weights", struct.pack("<iiiq", 0, 2, 0, 64) + bytes(400))


SAMPLES = {
    "onnx-runtime": onnx_runtime,
    "tensorflow-checkpoint": tensorflow_checkpoint,
    "coreml-program": coreml_program,
    "espresso": espresso,
    "paddle-program": paddle_program,
    "hnswlib-index": hnswlib_index,
    "annoy-index": annoy_index,
    "darknet-weights": darknet_weights,
    "hdf5": hdf5,
    "embedding-store": embedding_store,
    "json-rows": json_rows,
    "onnx": onnx,
    "tflite": tflite,
    "mnn": mnn,
    "pytorch": pytorch,
    "safetensors": safetensors,
    "gguf": gguf,
    "tensorflow-graph": tensorflow_graph,
    "tensorflow-js": tensorflow_js,
    "keras-config": keras_config,
    "caffe-model": caffe_model,
    "caffe-text": caffe_text,
    "openvino": openvino,
    "ncnn": ncnn,
    "darknet": darknet,
    "mxnet-symbol": mxnet_symbol,
    "mxnet-params": mxnet_params,
    "paddle": paddle,
    "coreml": coreml,
    "dlib-data": dlib_data,
    "opencv-storage": opencv_storage,
    "numpy-array": numpy_array,
    "sealed-network": sealed_network,
}
