"""Bills of materials of macOS: which files an installer package brought, beside its receipt.

```
BOMStore | version, blocks, index: offset length, variables: offset length
index:     count, then offset and length of each block        variables: count, then block, length of name, name
“Paths” ─► tree: root ─► nodes ─► leaves, each with the next: (number ─► kind), (folder's number, name) of each path
```
All numbers are big-endian; Apple describes none of this.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Any

from scanner.formats.property_list import property_list
from scanner.formats.records import damaged
from scanner.model.observation import Observation, Owns
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="macos-bill",
    version=1,
    line="Bills of materials of macOS (.bom): the files that an installer package brought",
    specification="https://github.com/igankevich/stuckliste/blob/master/docs/bom-file-format-reference.md",
    limits="Only beside a receipt; sizes and checksums are not compared. The list of past installations "
    "(InstallHistory.plist) is not read: it also names what is gone, and the days stand in the receipts.",
    magics=(Magic(b"BOMStore"),),
)

_HEADER = Struct(">8sIIIIII")
_BLOCK = Struct(">II")
_VARIABLE = Struct(">IB")
_TREE = Struct(">4sIIII")
_NODE = Struct(">HHII")
_PAIR = Struct(">II")
_NUMBER = Struct(">I")
_FILE = 1
_DEEPEST = 64
_LONGEST_NAME = 1024


def wants(name: str, _head: bytes) -> bool:
    """Whether it has the name of a bill; catalogues of pictures are stores of the same kind."""
    return name.endswith(".bom")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each file as the package's own. Raises `Unreadable` where the store is damaged, after what was read."""
    identifier = source.name[: -len(".bom")]
    receipt = source.group(f"{identifier}.plist")
    told = property_list(bytes(receipt.view()), budget) if receipt is not None else {}
    version, prefix = (told.get(key) for key in ("PackageVersion", "InstallPrefixPath"))
    root = prefix.strip("/") if isinstance(prefix, str) else ""
    for path in _Store(source, budget).files():
        yield Owns(
            name=identifier,
            version=version if isinstance(version, str) else "",
            path=f"/{root}/{path}" if root not in ("", ".") else f"/{path}",
            register=f"./{identifier}.plist",
            place="Paths",
        )


class _Store:
    """Blocks by number, and among them the tree of paths."""

    def __init__(self, source: Source, budget: Budget) -> None:
        self._view = source.view()
        self._budget = budget
        _, _, _, self._index, _, self._variables, _ = self._at(_HEADER, 0)
        (self._blocks,) = self._at(_NUMBER, self._index)

    def files(self) -> Iterator[str]:
        """The path of each file, from where the package was installed. Raises `Unreadable`."""
        names: dict[int, tuple[int, str]] = {}
        for number, kind, folder, name in self._paths():
            self._budget.spend_bytes(len(name))
            names[number] = folder, name
            if kind == _FILE:
                path = _whole(names, number)
                if path:
                    yield path

    def _paths(self) -> Iterator[tuple[int, int, int, str]]:
        """Number, kind, number of the folder and name of everything, a folder before what is in it."""
        tree = self._block(self._variable(b"Paths"))
        mark, _, node, _, _ = self._at(_TREE, tree)
        if mark != b"tree":
            raise damaged("The bill of materials has no tree of paths.")
        node = self._first_leaf(node)
        seen: set[int] = set()
        while node and node not in seen:
            seen.add(node)
            at = self._block(node)
            _, count, following, _ = self._at(_NODE, at)
            for place in range(count):
                self._budget.spend_items()
                told, named = self._at(_PAIR, at + _NODE.size + place * _PAIR.size)
                number, details = self._at(_PAIR, self._block(told))
                start = self._block(named)
                (folder,) = self._at(_NUMBER, start)
                yield number, self._view[self._block(details)], folder, self._name(start + _NUMBER.size)
            node = following

    def _first_leaf(self, node: int) -> int:
        for _ in range(_DEEPEST):
            at = self._block(node)
            is_leaf, count, _, _ = self._at(_NODE, at)
            if is_leaf or not count:
                return node
            (node,) = self._at(_NUMBER, at + _NODE.size)
        raise damaged("The tree of paths in the bill of materials is nested too deeply.")

    def _variable(self, wanted: bytes) -> int:
        (count,) = self._at(_NUMBER, self._variables)
        at = self._variables + _NUMBER.size
        for _ in range(count):
            self._budget.spend_items()
            number, length = self._at(_VARIABLE, at)
            at += _VARIABLE.size + length
            if bytes(self._view[at - length : at]) == wanted:
                return int(number)
        raise damaged("The bill of materials names no paths.")

    def _block(self, number: int) -> int:
        """Where a block begins."""
        if not 0 < number < self._blocks:
            raise damaged("The bill of materials leads to a block that is not there.")
        start, length = self._at(_BLOCK, self._index + _NUMBER.size + number * _BLOCK.size)
        if not length or start + length > len(self._view):
            raise damaged("The bill of materials leads to a block that is not there.")
        return int(start)

    def _name(self, at: int) -> str:
        return bytes(self._view[at : at + _LONGEST_NAME]).partition(b"\0")[0].decode("utf-8", "replace")

    def _at(self, layout: Struct, offset: int) -> tuple[Any, ...]:  # Any: numbers, and marks as bytes
        if offset + layout.size > len(self._view):
            raise damaged("The bill of materials ends inside its tables.")
        return layout.unpack_from(self._view, offset)


def _whole(names: dict[int, tuple[int, str]], number: int) -> str:
    """A path from the numbers of its folders; empty where these lead nowhere."""
    steps: list[str] = []
    while number:
        folder, name = names.get(number, (0, ""))
        if len(steps) > _DEEPEST or not name or "/" in name or name == "..":
            return ""
        steps.append(name)
        number = folder
    return "/".join(step for step in reversed(steps) if step != ".")
