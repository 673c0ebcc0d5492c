"""dlib's serialised objects: networks, and predictors of landmarks.

Whole numbers are a byte that says how many bytes follow (its highest bit: negative) and these, lowest first. Texts are
their length and their bytes. A network is a version and the name of its loss, then the layers from the last to the
first, each beginning with its name; weights stand between them as decimal fractions, or as they are in memory, so that
the names are looked for.

Source: https://github.com/davisking/dlib/blob/master/dlib/serialize.h, dlib/dnn/layers.h,
dlib/image_processing/shape_predictor.h
"""

import re
from collections.abc import Iterator

from scanner.formats.buffers import matches_in
from scanner.formats.networks import Extent
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="dlib-data",
    version=1,
    line="dlib's .dat files: kinds of layer of a network, number of points of a landmark predictor",
    specification="https://github.com/davisking/dlib/blob/master/dlib/serialize.h",
    limits="Weights are not read, nor their shapes.",
    magics=(Magic(b"\x01\x01\x01"), Magic(b"\x01\x02\x01"), Magic(b"\x01\x01\x81")),
    proves_type=True,
)
MARKS = (
    *(b"\x01\x0closs_metric_", b"\x01\x0dloss_metric_2", b"\x01\x0aloss_mmod_", b"\x01\x14loss_multiclass_log_"),
    *(b"\x01\x01\x81\x0a\x81\x01", b"\x01\x01\x81\x88\x81\x01", b"\x01\x01\x81\xa2\x81\x01"),
)
"""Names of losses behind their length, and the beginnings of predictors of 5, 68 and 81 points."""
_LOSS = re.compile(rb"\x01[\x01\x02]\x01.(loss_[a-z_]{2,24}(?:_\d)?)", re.DOTALL)
_LAYER = re.compile(
    rb"\x01([\x03-\x18])((?:con|cont|fc|fc_no_bias|bn_con\d?|bn_fc\d?|affine|relu|prelu|leaky_relu|max_pool|avg_pool|add_prev"
    rb"|dropout|sig|htan|softmax|l2normalize|layer_norm|extract|upsample|input_rgb_image(?:_sized|_pyramid)?|scale"
    rb"|mult_prev|concat|tag|skip)_?\d?_?)(?![a-z])"
)
_PREDICTOR = re.compile(rb"\x01\x01\x81(.)\x81\x01", re.DOTALL)
_FRACTIONS = re.compile(rb"(?:(?:[\x01\x81].|[\x02\x82]..|[\x03\x83]...)[\x01\x81].){6}", re.DOTALL)
"""Numbers of a mean shape: digits of up to three bytes, and an exponent."""
_WINDOW_BYTES = 1 << 20
_OVERLAP_BYTES = 64


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether it begins with the loss of a network, or with a mean shape of points."""
    return _LOSS.match(head) is not None or _points(head) > 0


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network or predictor.

    Raises:
        Unreadable: limit.
    """
    plan = Blueprint("dlib", budget)
    yield from drawn(plan, "header", lambda: _read(source, plan, budget))


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """From the version on, of two bytes, that stands before the name of the loss; of a predictor, from the mark on."""
    budget.spend_items()
    if _PREDICTOR.match(data, at) is not None:
        return Extent(at) if _FRACTIONS.match(data, at + 6) is not None else None
    return Extent(at - 2) if at >= 2 and _LOSS.match(data, at - 2) is not None else None


def _read(source: Source, plan: Blueprint, budget: Budget) -> None:
    points = _points(source.head)
    if points:
        plan.name = "shape_predictor"
        plan.gives("points", [1, points, 2], "float32")
        plan.layer("regression-tree-cascade")
        return
    loss = _LOSS.match(source.head)
    plan.name = loss.group(1).decode() if loss is not None else ""
    for operation in _layers(source, budget):
        plan.layer(operation)
        if operation.startswith("input"):
            plan.takes(operation, [1, 3, -1, -1], "uint8")


def _points(head: bytes) -> int:
    """How many points a predictor's mean shape has: it is a column of twice as many numbers."""
    found = _PREDICTOR.match(head)
    return found.group(1)[0] // 2 if found is not None and not found.group(1)[0] % 2 else 0


def _layers(source: Source, budget: Budget) -> Iterator[str]:
    """Names of layers with the length in front that fits them, window by window."""
    for start in range(0, source.size, _WINDOW_BYTES):
        window = source.view(start, _WINDOW_BYTES + _OVERLAP_BYTES)
        for found in matches_in(_LAYER, window):
            if found.start() < _WINDOW_BYTES and found.group(1)[0] == len(found.group(2)):
                budget.spend_items()
                yield found.group(2).decode().rstrip("_0123456789")
