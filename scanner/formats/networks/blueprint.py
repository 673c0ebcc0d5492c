"""Blueprints: what readers of all formats put together, and the one way in which it becomes a `Network`.

Two digests tell architectures apart without looking at weights:

- `architecture` is over the shapes of all blocks of weights, each with its axes in ascending order and without those of
  length 1, as a sorted list. Frameworks order axes differently (NCHW, NHWC), call weights by other names, fold
  normalisations into convolutions, write a fully connected layer as a convolution of 1 by 1, and store 8 bits instead
  of 32: none of that changes it. Weights alone, without a graph, give it as well.
- `topology` is over the same shapes and, for each block, those that come right before it in the graph, whatever stands
  between them (Weisfeiler and Leman's way of naming nodes by their neighbours). Order and names in the file do not
  change it.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from scanner.formats.networks.operations import layer_kind
from scanner.model.network import Tensor
from scanner.model.observation import Network
from scanner.model.source import Budget, Unreadable

_DIGITS = re.compile(r"\d+")
_MOST_NAMES = 400
_MOST_STRINGS = 40
_MOST_SHAPES = 2000
_MOST_KINDS = 200
_MOST_PORTS = 64
_LONGEST_TEXT = 200
_MOST_AXES = 16
_HUGE = 1 << 53
_NO_WEIGHTS = frozenset(
    {"int16", "int32", "int64", "uint16", "uint32", "uint64", "bool", "string", "bytes", "resource"}
)
"""Numbers of these types count, index or say shapes; weights are floats, or quantised to 8 bits and fewer."""


_CARRIERS = frozenset({"quantization", "reshape", "identity", "cast", "readvariableop", "const"})
"""What may stand between weights and the layer they belong to, and changes nothing about that."""


class _Layer(NamedTuple):
    kind: str
    weights: tuple[str, ...]
    takes: tuple[str, ...]
    gives: tuple[str, ...]


class Blueprint:
    """A network being read. Every method takes texts and numbers as the file claims them."""

    def __init__(self, framework: str, budget: Budget, *, name: str = "", producer: str = "") -> None:
        self.framework = framework
        self.name = name
        self.producer = producer
        self._budget = budget
        self._ports: dict[str, list[Tensor]] = {"inputs": [], "outputs": []}
        self._kinds: Counter[str] = Counter()
        self._shapes: Counter[str] = Counter()
        self._names: dict[str, None] = {}
        self._strings: dict[str, None] = {}
        self._layers: list[_Layer] = []
        self._weights: dict[str, str] = {}
        self._parameters = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was put in that makes a network."""
        return not (self._kinds or self._parameters or any(self._ports.values()))

    def takes(self, name: str, shape: Sequence[int] = (), kind: str = "") -> None:
        """An input."""
        self._port("inputs", name, shape, kind)

    def gives(self, name: str, shape: Sequence[int] = (), kind: str = "") -> None:
        """An output."""
        self._port("outputs", name, shape, kind)

    def forget_outputs(self) -> None:
        """A better list of outputs follows."""
        self._ports["outputs"].clear()

    def tells(self, text: str) -> None:
        """A piece of metadata."""
        if text and len(self._strings) < _MOST_STRINGS:
            self._strings.setdefault(_shortened(text))

    def calls(self, name: str) -> None:
        """What something in it is called."""
        if name and len(self._names) < _MOST_NAMES:
            self._names.setdefault(_DIGITS.sub("#", _shortened(name)))

    def weight(self, name: str, shape: Sequence[int], kind: str = "float32") -> None:
        """A block of numbers that was learned or is constant, by the name under which layers take it."""
        self._budget.spend_items()
        if kind in _NO_WEIGHTS or len(shape) > _MOST_AXES:
            return
        size = 1
        for axis in shape:
            size = min(_HUGE, size * max(axis, 0))
        self._parameters = min(_HUGE, self._parameters + size)
        self.calls(name)
        text = shape_text(shape)
        if text and len(self._shapes) < _MOST_SHAPES:
            self._shapes[text] += 1
            self._weights.setdefault(name, text)

    def layer(self, operation: str, name: str = "", takes: Iterable[str] = (), gives: Iterable[str] = ()) -> None:
        """A step of the graph; `takes` may name weights as well as what other layers give."""
        self._budget.spend_items()
        kind = layer_kind(operation)
        if kind in self._kinds or len(self._kinds) < _MOST_KINDS:
            self._kinds[kind] += 1
        self.calls(name)
        taken = tuple(takes)
        weights = tuple(self._weights[t] for t in taken if t in self._weights)
        self._layers.append(_Layer(kind, weights, tuple(t for t in taken if t not in self._weights), tuple(gives)))

    def network(self, place: str) -> Network:
        """What was put together. Inputs that no layer takes are left out: old files list weights among them."""
        if self._layers:
            taken = {name for layer in self._layers for name in layer.takes}
            used = [port for port in self._ports["inputs"] if port.name in taken]
            self._ports["inputs"] = used or self._ports["inputs"]
        return Network(
            framework=self.framework,
            name=_shortened(self.name),
            producer=_shortened(self.producer),
            inputs=tuple(self._ports["inputs"]),
            outputs=tuple(self._ports["outputs"]),
            layers=dict(sorted(self._kinds.items())),
            weights=dict(sorted(self._shapes.items())),
            parameters=self._parameters,
            names=tuple(sorted(self._names)),
            strings=tuple(sorted(self._strings)),
            architecture=self._architecture(),
            topology=self._topology(),
            place=place,
        )

    def _port(self, side: str, name: str, shape: Sequence[int], kind: str) -> None:
        self._budget.spend_items()
        if len(self._ports[side]) < _MOST_PORTS:
            lengths = tuple(a if 0 <= a < _HUGE else -1 for a in tuple(shape)[:_MOST_AXES])
            self._ports[side].append(Tensor(_shortened(name), lengths, kind))

    def _architecture(self) -> str:
        if not self._shapes:
            return ""
        text = ",".join(f"{shape}*{number}" for shape, number in sorted(self._shapes.items()))
        return sha256(text.encode()).hexdigest()

    def _topology(self) -> str:
        labels = self._labels()
        return sha256(",".join(sorted(labels)).encode()).hexdigest() if labels else ""

    def _labels(self) -> list[str]:
        """A label for each layer with weights, made of its own shapes and the labels of those that lead to it."""
        before: dict[str, frozenset[str]] = {}
        carried: dict[str, tuple[str, ...]] = {}
        found = []
        for layer in self._in_order():
            reaching = frozenset[str]().union(*(before.get(t, frozenset()) for t in layer.takes))
            self._budget.spend_items(1 + len(layer.takes) + len(reaching))
            weights = sorted((*layer.weights, *(w for t in layer.takes for w in carried.get(t, ()))))
            if weights and layer.kind in _CARRIERS and not reaching:
                carried.update(dict.fromkeys(layer.gives, tuple(weights)))
                continue
            if weights:
                text = f"{','.join(weights)}<{','.join(sorted(reaching))}"
                label = sha256(text.encode()).hexdigest()[:16]
                found.append(label)
                reaching = frozenset({label})
            for given in layer.gives:
                before[given] = reaching
        return found

    def _in_order(self) -> Iterable[_Layer]:
        """Each layer after those whose outputs it takes; layers of a circle, which no sound file has, are left out."""
        makers = {given: number for number, layer in enumerate(self._layers) for given in layer.gives}
        waits = [{makers[t] for t in layer.takes if t in makers} - {n} for n, layer in enumerate(self._layers)]
        followers: dict[int, list[int]] = {}
        for number, needed in enumerate(waits):
            for other in needed:
                followers.setdefault(other, []).append(number)
        left = [len(needed) for needed in waits]
        ready = deque(number for number, count in enumerate(left) if not count)
        while ready:
            number = ready.popleft()
            yield self._layers[number]
            for follower in followers.get(number, ()):
                left[follower] -= 1
                if not left[follower]:
                    ready.append(follower)


def shape_text(shape: Sequence[int]) -> str:
    """A shape as patterns and digests know it; empty where fewer than two axes are longer than 1."""
    axes = sorted(axis for axis in shape if axis != 1)
    return "x".join(str(axis) for axis in axes) if len(axes) > 1 and axes[0] > 0 else ""


def text_of(raw: bytes | memoryview) -> str:
    """Bytes of a file as text, undecodable ones escaped, not longer than what is kept."""
    return _shortened(bytes(raw[: 4 * _LONGEST_TEXT]).decode("utf-8", "backslashreplace"))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"


def drawn(plan: Blueprint, place: str, read: Callable[[], None]) -> Iterator[Network]:
    """Yield the network that `read` puts into the plan, also where that stops half-way; then raise what stopped it."""
    problem = None
    try:
        read()
    except Unreadable as stopped:
        problem = stopped
    if not plan.is_empty:
        yield plan.network(place)
    if problem is not None:
        raise problem
