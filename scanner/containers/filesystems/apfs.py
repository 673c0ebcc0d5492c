"""APFS: the volumes of a container, by the library of the `images` extra. Those that FileVault encrypted are opened by
a key, or told by their names.

A key is the password of a user of the volume, or its recovery key (`XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`). Where the chip of
the computer holds a part of the key, as in Macs with T2 or Apple's own processors, no password opens an image.
Specification: Apple File System Reference (2020-06-22).
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from scanner.containers.disks import Disk, DiskStream
from scanner.containers.encryptions.sector_ciphers import SectorCipher
from scanner.containers.filesystems.apfs_content import mend_library
from scanner.containers.filesystems.by_library import LibraryFileSystem
from scanner.containers.libraries import broken, library, without_extra
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

NAME = "with the extra “images” APFS"
FALLBACK = False
MAGICS = (Magic(b"NXSB", 32),)

_NUMBER_AT = 72
_SECTOR = 512
_ATTEMPT_ITEMS = 1000
_MOST_ROUNDS = 100_000_000


def recognises(head: bytes) -> bool:
    """Whether a volume begins with the superblock of a container."""
    return head.startswith(b"NXSB", 32)


def opened(disk: Disk, budget: Budget) -> LibraryFileSystem:
    """As `opened_by` without keys."""
    return opened_by(disk, (), budget)


def opened_by(disk: Disk, keys: tuple[bytes, ...], budget: Budget) -> LibraryFileSystem:
    """All volumes of the container, each below a folder of its name where there are several.

    Raises:
        Unreadable: It is damaged, or the `images` extra is not installed.
    """
    found, kinds = library("dissect.apfs"), library("dissect.target.filesystems.apfs")
    if found is None or kinds is None:
        raise without_extra("an APFS file system")
    mend_library()
    stream = DiskStream(disk)
    try:
        container = found.APFS(stream)
        volumes = list(container.volumes)
        budget.spend_items(len(volumes))
        closed = [one for one in volumes if one.is_encrypted and not _opens(one, keys, budget)]
        around = SimpleNamespace(container=container, volume=stream)
        roots = [
            (prefix, _file_system(kinds, around, volume))
            for volume, prefix in zip(volumes, _prefixes(volumes), strict=True)
            if volume not in closed
        ]
    except broken() as error:
        reason = f"This is an APFS file system, and it could not be opened ({type(error).__name__})."
        raise Unreadable(Cause.DAMAGED, reason) from error
    number = bytes(disk.read(_NUMBER_AT, 16))
    return LibraryFileSystem(roots, budget, number, _told(closed, is_tried=bool(keys)))


def _file_system(kinds: Any, around: SimpleNamespace, volume: Any) -> Any:
    """A volume as the library shows it. Its own way to there asks a list of keys that all of a program share."""
    made = kinds.ApfsVolumeFilesystem.__new__(kinds.ApfsVolumeFilesystem)
    made.container, made.apfs = around, volume
    kinds.Filesystem.__init__(made, around.volume, case_sensitive=not volume.is_case_insensitive)
    made.get("/")
    return made


def _prefixes(volumes: list[Any]) -> Iterator[str]:
    given: set[str] = set()
    for number, volume in enumerate(volumes, 1):
        name = str(volume.name).replace("/", ":")
        name = f"{name} ({number})" if name in given or not name else name
        given.add(name)
        yield f"{name}/" if len(volumes) > 1 else ""


def _opens(volume: Any, keys: tuple[bytes, ...], budget: Budget) -> bool:
    """Whether a key opens an encrypted volume; then it is open."""
    if not keys or not _has_keys(volume):
        return False
    for users in volume.keybag.keks():
        if int(users["blob"]["iterations"].native) > _MOST_ROUNDS:
            raise Unreadable(Cause.LIMIT, "An APFS volume's key costs more to derive than frscan allows.")
    for given in keys:
        budget.spend_items(_ATTEMPT_ITEMS)
        try:
            volume.unlock(given.decode("utf-8-sig", "replace").rstrip("\r\n"))
        except broken():
            continue
        key = volume._cipher.key
        volume._cipher = SectorCipher("aes-xts-plain64", key, _SECTOR, _SECTOR)
        return True
    return False


def _has_keys(volume: Any) -> bool:
    """Whether the container keeps wrapped keys for a volume: not where the chip of the computer does."""
    return volume.container.keybag is not None and volume.keybag is not None


def _told(closed: list[Any], *, is_tried: bool) -> Unreadable | None:
    """Which volumes were not looked at, and what would open them."""
    if not closed:
        return None
    names = ", ".join(f"“{str(volume.name)[:80]}”" for volume in closed)
    which = f"The APFS volume {names} is" if len(closed) == 1 else f"The APFS volumes {names} are"
    if not any(_has_keys(volume) for volume in closed):
        ways = " Its keys are not in this image."
    elif is_tried:
        ways = " No key that was given opens it."
    else:
        ways = " --key-file takes a file with the password of a user or the recovery key."
    return Unreadable(Cause.ENCRYPTED, f"{which} encrypted (FileVault); the content was not examined.{ways}")
