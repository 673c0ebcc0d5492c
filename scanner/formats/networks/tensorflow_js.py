"""TensorFlow.js: manifests of weights, graphs and Keras topologies; the shards with the weights are not touched.

A model is a JSON file with `modelTopology` and `weightsManifest`; a manifest may also stand alone, as a list.
Source: https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from scanner.formats.json_tree import JSON_BEGINNINGS, Json, entries, part, quoted_in, word
from scanner.formats.networks import Extent
from scanner.formats.networks.among_bytes import text_end, text_start
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.keras_config import read_config
from scanner.model.observation import Observation
from scanner.model.source import HEAD_BYTES, Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="tensorflow-js",
    version=2,
    line="TensorFlow.js models and weight manifests: graph, inputs, outputs, shapes of weights",
    specification="https://github.com/tensorflow/tfjs/blob/master/tfjs-core/src/io/types.ts",
    limits="Weights are not read. Files larger than 64 MiB are not read.",
    suffixes=(".json",),
    magics=JSON_BEGINNINGS,
)
MARKS = (b'"weightsManifest"', b'"modelTopology"', b'"weights":')
_OPENING = re.compile(rb"[\[{]")
_LONGEST_BYTES = 64 << 20
_MARKS = frozenset({b"modelTopology", b"weightsManifest", b"graph-model"})
_MANIFEST = re.compile(rb'\s*\[\s*\{\s*"(?:weights|paths)"\s*:\s*\[')
_NODES_WITHOUT_FOLLOWER = 32


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether a model or a manifest begins here."""
    return not _MARKS.isdisjoint(quoted_in(head)) or _MANIFEST.match(head) is not None


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("tensorflow-js", budget)
    yield from drawn(plan, "manifest", lambda: _read(source, plan, budget))


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """From the first bracket of the text around the mark to the last one."""
    budget.spend_items()
    opening = _OPENING.search(data, text_start(data, at), at + 1)
    if opening is None or not wants("", bytes(data[opening.start() : opening.start() + HEAD_BYTES])):
        return None
    return Extent(opening.start(), text_end(data, at, budget))


def _read(source: Source, plan: Blueprint, budget: Budget) -> None:
    if source.size > _LONGEST_BYTES:
        raise Unreadable(Cause.LIMIT, "The description of the model is larger than 64 MiB and was not read.")
    budget.spend_bytes(4 * source.size)
    try:
        tree = msgspec.json.decode(bytes(source.view()).removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(Cause.DAMAGED, "The description of the model is not the JSON it should be.") from error
    plan.producer = word(tree, "generatedBy") or word(tree, "convertedBy")
    groups = tree if isinstance(tree, list) else tree.get("weightsManifest") if isinstance(tree, dict) else None
    for _, group in entries(groups):
        for _, weight in entries(group, "weights"):
            shape = weight.get("shape")
            plan.weight(word(weight, "name"), _axes(shape), word(weight, "dtype"))
    topology = part(tree, "modelTopology")
    if "node" in topology:
        _read_nodes(topology, plan, budget)
    else:
        read_config(part(topology, "model_config") or topology, plan, budget)
    _read_signature(part(tree, "signature") or part(tree, "userDefinedMetadata", "signature"), plan)


def _read_nodes(topology: Json, plan: Blueprint, budget: Budget) -> None:
    nodes = [node for _, node in entries(topology, "node")]
    taken = {name for node in nodes for name in _inputs(node)}
    ends = 0
    for node in nodes:
        budget.spend_items()
        name, operation = word(node, "name"), word(node, "op")
        if operation.startswith("Placeholder"):
            plan.takes(name, _shape(part(node, "attr", "shape", "shape")))
        elif operation != "Const":
            plan.layer(operation, name, _inputs(node), [name])
            if name not in taken and ends < _NODES_WITHOUT_FOLLOWER:
                ends += 1
                plan.gives(
                    name, _shape(next((s for _, s in entries(node, "attr", "_output_shapes", "list", "shape")), {}))
                )


def _read_signature(signature: Json, plan: Blueprint) -> None:
    """Outputs with their shapes, which the nodes of a converted graph often do not tell."""
    outputs = part(signature, "outputs")
    if any(part(value, "tensorShape") for value in outputs.values()):
        plan.forget_outputs()
        for name, value in outputs.items():
            plan.gives(name, _shape(part(value, "tensorShape")))


def _inputs(node: Json) -> list[str]:
    listed = node.get("input")
    return [n.lstrip("^").partition(":")[0] for n in listed if isinstance(n, str)] if isinstance(listed, list) else []


def _axes(shape: Any) -> list[int]:
    return [axis if isinstance(axis, int) else -1 for axis in shape] if isinstance(shape, list) else []


def _shape(told: Json) -> list[int]:
    """A shape as protocol buffers are written in JSON: sizes are texts, -1 for an open one."""
    sizes = [str(axis.get("size")) for _, axis in entries(told, "dim")]
    return [int(size) if size.lstrip("-").isdigit() and len(size) < 16 else -1 for size in sizes]
