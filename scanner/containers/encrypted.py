"""Encrypted volumes: which they are, and what a key that the user gave opens (LUKS, BitLocker; the `images` extra).

A key is the content of a file: a passphrase, a key file of LUKS, or of BitLocker a recovery password or a startup key
(.BEK).
"""

import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from scanner.containers.disks import Disk, DiskStream, StreamDisk
from scanner.containers.libraries import broken, library, without_extra
from scanner.model.source import Budget, Magic, Unreadable
from scanner.model.vocabulary import Cause

_MARKS = ((b"LUKS\xba\xbe", 0, "LUKS"), (b"-FVE-FS-", 3, "BitLocker"))

ENCRYPTED = tuple(Magic(mark, offset) for mark, offset, _ in _MARKS)


def encryption_of(head: bytes) -> str:
    """What a volume with that beginning is encrypted by; empty if by nothing known."""
    return next((what for mark, offset, what in _MARKS if head.startswith(mark, offset)), "")


def unlocked(disk: Disk, what: str, keys: tuple[bytes, ...], budget: Budget) -> Disk:
    """The disk inside.

    Raises:
        Unreadable: No key was given or none fits, it is damaged, or the extra is not installed.
    """
    if not keys:
        reason = f"This is a volume encrypted by {what}; its content was not examined. --key-file takes its key."
        raise Unreadable(Cause.ENCRYPTED, reason)
    module = library("dissect.fve.luks" if what == "LUKS" else "dissect.fve.bde")
    if module is None:
        raise without_extra(f"a volume encrypted by {what}")
    stream = DiskStream(disk)
    try:
        volume = (module.LUKS if what == "LUKS" else module.BDE)(stream)
        for attempt in _attempts(volume, what, keys):
            budget.spend_items()
            if _opens(attempt):
                content = volume.open()
                return StreamDisk(content, int(getattr(content, "size", 0) or disk.size))
    except broken() as error:
        reason = f"This is a volume encrypted by {what}, and it could not be opened ({type(error).__name__})."
        raise Unreadable(Cause.DAMAGED, reason) from error
    reason = f"This is a volume encrypted by {what}, and no key that was given opens it; its content was not examined."
    raise Unreadable(Cause.ENCRYPTED, reason)


def _attempts(volume: Any, what: str, keys: tuple[bytes, ...]) -> Iterator[Callable[[], object]]:
    """Each way in which each key may be meant. A line feed at a file's end is mostly an editor's."""
    for key in keys:
        line = key.rstrip(b"\r\n")
        if what == "LUKS":
            for passphrase in dict.fromkeys((key, line)):
                yield partial(volume.unlock_with_passphrase, passphrase)
            continue
        text = line.decode("utf-8", "replace").strip()
        yield partial(volume.unlock_with_recovery_password, text)
        yield partial(volume.unlock_with_passphrase, text)
        yield partial(volume.unlock_with_bek, io.BytesIO(key))


def _opens(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except broken():
        return False
    return True
