"""OpenVINO, Darknet, GGUF, dlib and OpenCV."""

import struct

from scanner.model.network import Shape
from tests.formats.networks.samples.sample import CONV, DENSE, PICTURE, WEIGHTS, Sample


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


def darknet() -> Sample:
    text = (
        "[net]\nheight=14\nwidth=14\nchannels=3\n[convolutional]\nfilters=8\nsize=3\n# a remark\n[route]\nlayers=-1\n"
    )
    layers = {"convolution": 1, "concat": 1}
    return Sample("a.cfg", text.encode(), (PICTURE,), ((1, 8),), layers, {"3x3x3x8": 1})


def darknet_weights() -> Sample:
    return Sample("a.weights", struct.pack("<iiiq", 0, 2, 0, 64) + bytes(400))


def gguf() -> Sample:
    def text(value: str) -> bytes:
        return struct.pack("<Q", len(value)) + value.encode()

    out = b"GGUF" + struct.pack("<IQQ", 3, 2, 2) + text("general.name") + struct.pack("<I", 8) + text("ours")
    out += text("sizes") + struct.pack("<IIQ", 9, 4, 3) + bytes(12)
    for name, shape in (("conv", CONV), ("fc", DENSE)):
        out += text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *shape) + struct.pack("<IQ", 0, 0)
    return Sample("a.gguf", out + bytes(64), weights=WEIGHTS)


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


SAMPLES = {
    "openvino": openvino,
    "darknet": darknet,
    "darknet-weights": darknet_weights,
    "gguf": gguf,
    "dlib-data": dlib_data,
    "opencv-storage": opencv_storage,
}
