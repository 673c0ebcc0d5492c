"""Core ML, as it is written and as it is compiled."""

import json

from tests.formats.networks.samples.sample import PICTURE, WEIGHTS, Sample
from tests.formats.networks.wire import field, message, repeated


def coreml() -> Sample:
    picture = message((1, "x"), (3, field(4, message((1, 14), (2, 14), (3, 20)))))
    row = message((1, "y"), (3, field(5, repeated(1, (1, 16)))))
    conv = message((1, "m"), (2, "x"), (3, "m"), (100, message((1, 8), (2, 3)) + repeated(20, (3, 3))))
    dense = message((1, "y"), (2, "m"), (3, "y"), (140, message((1, 8), (2, 16))))
    description = field(1, picture) + field(10, row) + field(100, message((1, "ours")))
    data = message((1, 4), (2, description), (500, field(1, conv) + field(1, dense)))
    layers = {"convolution": 1, "fully-connected": 1}
    return Sample("a.mlmodel", data, (PICTURE,), ((1, 16),), layers, WEIGHTS)


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


SAMPLES = {
    "coreml": coreml,
    "coreml-program": coreml_program,
    "espresso": espresso,
}
