"""ncnn: the description of a network (.param), as text or binary; sizes of weights follow from the layers' settings.

Specification: https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure
"""

from collections.abc import Iterator

from scanner.formats.networks import Extent
from scanner.formats.networks.among_bytes import text_end
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.ncnn_binary import Step, can_begin, steps
from scanner.formats.networks.weights_beside import tell_weights_beside
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source

_TEXT, _BINARY = b"7767517", b"\xdd\x85\x76\x00"
INFO = Info(
    name="ncnn",
    version=2,
    line="ncnn networks (.param, also in binary form): layers, inputs, outputs, shapes of weights",
    specification="https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure",
    limits="Of the .bin with the weights only the size is told. "
    "In binary form, layers and what flows between them have no names.",
    magics=(Magic(_TEXT + b"\n"), Magic(_TEXT + b"\r\n"), Magic(_BINARY)),
    proves_type=True,
)
MARKS = (_TEXT + b"\n", _TEXT + b"\r\n", _BINARY)
_CONVOLUTIONS = ("convolution", "deconvolution")
_LONGEST_BYTES = 16 << 20


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether a text of that beginning, or numbers that can be."""
    return head.startswith(_TEXT) or can_begin(memoryview(head), 0)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("ncnn", budget)
    yield from drawn(plan, "layers", lambda: _read(source, plan, budget))


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """From the mark to the end of the text; in binary form, where numbers follow that can be."""
    budget.spend_items()
    if bytes(data[at : at + len(_BINARY)]) == _BINARY:
        return Extent(at) if can_begin(data, at) else None
    return Extent(at, text_end(data, at, budget)) if b"Input" in bytes(data[at : at + 256]) else None


def _read(source: Source, plan: Blueprint, budget: Budget) -> None:
    tell_weights_beside(source, plan, ".param", ".bin")
    tell_weights_beside(source, plan, ".param.bin", ".bin")
    is_text = bytes(source.view(0, len(_TEXT))) == _TEXT
    taken: set[str] = set()
    widths: dict[str, int] = {}
    for step in _written(source, budget) if is_text else steps(source.view(), budget):
        _read_layer(step, plan, widths)
        taken.update(step.takes)
    for name, width in widths.items():
        if name not in taken:
            plan.gives(name, [1, width] if width else [])


def _written(source: Source, budget: Budget) -> Iterator[Step]:
    """The layers that a text has, a line each."""
    size = min(source.size, _LONGEST_BYTES)
    budget.spend_bytes(2 * size)
    for line in bytes(source.view(0, size)).decode("utf-8", "replace").split("\n")[2:]:
        words = line.split()
        if len(words) < 4 or not (words[2].isdecimal() and words[3].isdecimal()):
            continue
        inputs, outputs = min(int(words[2][:6]), len(words)), min(int(words[3][:6]), len(words))
        gives = words[4 + inputs : 4 + inputs + outputs]
        settings = _settings(words[4 + inputs + outputs :])
        yield Step(words[0], words[1], words[4 : 4 + inputs], gives, settings)


def _read_layer(step: Step, plan: Blueprint, widths: dict[str, int]) -> None:
    settings = step.settings
    if step.kind == "Input":
        # Width, height, channels (0, 1, 2); the network takes one item of channels, height, width. Layers take what it
        # gives.
        shape = [1, *(settings[key] for key in (2, 1, 0) if settings.get(key, 0) > 0)]
        plan.takes("".join(step.gives[:1]) or step.name, shape)
        return
    shape = _weights(step.kind.lower(), settings)
    if shape:
        plan.weight(f"{step.name}.weight", shape)
    plan.layer(step.kind, step.name, [*step.takes, f"{step.name}.weight"] if shape else step.takes, step.gives)
    for given in step.gives:
        widths[given] = shape[0] if shape else widths.get(step.takes[0] if step.takes else "", 0)


def _settings(words: list[str]) -> dict[int, int]:
    found = {}
    for word in words:
        key, _, value = word.partition("=")
        if key.isdecimal() and len(key) < 6 and value.lstrip("-").isdecimal() and len(value) < 16:
            found[int(key)] = int(value)
    return found


def _weights(kind: str, settings: dict[int, int]) -> list[int]:
    """Shape of the weights: outputs, inputs, kernel. Settings 0, 1, 11 and 6 are outputs, width, height and size."""
    outputs = settings.get(0, 0)
    if kind == "innerproduct" and outputs > 0:
        return [outputs, settings.get(2, 0) // outputs]
    if kind.startswith(_CONVOLUTIONS) and outputs > 0:
        width = max(settings.get(1, 1), 1)
        height = max(settings.get(11, width), 1)
        return [outputs, settings.get(6, 0) // (outputs * width * height), height, width]
    return []
