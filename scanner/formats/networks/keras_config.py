"""Keras: layers, their order and the input, from the description that models carry as JSON.

It stands in `config.json` of a .keras archive, in an attribute of an HDF5 file, and in the topology of TensorFlow.js.
Source: https://keras.io/guides/serialization_and_saving/
"""

import re
from collections.abc import Iterator
from typing import Any

from scanner.formats.json_tree import JSON_BEGINNINGS, Json, entries, json_object, part, quoted_in, word
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.model.observation import Identity, Observation
from scanner.model.source import Budget, Info, Source

_OF_ARCHIVE = "config.json"
INFO = Info(
    name="keras-config",
    version=2,
    line="Keras models: layers and input, from their description, in an archive (.keras) or alone",
    specification="https://keras.io/guides/serialization_and_saving/",
    limits="Shapes of weights are told by the HDF5 file beside it.",
    names=(_OF_ARCHIVE,),
    magics=JSON_BEGINNINGS,
)
_KEYS = frozenset({b"class_name", b"config"})
_MODELS = re.compile(rb'"module": ?"keras|"class_name": ?"(?:Functional|Sequential|Model)"')
_DEEPEST = 8


def wants(name: str, head: bytes) -> bool:  # noqa: ARG001  (the contract's)
    """Whether the description of a model begins here."""
    return quoted_in(head) >= _KEYS and _MODELS.search(head) is not None


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("keras", budget)
    yield from drawn(plan, "config", lambda: read_config(json_object(source, budget), plan, budget))
    if not plan.is_empty and source.name.lower() == _OF_ARCHIVE:
        yield Identity(subject="container", name="", place="config")


def read_config(config: Json, plan: Blueprint, budget: Budget, depth: int = 0) -> None:
    """Put the layers of a model's description, and of models in it, into the plan."""
    inner = part(config, "config")
    plan.name = plan.name or word(inner, "name")
    known = {}
    for _, layer in entries(inner, "layers"):
        budget.spend_items()
        kind, settings = word(layer, "class_name"), part(layer, "config")
        name = word(settings, "name") or word(layer, "name")
        if kind in ("Model", "Functional", "Sequential") and depth < _DEEPEST:
            read_config(layer, plan, budget, depth + 1)
        shape = settings.get("batch_input_shape") or settings.get("batch_shape")
        if isinstance(shape, list) and not depth:
            plan.takes(name, [axis if isinstance(axis, int) else -1 for axis in shape], word(settings, "dtype"))
        if kind != "InputLayer":
            plan.layer(kind, name, _before(layer.get("inbound_nodes")), [name])
            known[name] = _width(settings)
    for name in _outputs(inner, list(known)) if not depth else ():
        plan.gives(name, [-1, known.get(name, 0)] if known.get(name) else [])


def _before(nodes: Any) -> list[str]:
    """Layers that lead to this one: lists of [name, …] in old files, tensors with a history in new ones."""
    found: list[str] = []
    waiting = [nodes]
    while waiting and len(found) < 64:
        value = waiting.pop()
        if isinstance(value, list):
            if len(value) > 2 and isinstance(value[0], str):
                found.append(value[0])
            else:
                waiting.extend(value[:64])
        elif isinstance(value, dict):
            history = part(value, "config").get("keras_history")
            waiting.append(history if isinstance(history, list) else list(value.values()))
    return found


def _width(settings: Json) -> int:
    value = settings.get("units") or settings.get("filters")
    return value if isinstance(value, int) else 0


def _outputs(inner: Json, names: list[str]) -> list[str]:
    """The layers a model names as its outputs; the last one where it names none."""
    listed = inner.get("output_layers")
    found = _before(listed) if isinstance(listed, list) else []
    if not found and isinstance(listed, list) and listed and isinstance(listed[0], str):
        found = [listed[0]]
    return found or names[-1:]
