"""FAT, XFS, Btrfs and others, by the libraries of the `images` extra."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Literal

from scanner.containers.disks import Disk, DiskStream
from scanner.containers.filesystems import ALL, File, Share
from scanner.containers.filesystems.layer_marks import may_be_in_layer, opaque_mark
from scanner.containers.filesystems.library_marks import is_opaque, is_whiteout
from scanner.containers.libraries import broken, library, without_extra
from scanner.model.locator import text_name
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "with the extra “images” FAT, XFS, Btrfs"
FALLBACK = True

_PIECE_BYTES = 1 << 20
_FIRST_PIECE_BYTES = 64 << 10
_DEEPEST_FOLDER = 200
_MARKS: tuple[tuple[int, bytes, str, str], ...] = (
    (54, b"FAT1", "a FAT file system", "fat.FatFilesystem"),
    (82, b"FAT32   ", "a FAT file system", "fat.FatFilesystem"),
    (0, b"XFSB", "an XFS file system", "xfs.XfsFilesystem"),
    (0x10040, b"_BHRfS_M", "a Btrfs file system", "btrfs.BtrfsFilesystem"),
)
MAGICS = tuple(Magic(mark, offset) for offset, mark, _, _ in _MARKS if offset < 4096)


def recognises(head: bytes) -> bool:
    """Whether a volume bears the mark of one of them."""
    return _mark(head) is not None


def _mark(head: bytes) -> tuple[str, str] | None:
    for offset, mark, name, path in _MARKS:
        if head.startswith(mark, offset) and _is_sound(head, mark):
            return name, path
    return None


def _is_sound(head: bytes, mark: bytes) -> bool:
    return mark != b"FAT1" or head[510:512] == b"\x55\xaa"


def opened(disk: Disk, budget: Budget) -> "LibraryFileSystem":
    """The file system.

    Raises:
        Unreadable: It is damaged, or the `images` extra is not installed.
    """
    name, path = _mark(bytes(disk.read(0, 0x10048))) or ("a file system", "")
    module, _, kind = path.partition(".")
    found = library(f"dissect.target.filesystems.{module}")
    if found is None:
        raise without_extra(name)
    try:
        return LibraryFileSystem([("", getattr(found, kind)(DiskStream(disk)))], budget, _identity(disk, module))
    except broken() as error:
        raise Unreadable(
            Cause.DAMAGED, f"This is {name}, and it could not be opened ({type(error).__name__})."
        ) from error


_IDENTITIES = {"xfs": (32, 16), "btrfs": (0x10020, 16)}
"""Where a file system has the number it was made with. FAT notes no time of a change but the one that programs
set."""


def _identity(disk: Disk, module: str) -> bytes:
    place = _IDENTITIES.get(module)
    return bytes(disk.read(*place)) if place else b""


class LibraryFileSystem:
    """Implements `FileSystem`."""

    def __init__(
        self, roots: Sequence[tuple[str, Any]], budget: Budget, identity: bytes, problem: Unreadable | None = None
    ) -> None:
        """`roots` are systems as the library opens them, each with what stands before its paths; `problem` is what of
        them could not be opened."""
        self._roots = roots
        self._problem = problem
        self.identity = identity
        self._budget = budget

    def files(self, share: Share = ALL) -> Iterator[File]:
        """Every file of a share. Raises `Unreadable` after those that could be listed."""
        problem = self._problem
        pending: list[tuple[str, Any]] = [(prefix, system.get("/")) for prefix, system in reversed(self._roots)]
        while pending:
            folder, entry = pending.pop()
            deeper: list[tuple[str, Any]] = []
            try:
                for child in entry.scandir():
                    self._budget.spend_items()
                    path = folder + _name(child)
                    kind = _kind(child)
                    if kind == "folder" and path.count("/") < _DEEPEST_FOLDER:
                        deeper.append((f"{path}/", _entry(child)))
                    if share.has(path):
                        yield from self._told(path, child, kind)
            except broken():
                problem = problem or Unreadable(Cause.DAMAGED, "Some folders of the file system could not be listed.")
            pending.extend(reversed(deeper))
        if problem is not None:
            raise problem

    def _told(self, path: str, child: Any, kind: Literal["file", "folder", "link", "device"]) -> Iterator[File]:
        """A file, with what a layer of containers says of it."""
        is_asked = kind in ("folder", "device") and may_be_in_layer(path)
        if is_asked and kind == "device" and is_whiteout(_entry(child)):
            yield File(path, "whiteout", 0, partial(iter, ()))
            return
        yield self._file(path, child, kind)
        if is_asked and kind == "folder" and is_opaque(_entry(child)):
            yield opaque_mark(path)

    def file(self, path: str) -> File | None:
        """One file by its path."""
        root = next((one for one in self._roots if path.startswith(text_name(one[0]))), None)
        if root is None:
            return None
        prefix, entry, walked = root[0], root[1].get("/"), ""
        try:
            for step in path.removeprefix(text_name(prefix)).split("/"):
                child = next((child for child in entry.scandir() if text_name(_name(child)) == step), None)
                if child is None:
                    return None
                entry, walked = _entry(child), f"{walked}/{_name(child)}" if walked else _name(child)
            return self._file(prefix + walked, entry, _kind(entry))
        except broken():
            return None

    def _file(self, path: str, entry: Any, kind: Literal["file", "folder", "link", "device"]) -> File:
        if kind != "file":
            return File(path, kind, 0, partial(iter, ()))
        size, stamp = 0, tuple[int, ...]()
        try:
            status = _entry(entry).lstat()
            size, stamp = (
                int(status.st_size),
                tuple(int(n or 0) for n in (status.st_ino, status.st_mtime_ns, status.st_ctime_ns)),
            )
        except broken():
            size = 0  # what is wrong with it comes out when it is read
        return File(path, kind, size, partial(self._content, entry, size), stamp)

    def _content(self, entry: Any, size: int) -> Iterator[bytes]:
        most = _FIRST_PIECE_BYTES if size > 2 * _FIRST_PIECE_BYTES else _PIECE_BYTES
        try:
            with _entry(entry).open() as stream:
                while True:
                    piece = stream.read(most)
                    if not piece:
                        return
                    self._budget.spend_bytes(len(piece))
                    yield piece
                    most = _PIECE_BYTES
        except broken() as error:
            raise Unreadable(Cause.DAMAGED, f"The file system could not give it ({type(error).__name__}).") from error


_LOWER_BASE, _LOWER_ENDING = 0x08, 0x10


def _name(entry: Any) -> str:
    """The name of an entry. FAT keeps a short one in capitals and notes beside it which halves are small letters."""
    name = str(entry.name)
    short = getattr(getattr(entry, "entry", None), "dirent", None)
    noted = getattr(short, "DIR_NTRes", 0)
    if not noted or entry.entry.ldirents:
        return name
    base, dot, ending = name.partition(".")
    return (base.lower() if noted & _LOWER_BASE else base) + dot + (ending.lower() if noted & _LOWER_ENDING else ending)


def _entry(found: Any) -> Any:
    """The entry itself: what a listing yields knows its name and kind only."""
    get = getattr(found, "get", None)
    return get() if get is not None and not hasattr(found, "lstat") else found


def _kind(entry: Any) -> Literal["file", "folder", "link", "device"]:
    if entry.is_symlink():
        return "link"
    if entry.is_dir(follow_symlinks=False):
        return "folder"
    return "file" if entry.is_file(follow_symlinks=False) else "device"
