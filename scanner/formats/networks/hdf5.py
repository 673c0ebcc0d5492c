"""HDF5, where a network is in it: names and shapes of data sets, and the description that Keras keeps in an attribute.

Files of all versions of the format are followed (`hdf5_objects`). The numbers are not touched.

Specification: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
"""

from collections.abc import Iterator

import msgspec

from scanner.formats.json_tree import Json
from scanner.formats.networks import Extent
from scanner.formats.networks.blueprint import Blueprint, drawn
from scanner.formats.networks.hdf5_objects import ATTRIBUTE, DATASPACE, LAYOUT, Message, Objects
from scanner.formats.networks.keras_config import read_config
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

_MARK = b"\x89HDF\r\n\x1a\n"
INFO = Info(
    name="hdf5",
    version=2,
    line="HDF5, as Keras writes it (.h5, .keras): names and shapes of weights, layers, input",
    specification="https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html",
    limits="Weights are not read. Files in files (user blocks, external links) and attributes in a heap are not read.",
    magics=(Magic(_MARK),),
    proves_type=True,
)
MARKS = (_MARK,)
_IN_ONE_PIECE = 1
_NEWEST = 3
_WIDE = b"\x08\x08"
"""Addresses and lengths of eight bytes, as every file in use has them."""
_OF_NETWORKS = ("kernel", "gamma", "/vars/")
"""What weights are called in Keras; any of these words in the name of a data set."""
_DEEPEST = 32
_LONGEST_CONFIG = 16 << 20


_OTHERS = (".sofa", ".nc", ".nc4", ".mat", ".he5", ".loom", ".h5ad", ".mnc")
"""Files of sounds, measurements and maps in this format."""


def wants(name: str, head: bytes) -> bool:
    """Whether it is such a file, and none whose name says that it holds something else."""
    return head.startswith(_MARK) and not name.endswith(_OTHERS)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the network.

    Raises:
        Unreadable: damaged, unsupported or limit.
    """
    plan = Blueprint("hdf5", budget)
    for network in drawn(plan, "root group", lambda: _File(source.view(), plan, budget).read()):
        # Measurements are kept in this format too, and are no networks.
        if network.framework == "keras" or any(word in name for name in network.names for word in _OF_NETWORKS):
            yield network


def extent(data: memoryview, at: int, budget: Budget) -> Extent | None:
    """From the mark to the end that the file's beginning tells."""
    budget.spend_items()
    told = _beginning(data[at:])
    is_sound = told is not None and told[0] < told[1] <= len(data) - at
    return Extent(at, at + told[1]) if told is not None and is_sound else None


def _beginning(data: memoryview) -> tuple[int, int] | None:
    """Where the root group's header lies and where the file ends, by its superblock; None if that is not known."""
    version = int.from_bytes(data[8:9], "little")
    is_old = version < 2
    if version > _NEWEST or bytes(data[13:15] if is_old else data[9:11]) != _WIDE:
        return None
    end, root = (40 + 4 * version, 64 + 4 * version) if is_old else (28, 36)
    found = int.from_bytes(data[root : root + 8], "little"), int.from_bytes(data[end : end + 8], "little")
    return found if len(data) >= root + 8 else None


def blocks(source: Source, budget: Budget) -> Iterator[memoryview]:
    """The numbers of data sets that lie in one piece; those in pieces, which may be compressed, are left out."""
    told = _beginning(source.view())
    objects = Objects(source.view(), budget)
    waiting, seen = [told[0]] if told is not None else [], set[int]()
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        for message in objects.messages(at):
            waiting += (link.at for link in objects.links(message))
            if message.kind == LAYOUT and objects.number(message.start + 1, 1) == _IN_ONE_PIECE:
                yield source.view(objects.number(message.start + 2, 8), objects.number(message.start + 10, 8))


class _File:
    def __init__(self, data: memoryview, plan: Blueprint, budget: Budget) -> None:
        self._data = data
        self._objects = Objects(data, budget)
        self._number = self._objects.number
        self._plan = plan
        self._budget = budget
        self._seen: set[int] = set()

    def read(self) -> None:
        told = _beginning(self._data)
        if told is None:
            raise Unreadable(Cause.UNSUPPORTED, "The HDF5 file begins in a way that is not known.")
        self._object(told[0], "", 0)

    def _object(self, at: int, path: str, depth: int) -> None:
        """A group or data set by its header; each is read once, whatever leads to it."""
        if at in self._seen or depth > _DEEPEST:
            return
        self._seen.add(at)
        for message in self._objects.messages(at):
            if message.kind == DATASPACE:
                self._plan.weight(path, self._shape(message.start))
            elif message.kind == ATTRIBUTE and not path:
                self._attribute(message)
            for link in self._objects.links(message):
                self._object(link.at, f"{path}/{link.name}".lstrip("/"), depth + 1)

    def _shape(self, at: int) -> list[int]:
        version, axes = self._number(at, 1), min(self._number(at + 1, 1), 16)
        start = at + (8 if version == 1 else 4)
        return [self._number(start + 8 * axis, 8) for axis in range(axes)]

    def _attribute(self, message: Message) -> None:
        """The description of a model: a text of open length in the global heap."""
        at, size = message.start, message.size
        version = self._number(at, 1)
        sizes = [self._number(at + 2 + 2 * part, 2) for part in range(3)]
        start = at + (9 if version == 3 else 8)
        name = bytes(self._data[start : start + sizes[0]]).rstrip(b"\0")
        for part in sizes:
            start += -(-part // 8) * 8 if version == 1 else part
        if name == b"model_config" and start + 16 <= at + size:
            self._plan.framework = "keras"
            self._config(self._in_heap(self._number(start + 4, 8), self._number(start + 12, 4)))
        elif name in (b"keras_version", b"backend"):
            self._plan.producer = "Keras"

    def _in_heap(self, heap: int, wanted: int) -> memoryview:
        end = heap + self._number(heap + 8, 8)
        at = heap + 16
        while bytes(self._data[heap : heap + 4]) == b"GCOL" and at + 16 <= end:
            self._budget.spend_items()
            index, size = self._number(at, 2), self._number(at + 8, 8)
            if index == wanted:
                return self._data[at + 16 : at + 16 + size]
            if not index:
                break
            at += 16 + -(-size // 8) * 8
        return memoryview(b"")

    def _config(self, text: memoryview) -> None:
        if not 0 < len(text) <= _LONGEST_CONFIG:
            return
        self._budget.spend_bytes(4 * len(text))
        try:
            tree = msgspec.json.decode(bytes(text).rstrip(b"\0"), type=Json)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Unreadable(Cause.DAMAGED, "The description of the model is not the JSON it should be.") from error
        read_config(tree, self._plan, self._budget)
