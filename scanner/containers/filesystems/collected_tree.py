"""File systems of flash memories: names and inodes lie anywhere, are gathered first, and the newest of each counts."""

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from scanner.containers.filesystems import File
from scanner.containers.filesystems.numbered_tree import NumberedTree, kind_of
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause


class Name(NamedTuple):
    """What a node says of a name."""

    version: int
    """Of several nodes the one with the highest counts."""
    file: int
    """Its number; 0 where it was taken away."""


class Inode(NamedTuple):
    """What a node says of a file."""

    version: int
    mode: int
    size: int
    stamp: tuple[int, ...]


class CollectedTree(NumberedTree):
    """Implements `FileSystem` over what was gathered."""

    def __init__(self, root: int, budget: Budget) -> None:
        super().__init__(root)
        self._budget = budget
        self._names: dict[int, dict[bytes, Name]] = defaultdict(dict)
        """By the number of their folder."""
        self._inodes: dict[int, Inode] = {}

    @abstractmethod
    def _content(self, number: int, size: int) -> Iterator[bytes]:
        """So many bytes of a file."""

    def _children(self, number: int) -> Iterator[tuple[bytes, int, bool]]:
        for name, entry in sorted(self._names.get(number, {}).items()):
            self._budget.spend_items()
            if entry.file and name not in (b"", b".", b"..") and b"/" not in name:
                yield name, entry.file, True

    def _file(self, path: bytes, number: int) -> File | None:
        inode = self._inodes.get(number)
        if inode is None:
            self._problem = Unreadable(Cause.DAMAGED, "Some files of the file system were not found.")
            return None
        kind = kind_of(inode.mode)
        size = inode.size if kind == "file" else 0
        return File(path, kind, size, partial(self._content, number, size), inode.stamp)
