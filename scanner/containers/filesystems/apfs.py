"""APFS: the volumes of a container, by the library of the `images` extra. Those that FileVault encrypted are told.

Specification: Apple File System Reference (2020-06-22).
"""

from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

from scanner.containers.disks import Disk, DiskStream
from scanner.containers.filesystems.by_library import LibraryFileSystem
from scanner.containers.libraries import broken, library, without_extra
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "with the extra “images” APFS"
FALLBACK = False
MAGICS = (Magic(b"NXSB", 32),)

_NUMBER_AT = 72


def recognises(head: bytes) -> bool:
    """Whether a volume begins with the superblock of a container."""
    return head.startswith(b"NXSB", 32)


def opened(disk: Disk, budget: Budget) -> LibraryFileSystem:
    """All volumes of the container, each below a folder of its name where there are several.

    Raises:
        Unreadable: It is damaged, or the `images` extra is not installed.
    """
    found, kinds = library("dissect.apfs"), library("dissect.target.filesystems.apfs")
    if found is None or kinds is None:
        raise without_extra("an APFS file system")
    stream = DiskStream(disk)
    try:
        container = found.APFS(stream)
        volumes = list(container.volumes)
        budget.spend_items(len(volumes))
        closed = [volume for volume in volumes if volume.is_encrypted]
        # What the library takes for the whole of a target gives up encrypted volumes without a word.
        around = SimpleNamespace(container=container, volume=stream, alt_separator="")
        prefixes = _prefixes(volumes)
        systems = [
            (prefix, partial(kinds.ApfsVolumeFilesystem, around, uuid=volume.uuid))
            for volume, prefix in zip(volumes, prefixes, strict=True)
            if not volume.is_encrypted
        ]
        roots = [(prefix, make()) for prefix, make in systems]
    except broken() as error:
        reason = f"This is an APFS file system, and it could not be opened ({type(error).__name__})."
        raise Unreadable(Cause.DAMAGED, reason) from error
    number = bytes(disk.read(_NUMBER_AT, 16))
    return LibraryFileSystem(roots, budget, number, _told(closed))


def _prefixes(volumes: list[Any]) -> Iterator[str]:
    given: set[str] = set()
    for number, volume in enumerate(volumes, 1):
        name = str(volume.name).replace("/", ":")
        name = f"{name} ({number})" if name in given or not name else name
        given.add(name)
        yield f"{name}/" if len(volumes) > 1 else ""


def _told(closed: list[Any]) -> Unreadable | None:
    """Which volumes were not looked at."""
    if not closed:
        return None
    names = ", ".join(f"“{str(volume.name)[:80]}”" for volume in closed)
    which = f"The APFS volume {names} is" if len(closed) == 1 else f"The APFS volumes {names} are"
    return Unreadable(Cause.ENCRYPTED, f"{which} encrypted (FileVault); the content was not examined.")
