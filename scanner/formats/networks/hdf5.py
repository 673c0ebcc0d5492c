"""HDF5, where a network is in it: names and shapes of data sets, and the description that Keras keeps in an attribute.

Groups of the older kind are followed (symbol tables: B-tree, heap and nodes), as Keras writes them, and object headers
of version 1. What is written in newer ways is said to be not read. The numbers are not touched.

Specification: https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
"""

from collections.abc import Iterator

import msgspec

from scanner.formats.json_tree import Json
from scanner.formats.networks.blueprint import Blueprint, drawn, text_of
from scanner.formats.networks.keras_config import read_config
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="hdf5",
    version=1,
    line="HDF5, as Keras writes it (.h5, .keras): names and shapes of weights, layers, input",
    specification="https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html",
    limits="Weights are not read. Superblocks from version 2 and groups of the newer kind are not read.",
    magics=(Magic(b"\x89HDF\r\n\x1a\n"),),
    proves_type=True,
)
_ROOT_HEADER = 64
_CONTINUED, _SYMBOLS, _DATASPACE, _ATTRIBUTE = 0x10, 0x11, 0x01, 0x0C
_OF_NETWORKS = ("kernel", "gamma", "/vars/")
"""What weights are called in Keras; any of these words in the name of a data set."""
_DEEPEST = 32
_LONGEST_CONFIG = 16 << 20


_MARK = b"\x89HDF\r\n\x1a\n"
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


class _File:
    def __init__(self, data: memoryview, plan: Blueprint, budget: Budget) -> None:
        self._data = data
        self._plan = plan
        self._budget = budget
        self._seen: set[int] = set()

    def read(self) -> None:
        version = self._number(8, 1)
        if version > 1 or bytes(self._data[13:15]) != b"\x08\x08":
            raise Unreadable(Cause.UNSUPPORTED, "The HDF5 file is written in a newer way that is not read.")
        self._object(self._number(_ROOT_HEADER + 4 * version, 8), "", 0)

    def _object(self, at: int, path: str, depth: int) -> None:
        """A group or data set by its header; each is read once, whatever leads to it."""
        if at in self._seen or depth > _DEEPEST:
            return
        self._seen.add(at)
        for kind, start, size in self._messages(at):
            if kind == _SYMBOLS:
                self._group(self._number(start, 8), self._number(start + 8, 8), path, depth)
            elif kind == _DATASPACE:
                self._plan.weight(path, self._shape(start))
            elif kind == _ATTRIBUTE and not path:
                self._attribute(start, size)

    def _messages(self, at: int) -> Iterator[tuple[int, int, int]]:
        """Kind, place and size of the messages of a header of version 1 and of what continues it."""
        if self._number(at, 1) != 1:
            raise Unreadable(Cause.UNSUPPORTED, "A part of the HDF5 file is written in a newer way that is not read.")
        left = self._number(at + 2, 2)
        blocks = [(at + 16, at + 16 + self._number(at + 8, 4))]
        while blocks and left > 0:
            place, end = blocks.pop(0)
            while place + 8 <= end and left > 0:
                self._budget.spend_items()
                left -= 1
                kind, size = self._number(place, 2), self._number(place + 2, 2)
                if kind == _CONTINUED:
                    start = self._number(place + 8, 8)
                    blocks.append((start, start + self._number(place + 16, 8)))
                yield kind, place + 8, size
                place += 8 + size

    def _group(self, tree: int, heap: int, path: str, depth: int) -> None:
        names = self._number(heap + 24, 8)
        for name, at in self._entries(tree, names, 0):
            self._object(at, f"{path}/{name}".lstrip("/"), depth + 1)

    def _entries(self, node: int, names: int, depth: int) -> Iterator[tuple[str, int]]:
        """Names and headers in a B-tree of symbol tables."""
        mark = bytes(self._data[node : node + 4])
        self._budget.spend_items()
        if mark == b"SNOD":
            for number in range(self._number(node + 6, 2)):
                self._budget.spend_items()
                entry = node + 8 + 40 * number
                start = names + self._number(entry, 8)
                yield text_of(bytes(self._data[start : start + 256]).partition(b"\0")[0]), self._number(entry + 8, 8)
        elif mark == b"TREE" and depth < _DEEPEST:
            for number in range(self._number(node + 6, 2)):
                yield from self._entries(self._number(node + 32 + 16 * number, 8), names, depth + 1)
        else:
            raise Unreadable(Cause.DAMAGED, "A group of the HDF5 file leads nowhere.")

    def _shape(self, at: int) -> list[int]:
        version, axes = self._number(at, 1), min(self._number(at + 1, 1), 16)
        start = at + (8 if version == 1 else 4)
        return [self._number(start + 8 * axis, 8) for axis in range(axes)]

    def _attribute(self, at: int, size: int) -> None:
        """The description of a model: a text of open length in the global heap."""
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

    def _number(self, at: int, width: int) -> int:
        if at < 0 or at + width > len(self._data):
            raise Unreadable(Cause.DAMAGED, "The HDF5 file leads beyond its end.")
        return int.from_bytes(self._data[at : at + width], "little")
