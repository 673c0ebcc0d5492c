"""A folder as a target: everything below it on the same file system, links not followed."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from scanner.model.artifact import Oddity, Unread
from scanner.model.locator import text_name
from scanner.model.vocabulary import Cause
from scanner.targets import Entry, MissingTarget, stat_of

KIND = "folder"

_RECALL_ON_ACCESS = 0x00400000 | 0x00040000 | 0x00001000
"""FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, _RECALL_ON_OPEN and _OFFLINE (Windows, WinNT.h): reading would download."""
_DATALESS = 0x40000000
"""SF_DATALESS (macOS, sys/stat.h): the same for cloud drives there."""


def entries(path: Path) -> Iterator[Entry | Unread | Oddity]:
    """Regular files; folders that cannot be listed and files that are not on this machine as `Unread`.

    Links are passed over: what they lead to is either below the folder anyway or not part of the target. So are
    sockets, pipes and devices. Another file system mounted below the folder (`/proc`, a network drive) is not entered,
    and said so. Raises `MissingTarget` if the folder itself may not be listed.
    """
    if not os.access(path, os.R_OK | os.X_OK):
        raise MissingTarget(f"{path}: this account has no permission to list this folder.")
    root = str(path)
    device = path.stat().st_dev
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as listing:  # noqa: PTH118  (names, a hundred thousand times)
                found = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            yield _unlisted(folder, error)
            continue
        deeper: list[str] = []
        for entry in found:
            name = f"{folder}{os.sep}{entry.name}" if folder else entry.name
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                yield _unlisted(name, error)
                continue
            if stat.S_ISREG(status.st_mode):
                yield _elsewhere(name) if _is_placeholder(status) else Entry(root, name, stat_of(status))
            elif stat.S_ISDIR(status.st_mode):
                yield from _folder(name, deeper, is_mounted=status.st_dev != device)
        pending.extend(reversed(deeper))


def _folder(name: str, deeper: list[str], *, is_mounted: bool) -> Iterator[Oddity]:
    if is_mounted:
        yield Oddity(locator=_locator(name), what="Another file system begins here; it was not entered.")
    else:
        deeper.append(name)


def _is_placeholder(status: os.stat_result) -> bool:
    attributes = getattr(status, "st_file_attributes", 0)
    return bool(attributes & _RECALL_ON_ACCESS or getattr(status, "st_flags", 0) & _DATALESS)


def _elsewhere(name: str) -> Unread:
    reason = "This is a placeholder of a cloud drive; its content is not on this machine and was not fetched."
    return Unread(locator=_locator(name), stage="open", cause=Cause.VANISHED, reason=reason)


def _unlisted(name: str, error: OSError) -> Unread:
    cause = Cause.PERMISSION if isinstance(error, PermissionError) else Cause.VANISHED
    reason = (
        "This account has no permission to list it."
        if cause is Cause.PERMISSION
        else "It could not be listed; it may have gone since the scan began."
    )
    return Unread(locator=_locator(name) or ".", stage="list", cause=cause, reason=reason)


def _locator(name: str) -> str:
    return text_name(name.replace(os.sep, "/"))
