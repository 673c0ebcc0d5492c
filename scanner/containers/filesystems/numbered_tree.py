"""The walk over a file system in which folders name files by number: what all of that build share."""

import stat
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Literal

from scanner.containers.filesystems import ALL, File, Share
from scanner.containers.filesystems.layer_marks import may_be_in_layer, opaque_mark
from scanner.model.locator import text_name
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

LARGEST_FOLDER = 256 << 20
_DEEPEST_FOLDER = 200
FileKind = Literal["file", "folder", "link", "device", "whiteout"]
_KINDS: dict[int, FileKind] = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}


def kind_of(mode: int) -> FileKind:
    """What a file is by the mode that Unix gives it."""
    return _KINDS.get(stat.S_IFMT(mode), "device")


class NumberedTree(ABC):
    """Implements `FileSystem` over what a folder holds and what a number stands for."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._problem: Unreadable | None = None
        """Why a part could not be listed; raised once everything else was."""

    @abstractmethod
    def _children(self, number: int) -> Iterator[tuple[bytes, int, bool]]:
        """Name and number of all that is in a folder, and whether it may be a folder too; nothing for what is none."""

    @abstractmethod
    def _file(self, path: bytes, number: int) -> File | None:
        """The file of that number; None where it cannot be read."""

    def _is_opaque(self, _number: int) -> bool:
        """Whether a folder says that nothing is seen of those that it is laid over."""
        return False

    def _whole_folder(self, size: int, content: Iterable[bytes | memoryview]) -> bytes:
        """The listing of a folder that is kept like a file; none, and the reason noted, where it cannot be had."""
        try:
            if size > LARGEST_FOLDER:
                raise Unreadable(Cause.LIMIT, "A folder of the file system is larger than 256 MiB.")
            return b"".join(content)
        except Unreadable as why:
            self._problem = self._problem or why
            return b""

    def files(self, share: Share = ALL) -> Iterator[File]:
        """Every file of a share, with no look at the others. Raises `Unreadable` after those that could be listed."""
        pending = [(b"", self._root, 0, share)]
        seen = {self._root}
        while pending:
            folder, number, depth, mine = pending.pop()
            deeper: list[tuple[bytes, int, int, Share]] = []
            for name, child, may_be_folder in self._children(number):
                path = folder + name
                is_mine = mine.has(path)
                file = self._file(path, child) if is_mine or may_be_folder else None
                if file is None:
                    continue
                if file.kind == "folder" and child not in seen and depth < _DEEPEST_FOLDER:
                    seen.add(child)
                    # One that was not said to be a folder nobody else looks into.
                    deeper.append((path + b"/", child, depth + 1, mine if may_be_folder else ALL))
                if is_mine:
                    yield file
                if is_mine and file.kind == "folder" and may_be_in_layer(path) and self._is_opaque(child):
                    yield opaque_mark(path)
            pending.extend(reversed(deeper))
        if self._problem is not None:
            raise self._problem

    def file(self, path: str) -> File | None:
        """One file by its path."""
        number, walked = self._root, b""
        for step in path.split("/"):
            found = next(((name, child) for name, child, _ in self._children(number) if text_name(name) == step), None)
            if found is None:
                return None
            walked = walked + b"/" + found[0] if walked else found[0]
            number = found[1]
        return self._file(walked, number)
