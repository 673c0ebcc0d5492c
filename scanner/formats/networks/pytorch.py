"""PyTorch: state dictionaries, whole modules and TorchScript, by the pickle inside, whose opcodes are read as data.

A file of today is a zip archive with the pickle in `data.pkl`, which lies in a folder of the archive's name; an older
one is a row of pickles: a magic number, a version, the system's sizes, then the object, and the numbers behind it.

Source: https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
"""

import re
from collections.abc import Iterator

from scanner.formats.networks import Extent
from scanner.formats.networks.among_bytes import end_behind
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.embedding_store import store_of
from scanner.formats.networks.pickle_parts import parts_of
from scanner.formats.networks.pickle_values import Block, Unpickled, Value
from scanner.formats.networks.stored_rows import held_in
from scanner.model.observation import Identity, Observation
from scanner.model.source import Budget, Info, Magic, Source

_LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
INFO = Info(
    name="pytorch",
    version=4,
    line="PyTorch weights, modules and TorchScript: shapes of weights, names, classes",
    specification="https://github.com/pytorch/pytorch/blob/main/torch/serialization.py",
    limits="Pickles are never obeyed. The order of layers is in Python code, so inputs and outputs are not told.",
    names=("data.pkl",),
    magics=(Magic(_LEGACY),),
)
MARKS = (_LEGACY, b"/data.pkl")
_ENTRY, _END_OF_ARCHIVE, _END_BYTES = b"PK\3\4", re.compile(rb"PK\x05\x06"), 22
_LONGEST_FOLDER = 256
_OF_THE_FORMAT = ("torch.", "collections.", "numpy.", "_codecs.", "builtins.", "__builtin__.")
_PICKLES_BEFORE = 3
"""In an old file: magic number, protocol version, sizes of the system."""


def wants(name: str, head: bytes) -> bool:
    """Whether it is an old file, or a pickle of a new one."""
    return head.startswith(_LEGACY) or (name == "data.pkl" and head[:1] == b"\x80")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged or limit.
    """
    plan = Blueprint("pytorch", budget)
    is_old = bytes(source.view(0, len(_LEGACY))) == _LEGACY
    pickle = Unpickled(source.view(), 0, budget)
    for _ in range(_PICKLES_BEFORE if is_old else 0):
        pickle.value()
    value = pickle.value()
    held = held_in(value, budget)
    if held.rows is not None:
        yield store_of(held.rows)
    else:
        yield from drawn(plan, "pickle", lambda: _draw(value, pickle, plan, budget, told=held.is_named))
    if not is_old and (held.rows or not plan.is_empty):
        yield Identity(subject="container", name="", place="pickle")


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """From the mark on; of a zip archive, from the entry that the name belongs to up to the end of the archive."""
    budget.spend_items()
    if bytes(data[at : at + 1]) == _LEGACY[:1]:
        return Extent(at)
    before = bytes(data[max(0, at - _LONGEST_FOLDER) : at])
    entry = before.rfind(_ENTRY)
    if entry < 0:
        return None
    end = end_behind(_END_OF_ARCHIVE, data, at, budget)
    return Extent(at - len(before) + entry, min(end + _END_BYTES - 4, len(data)) if end is not None else None)


def _draw(value: Value, pickle: Unpickled, plan: Blueprint, budget: Budget, *, told: bool) -> None:
    """Put blocks, texts and classes into the plan; texts, and keys, only of what is `told` to be a network, for
    elsewhere they may be names of people."""
    for path, part in parts_of(value, budget):
        if isinstance(part, Block):
            plan.weight(path if told else "", part.shape, part.type)
    texts = value.items() if told and isinstance(value, dict) else ()
    for key, text in texts:
        if isinstance(text, str):
            plan.tells(f"{key}={text}")
    _draw_classes(pickle, plan)


def _draw_classes(pickle: Unpickled, plan: Blueprint) -> None:
    for name in pickle.names:
        if name.startswith("torch.nn.modules."):
            plan.layer(name.rpartition(".")[2])
        elif not name.startswith(_OF_THE_FORMAT):
            plan.tells(f"class={name}")
