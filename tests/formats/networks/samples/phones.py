"""ncnn and MNN."""

import struct

from tests.formats.networks.flat import Table, Vector, Writer
from tests.formats.networks.samples.sample import PICTURE, WEIGHTS, Sample


def ncnn() -> Sample:
    text = "7767517\n3 3\nInput x 0 1 x 0=14 1=14 2=3\nConvolution m 1 1 x m 0=8 1=3 6=216\n"
    text += "InnerProduct y 1 1 m y 0=16 1=1 2=128\n"
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("a.param", text.encode(), (PICTURE,), ((1, 16),), layers, WEIGHTS)


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


def ncnn_in_binary_form() -> bytes:
    """The same network: kinds of layer by number (16 what goes in, 6 a convolution, 15 a full connection)."""
    rows = [(16, 0, 1, 0, 0, 14, 1, 14, 2, 3), (6, 1, 1, 0, 1, 0, 8, 1, 3, -23304, 2, 0, 0, 6, 216)]
    rows.append((15, 1, 1, 1, 2, 0, 16, 1, 1, 2, 128))
    numbers = [7767517, 3, 3, *(number for row in rows for number in (*row, -233))]
    return struct.pack(f"<{len(numbers)}i", *numbers)


SAMPLES = {
    "ncnn": ncnn,
    "mnn": mnn,
}
