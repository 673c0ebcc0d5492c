"""Caffe: descriptions of networks as text (.prototxt): layers, their order and sizes, and the input.

Source: https://github.com/BVLC/caffe/blob/master/src/caffe/proto/caffe.proto
"""

from collections.abc import Iterator

from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.text_proto import Message, inner, number, read_text, word, words
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="caffe-text",
    version=1,
    line="Caffe descriptions of networks (.prototxt): layers, inputs, outputs",
    specification="https://github.com/BVLC/caffe/blob/master/src/caffe/proto/caffe.proto",
    limits="Shapes of weights are told by the .caffemodel beside it. Files larger than 8 MiB are not read.",
    suffixes=(".prototxt", ".pbtxt"),
)
_LONGEST_BYTES = 8 << 20
_SIZED = ("convolution_param", "inner_product_param")


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether layers are described, as Caffe names them."""
    return b"layer" in head and (b"bottom" in head or b"top:" in head)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("caffe", budget)
    yield from drawn(plan, "layers", lambda: _read(source, plan, budget))


def _read(source: Source, plan: Blueprint, budget: Budget) -> None:
    if source.size > _LONGEST_BYTES:
        raise Unreadable(Cause.LIMIT, "The description of the network is larger than 8 MiB and was not read.")
    budget.spend_bytes(2 * source.size)
    net = read_text(bytes(source.view()).decode("utf-8", "replace"), budget)
    plan.name = word(net, "name")
    shapes = [_axes(shape) for shape in inner(net, "input_shape")]
    listed = [int(axis) for axis in words(net, "input_dim") if axis.isascii() and axis.isdigit() and len(axis) < 16]
    for position, name in enumerate(words(net, "input")):
        plan.takes(name, shapes[position] if position < len(shapes) else listed[4 * position : 4 * position + 4])
    widths: dict[str, int] = {}
    taken: set[str] = set()
    for layer in inner(net, "layer", "layers"):
        taken.update(_read_layer(layer, plan, widths))
    for name, width in widths.items():
        if name not in taken:
            plan.gives(name, [1, width] if width else [])


def _read_layer(layer: Message, plan: Blueprint, widths: dict[str, int]) -> set[str]:
    kind, name = word(layer, "type").replace("_", ""), word(layer, "name")
    takes, gives = words(layer, "bottom"), words(layer, "top")
    if kind.lower() in ("input", "data", "memorydata", "dummydata", "imagedata"):
        shapes = [_axes(shape) for param in inner(layer, "input_param") for shape in inner(param, "shape")]
        plan.takes(gives[0] if gives else name, shapes[0] if shapes else [])
        return set()
    plan.layer(kind, name, takes, gives)
    own = next((number(param, "num_output") for param in inner(layer, *_SIZED)), 0)
    for given in gives:
        widths[given] = own or widths.get(takes[0] if takes else "", 0)
    return set(takes) - set(gives)


def _axes(shape: Message) -> list[int]:
    return [int(axis) for axis in words(shape, "dim") if axis.isascii() and axis.isdigit() and len(axis) < 16]
