"""ONNX and ONNX Runtime."""

from scanner.model.network import Shape
from tests.formats.networks.flat import Table, Vector, Writer
from tests.formats.networks.onnx_files import chain, onnx_file
from tests.formats.networks.samples.sample import CONV, DENSE, PICTURE, WEIGHTS, Sample


def onnx() -> Sample:
    nodes, weights = chain([CONV, DENSE])
    data = onnx_file({"x": PICTURE}, {"y": (1, 16)}, nodes, weights, filled=True)
    return Sample("a.onnx", data, (PICTURE,), ((1, 16),), {"convolution": 2}, WEIGHTS)


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


SAMPLES = {
    "onnx": onnx,
    "onnx-runtime": onnx_runtime,
}
