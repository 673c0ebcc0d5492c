import pytest

from scanner.catalogue.decode import decode_technology
from scanner.catalogue.network_pattern import fits
from scanner.catalogue.signature_error import SignatureError
from scanner.model.network import NetworkPattern, Tensor
from scanner.model.observation import Network

HEAD = """id: t
name: T
vendor: V
kind: model
summary: A test.
references: [https://example.com]
indicators:
"""
NETWORK = Network(
    framework="onnx",
    name="main",
    producer="ours 1.0",
    inputs=(Tensor("x", (-1, 3, 112, 112)),),
    outputs=(Tensor("y", (1, 512)), Tensor("boxes", (1, 896, 16))),
    layers={"convolution": 20, "prelu": 19},
    weights={"3x3x3x64": 1, "3x3x64x64": 4, "512x25088": 1},
    parameters=13_000_000,
    names=("layer#.#.weight", "output.#.bias"),
    strings=("author=nobody",),
    architecture="a" * 64,
    topology="b" * 64,
    place="graph",
)


def pattern_of(text: str) -> NetworkPattern:
    indicator = f"  - network: {{{text}}}\n    seen_in: something 1.0\n"
    (found,) = decode_technology((HEAD + indicator).encode(), "models/t.yaml").indicators
    assert found.network is not None
    return found.network


@pytest.mark.parametrize(
    "text",
    [
        "picture: 112x112",
        "picture: 100..120x112/128",
        'picture: "?x?"',
        "output_width: 128/512",
        "output_count: 2..3",
        'outputs: ["1x896x16"]',
        'outputs: ["?x10x4|?x896x16"]',
        "layers: {prelu: 1.., convolution: 10..30, recurrent: 0}",
        "weights: {512x25088: 1}",
        "weights: {25088x512: 1}",
        "weights: {64x3x3x64: 2..}",
        "weights: {256/512x25088: 1}",
        "weights: {7x7x512|512x25088: 1..}",
        "parameters: 10M..20M",
        'names: ["layer#.*"]',
        'names: ["nothing|output.*"]',
        'without_names: ["*speaker*"]',
        'strings: ["author=*"]',
        'strings: ["MAIN"]',
        f"architecture: [{'a' * 64}]",
        f"topology: [{'c' * 64}, {'b' * 64}]",
        "framework: [tflite, onnx]",
    ],
)
def test_a_pattern_whose_every_part_holds_fits(text):
    assert fits(pattern_of(text), NETWORK)


@pytest.mark.parametrize(
    "text",
    [
        "picture: 160x160",
        "picture: 112x112, output_width: 128",
        "output_count: 1",
        'outputs: ["1x896x4"]',
        'outputs: ["896x16"]',
        "layers: {prelu: 0}",
        "layers: {softmax: 1..}",
        "weights: {512x25088: 2..}",
        "weights: {512x25088x1: 1}",
        "parameters: 1K..12M",
        'names: ["layer"]',
        'without_names: ["output*"]',
        'without_names: ["*nobody"]',
        'strings: ["no such text"]',
        f"architecture: [{'c' * 64}]",
        "framework: [caffe]",
    ],
)
def test_a_pattern_with_a_part_that_does_not_hold_does_not_fit(text):
    assert not fits(pattern_of(text), NETWORK)


def test_the_order_of_a_pictures_axes_does_not_matter():
    last = Network(framework="tflite", inputs=(Tensor("x", (1, 112, 112, 3)),), place="graph")
    assert fits(pattern_of("picture: 112x112"), last)


def test_an_open_axis_fits_no_number():
    open_size = Network(framework="onnx", inputs=(Tensor("x", (1, 3, -1, -1)),), place="graph")
    assert not fits(pattern_of("picture: 112x112"), open_size)
    assert fits(pattern_of('picture: "?x?"'), open_size)


def test_what_the_file_does_not_tell_does_not_fit():
    weights_alone = Network(framework="pytorch", weights={"512x25088": 1}, place="pickle")
    assert not fits(pattern_of("picture: 112x112, weights: {512x25088: 1}"), weights_alone)
    assert fits(pattern_of("weights: {512x25088: 1}"), weights_alone)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("picture: 112xtall", "cannot read"),
        ("layers: {prelu: 9..2}", "cannot read"),
        ("architecture: [abc]", "64 hexadecimal digits"),
        ("shape: 112x112", "knows no key"),
        ("", "asks for nothing"),
    ],
)
def test_a_pattern_that_cannot_be_meant_is_refused_with_its_line(text, complaint):
    with pytest.raises(SignatureError, match=complaint) as refused:
        pattern_of(text)
    assert str(refused.value).startswith("models/t.yaml:8")


def test_a_pattern_reads_as_one_line_in_reports():
    pattern = pattern_of("picture: 112x112, output_width: 512, layers: {prelu: 1..}")
    assert pattern.text == "picture 112x112; output width 512; layers prelu 1.."
