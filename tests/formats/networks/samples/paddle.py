"""PaddlePaddle, older and newer."""

import json

from scanner.model.network import Shape
from tests.formats.networks.samples.sample import CONV, PICTURE, WEIGHTS, Sample
from tests.formats.networks.wire import field, message, repeated


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


SAMPLES = {
    "paddle": paddle,
    "paddle-program": paddle_program,
}
