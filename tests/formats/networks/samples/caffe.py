"""Caffe, trained and as text."""

from scanner.model.network import Shape
from tests.formats.networks.samples.sample import CONV, DENSE, PICTURE, WEIGHTS, Sample
from tests.formats.networks.wire import field, message, repeated


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


SAMPLES = {
    "caffe-model": caffe_model,
    "caffe-text": caffe_text,
}
