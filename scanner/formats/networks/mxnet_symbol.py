"""MXNet: the graph of a network (-symbol.json).

Source: https://mxnet.apache.org/versions/1.9.1/api/architecture/overview
"""

from collections.abc import Iterator

from scanner.formats.json_tree import JSON_BEGINNINGS, Json, entries, json_object, quoted_in, word
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="mxnet-symbol",
    version=2,
    line="MXNet graphs (-symbol.json): layers, inputs, outputs",
    specification="https://mxnet.apache.org/versions/1.9.1/api/architecture/overview",
    limits="Shapes of weights are told by the .params file beside it.",
    suffixes=(".json",),
    magics=JSON_BEGINNINGS,
)
_EARLY = (b"nodes", b"op", b"null")
_WORDS = frozenset({*_EARLY, b"inputs"})
_BEGINNING = 2048


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether nodes are listed, beginning with one that stands for data."""
    return quoted_in(head) >= _WORDS and all(b'"%s"' % word in head[:_BEGINNING] for word in _EARLY)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("mxnet", budget)
    yield from drawn(plan, "nodes", lambda: _read(json_object(source, budget), plan))


def _read(tree: Json, plan: Blueprint) -> None:
    nodes = [node for _, node in entries(tree, "nodes")]
    names = [word(node, "name") for node in nodes]
    for node, name in zip(nodes, names, strict=True):
        takes = [names[place] for place in _places(node.get("inputs")) if place < len(names)]
        operation = word(node, "op")
        if operation != "null":
            plan.layer(_kind(operation, node), name, takes, [name])
        elif not name.endswith(("_weight", "_bias", "_gamma", "_beta", "_moving_mean", "_moving_var", "_label")):
            plan.takes(name)
    for place in _places(tree.get("heads")):
        if place < len(nodes):
            plan.gives(names[place], _width(nodes[place], nodes, set()))


def _kind(operation: str, node: Json) -> str:
    settings = node.get("attrs") or node.get("attr") or node.get("param")
    if operation == "LeakyReLU" and word(settings, "act_type") == "prelu":
        return "prelu"
    if operation == "Activation":
        return word(settings, "act_type") or operation
    if operation == "Convolution" and word(settings, "num_group") not in ("", "1"):
        return "depthwise_conv"
    return operation


def _width(node: Json, nodes: list[Json], seen: set[int]) -> list[int]:
    """How many numbers a node gives: what it, or the first of those before it that says so, was set to."""
    for _ in range(8):
        settings = node.get("attrs") or node.get("attr") or node.get("param")
        hidden = word(settings, "num_hidden") or word(settings, "num_filter")
        if hidden.isdecimal() and len(hidden) < 10:
            return [1, int(hidden)]
        before = [place for place in _places(node.get("inputs")) if place < len(nodes) and place not in seen]
        if not before:
            break
        seen.add(before[0])
        node = nodes[before[0]]
    return []


def _places(listed: object) -> list[int]:
    """Numbers of nodes; each stands first in a list."""
    found = []
    for entry in listed if isinstance(listed, list) else ():
        place = entry[0] if isinstance(entry, list) and entry else entry
        if isinstance(place, int) and place >= 0:
            found.append(place)
    return found
