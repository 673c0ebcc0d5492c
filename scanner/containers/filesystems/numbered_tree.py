"""The walk over a file system in which folders name files by number: what all of that build share."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from scanner.containers.filesystems import File
from scanner.model.locator import text_name
from scanner.model.source import Unreadable

_DEEPEST_FOLDER = 200


class NumberedTree(ABC):
    """Implements `FileSystem` over what a folder holds and what a number stands for."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._problem: Unreadable | None = None
        """Why a part could not be listed; raised once everything else was."""

    @abstractmethod
    def _children(self, number: int) -> Iterator[tuple[bytes, int]]:
        """Name and number of everything in a folder; nothing for what is none."""

    @abstractmethod
    def _file(self, path: bytes, number: int) -> File | None:
        """The file of that number; None where it cannot be read."""

    def files(self) -> Iterator[File]:
        """Every file. Raises `Unreadable` after those that could be listed."""
        pending = [(b"", self._root, 0)]
        seen = {self._root}
        while pending:
            folder, number, depth = pending.pop()
            deeper: list[tuple[bytes, int, int]] = []
            for name, child in self._children(number):
                file = self._file(folder + name, child)
                if file is None:
                    continue
                if file.kind == "folder" and child not in seen and depth < _DEEPEST_FOLDER:
                    seen.add(child)
                    deeper.append((folder + name + b"/", child, depth + 1))
                yield file
            pending.extend(reversed(deeper))
        if self._problem is not None:
            raise self._problem

    def file(self, path: str) -> File | None:
        """One file by its path."""
        number, walked = self._root, b""
        for step in path.split("/"):
            found = next(((name, child) for name, child in self._children(number) if text_name(name) == step), None)
            if found is None:
                return None
            walked = walked + b"/" + found[0] if walked else found[0]
            number = found[1]
        return self._file(walked, number)
