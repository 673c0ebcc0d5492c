"""Darknet: descriptions of networks (.cfg), sections with settings, one a layer.

Source: https://github.com/pjreddie/darknet/blob/master/src/parser.c
"""

from collections.abc import Iterator

from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="darknet",
    version=1,
    line="Darknet networks (.cfg): layers, input, shapes of weights",
    specification="https://github.com/pjreddie/darknet/blob/master/src/parser.c",
    limits="The .weights file beside it has no structure of its own and is not read.",
    suffixes=(".cfg",),
)
_LONGEST_BYTES = 4 << 20


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether it begins with the settings of a network and goes on with layers."""
    return (b"[net]" in head or b"[network]" in head) and b"[convolutional]" in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: limit.
    """
    plan = Blueprint("darknet", budget)
    yield from drawn(plan, "sections", lambda: _read(source, plan, budget))


def _read(source: Source, plan: Blueprint, budget: Budget) -> None:
    size = min(source.size, _LONGEST_BYTES)
    budget.spend_bytes(2 * size)
    channels: list[int] = []
    before = 0
    for kind, settings in _sections(bytes(source.view(0, size)).decode("utf-8", "replace"), budget):
        if kind in ("net", "network"):
            before = _number(settings, "channels", 3)
            plan.takes("data", [1, before, _number(settings, "height"), _number(settings, "width")])
            continue
        before = _layer(kind, settings, plan, before, channels)
        channels.append(before)
    if channels:
        plan.gives(f"layer{len(channels) - 1}", [1, channels[-1]])


def _layer(kind: str, settings: dict[str, str], plan: Blueprint, before: int, channels: list[int]) -> int:
    """Put a layer into the plan; how many channels it gives."""
    number = len(channels)
    takes = [f"layer{number - 1}" if number else "data"]
    width = before
    if kind == "convolutional":
        width, kernel = _number(settings, "filters", 1), _number(settings, "size", 1)
        plan.weight(f"w{number}", [width, before // max(_number(settings, "groups", 1), 1), kernel, kernel])
        takes.append(f"w{number}")
    elif kind == "route":
        sources = [_place(text, number) for text in settings.get("layers", "").split(",")]
        known = [place for place in sources if 0 <= place < number]
        width = sum(channels[place] for place in known)
        takes = [f"layer{place}" for place in known]
    elif kind == "connected":
        width = _number(settings, "output", 1)
    plan.layer(kind, "", takes, [f"layer{number}"])
    return width


def _place(text: str, number: int) -> int:
    text = text.strip()
    if not text.lstrip("-").isdecimal() or len(text) > 6:
        return -1
    return number + int(text) if text.startswith("-") else int(text)


def _sections(text: str, budget: Budget) -> Iterator[tuple[str, dict[str, str]]]:
    kind, settings = "", dict[str, str]()
    for line in text.splitlines():
        budget.spend_items()
        plain = line.partition("#")[0].strip()
        if plain.startswith("[") and plain.endswith("]"):
            if kind:
                yield kind, settings
            kind, settings = plain[1:-1].strip().lower(), {}
        elif "=" in plain:
            key, _, value = plain.partition("=")
            settings[key.strip()] = value.strip()
    if kind:
        yield kind, settings


def _number(settings: dict[str, str], key: str, default: int = -1) -> int:
    value = settings.get(key, "")
    return int(value) if value.isdecimal() and len(value) < 10 else default
