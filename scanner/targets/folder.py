"""A folder as a target: everything below it, links not followed."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from scanner.model.artifact import Unread
from scanner.model.locator import below, text_name
from scanner.model.vocabulary import Cause
from scanner.targets import Entry, MissingTarget

KIND = "folder"


def opens(path: Path) -> bool:
    """A folder, or a link to one: the user named it."""
    return path.is_dir()


def entries(path: Path) -> Iterator[Entry | Unread]:
    """Regular files in the order of their locators; folders that cannot be listed as `Unread`.

    Links are passed over: what they lead to is either below the folder anyway or not part of the target. So are
    sockets, pipes and devices. Raises `MissingTarget` if the folder itself may not be listed.
    """
    if not os.access(path, os.R_OK | os.X_OK):
        raise MissingTarget(f"{path}: this account has no permission to list this folder.")
    pending: list[tuple[Path, str]] = [(path, "")]
    while pending:
        folder, locator = pending.pop()
        try:
            with os.scandir(folder) as listing:
                found = sorted(listing, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield _unlisted(locator, error)
            continue
        deeper = []
        for entry in found:
            name = below(locator, text_name(os.fsencode(entry.name)))
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                yield _unlisted(name, error)
                continue
            if stat.S_ISDIR(status.st_mode):
                deeper.append((Path(entry.path), name))
            elif stat.S_ISREG(status.st_mode):
                yield Entry(Path(entry.path), name, status.st_size)
        pending.extend(reversed(deeper))


def _unlisted(locator: str, error: OSError) -> Unread:
    cause = Cause.PERMISSION if isinstance(error, PermissionError) else Cause.VANISHED
    reason = (
        "This account has no permission to list it."
        if cause is Cause.PERMISSION
        else "It could not be listed; it may have gone since the scan began."
    )
    return Unread(locator=locator or ".", stage="list", cause=cause, reason=reason)
