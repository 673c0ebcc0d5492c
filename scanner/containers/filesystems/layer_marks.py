"""Marks of layers of containers, as engines set them where the kernel lays folders over each other.

A folder with the attribute `overlay.opaque` shows nothing of those below; a file system tells of it by a whiteout of
the name that layers in archives have for it. The device 0:0 takes a name away.
Specification: the kernel's Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories".
"""

from functools import partial

from scanner.containers.filesystems import File
from scanner.model.artifact import OPAQUE

_FOLDERS = ("/diff/", "/fs/")
_FOLDERS_AS_BYTES = tuple(name.encode() for name in _FOLDERS)
OPAQUE_ATTRIBUTES = ("trusted.overlay.opaque", "user.overlay.opaque")
IS_SET = b"y"


def may_be_in_layer(path: str | bytes) -> bool:
    """Whether a folder lies where engines keep the files of layers."""
    if isinstance(path, bytes):
        return any(name in path for name in _FOLDERS_AS_BYTES)
    return any(name in path for name in _FOLDERS)


def opaque_mark(folder: str | bytes) -> File:
    """What says that of a folder nothing below it is seen."""
    path = f"{folder}/{OPAQUE}" if isinstance(folder, str) else folder + f"/{OPAQUE}".encode()
    return File(path, "whiteout", 0, partial(iter, ()))
