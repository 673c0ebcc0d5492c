"""ncnn: the description of a network (.param), as text; sizes of weights follow from the layers' settings.

Specification: https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure
"""

from collections.abc import Iterator

from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="ncnn",
    version=1,
    line="ncnn networks (.param): layers, inputs, outputs, shapes of weights",
    specification="https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure",
    limits="Of descriptions in binary form, only that they are such. The .bin with the weights is not read.",
    magics=(Magic(b"7767517\n"), Magic(b"7767517\r\n"), Magic(b"\xdd\x85\x76\x00")),
    proves_type=True,
)
_CONVOLUTIONS = ("convolution", "deconvolution")
_LONGEST_BYTES = 16 << 20


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged, limit, or unsupported (binary form).
    """
    plan = Blueprint("ncnn", budget)
    yield from drawn(plan, "layers", lambda: _read(source, plan, budget))


def _read(source: Source, plan: Blueprint, budget: Budget) -> None:
    if bytes(source.view(0, 1)) != b"7":
        raise Unreadable(Cause.UNSUPPORTED, "This is a neural network in a binary form that was not seen into.")
    size = min(source.size, _LONGEST_BYTES)
    budget.spend_bytes(2 * size)
    lines = bytes(source.view(0, size)).decode("utf-8", "replace").split("\n")[2:]
    taken: set[str] = set()
    widths: dict[str, int] = {}
    for line in lines:
        words = line.split()
        if len(words) < 4 or not (words[2].isdecimal() and words[3].isdecimal()):
            continue
        _read_layer(words, plan, widths, taken)
    for name, width in widths.items():
        if name not in taken:
            plan.gives(name, [1, width] if width else [])


def _read_layer(words: list[str], plan: Blueprint, widths: dict[str, int], taken: set[str]) -> None:
    kind, name = words[0], words[1]
    inputs, outputs = min(int(words[2][:6]), len(words)), min(int(words[3][:6]), len(words))
    takes = words[4 : 4 + inputs]
    gives = words[4 + inputs : 4 + inputs + outputs]
    settings = _settings(words[4 + inputs + outputs :])
    if kind == "Input":
        # Width, height, channels (0, 1, 2); the network takes one item of channels, height, width.
        plan.takes(name, [1, *(settings[key] for key in (2, 1, 0) if settings.get(key, 0) > 0)])
        return
    taken.update(takes)
    shape = _weights(kind.lower(), settings)
    if shape:
        plan.weight(f"{name}.weight", shape)
    plan.layer(kind, name, [*takes, f"{name}.weight"] if shape else takes, gives)
    for given in gives:
        widths[given] = shape[0] if shape else widths.get(takes[0] if takes else "", 0)


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
