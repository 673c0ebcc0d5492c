"""A folder as a target: everything below it on the same file system, links not followed."""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from operator import attrgetter
from pathlib import Path

from scanner.containers.filesystems.layer_marks import IS_SET, OPAQUE_ATTRIBUTES, may_be_in_layer
from scanner.model.artifact import OPAQUE, Unread
from scanner.model.locator import text_name
from scanner.model.vocabulary import Cause
from scanner.targets import Entry, Found, MissingTarget, PassedOver, Whiteout, stat_of
from scanner.targets.mounts import is_pseudo
from scanner.targets.placeholders import is_placeholder, not_here

KIND = "folder"

_NAME = attrgetter("name")
LINK = "symbolic link"
"""What a report calls a link that is passed over, and what it calls all else that is neither file nor folder."""
NO_FILE = "socket, pipe or device"
_PSEUDO = "view of the running system"
_ANOTHER = "Another file system begins here, and the scan stays on one; --all-file-systems goes on into it."
_OCI_FILES, _OCI_BLOBS = ("oci-layout", "index.json"), "blobs"
"""Of an OCI layout, the layers of container images: they are read as what its `index.json` says they make up."""
_CONTENT = "io.containerd.content.v1.content"
_CONTENT_INDEX = os.path.join("io.containerd.metadata.v1.bolt", "meta.db")  # noqa: PTH118
"""Where containerd keeps layers packed, and the database by way of which they are read."""


def entries(path: Path) -> Iterator[Found]:
    """Regular files of one file system; folders that cannot be listed and files that are not on this machine as
    `Unread`.

    Links are passed over: what they lead to is either below the folder anyway or not part of the target. So are
    sockets, pipes and devices, and views of the running system such as `/proc`. Another file system mounted below the
    folder (a second disk, a network drive) is not entered, which is a gap and said so. Raises `MissingTarget` if the
    folder itself may not be listed.
    """
    return _entries(path, _Walk(stays=True))


def entries_everywhere(path: Path) -> Iterator[Found]:
    """The same with the file systems mounted below the folder, except for views of the running system."""
    return _entries(path, _Walk(stays=False))


class _Walk:
    """What a walk through folders remembers."""

    def __init__(self, *, stays: bool) -> None:
        self.stays = stays
        """On one file system."""
        self.passed: Counter[str] = Counter()
        self.entered: set[tuple[int, int]] = set()
        """Where another file system begins, by device and inode: a mount may hold itself."""

    def others(self, place: str, name: str, status: os.stat_result, deeper: list[tuple[str, int]]) -> Iterator[Found]:
        """What is neither a file nor a folder of the same file system."""
        begins = (status.st_dev, status.st_ino)
        if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
            yield Whiteout(_locator(name))
        elif not stat.S_ISDIR(status.st_mode):
            self.passed[LINK if stat.S_ISLNK(status.st_mode) else NO_FILE] += 1
        elif is_pseudo(place, status.st_dev) or begins in self.entered:
            self.passed[_PSEUDO] += 1
        elif self.stays:
            yield Unread(locator=_locator(name), stage="list", cause=Cause.LIMIT, reason=_ANOTHER)
        else:
            self.entered.add(begins)
            deeper.append((name, status.st_dev))


def _entries(path: Path, walk: _Walk) -> Iterator[Found]:
    if not os.access(path, os.R_OK | os.X_OK):
        raise MissingTarget(f"{path}: this account has no permission to list this folder.")
    root = str(path)
    pending = [("", path.stat().st_dev)]
    while pending:
        folder, device = pending.pop()
        try:
            with os.scandir(os.path.join(root, folder)) as listing:  # noqa: PTH118  (names, a hundred thousand times)
                found = sorted(listing, key=_NAME)
        except OSError as error:
            yield _unlisted(folder, error)
            continue
        deeper: list[tuple[str, int]] = []
        before = f"{folder}{os.sep}" if folder else ""
        for entry in _without_blobs(found, f"{root}{os.sep}{folder}"):
            name = before + entry.name
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                yield _unlisted(name, error)
                continue
            if stat.S_ISREG(status.st_mode):
                yield not_here(_locator(name)) if is_placeholder(status) else Entry(root, name, stat_of(status))
            elif stat.S_ISDIR(status.st_mode) and status.st_dev == device:
                deeper.append((name, device))
                yield from _opaque(entry.path, name)
            else:
                yield from walk.others(entry.path, name, status, deeper)
        pending.extend(reversed(deeper))
    yield from (PassedOver(what, number) for what, number in sorted(walk.passed.items()))


def _without_blobs(found: list[os.DirEntry[str]], folder: str) -> list[os.DirEntry[str]]:
    files = {entry.name for entry in found if entry.name in _OCI_FILES and entry.is_file(follow_symlinks=False)}
    is_led_to = len(files) == len(_OCI_FILES) or (
        folder.endswith(_CONTENT) and _is_file(folder, os.pardir, _CONTENT_INDEX)
    )
    return [entry for entry in found if entry.name != _OCI_BLOBS] if is_led_to else found


def _is_file(*steps: str) -> bool:
    return os.path.isfile(os.path.join(*steps))  # noqa: PTH113, PTH118  (asked seldom, of names)


def _opaque(path: str, name: str) -> Iterator[Whiteout]:
    """The mark of a folder of a layer that nothing below it is seen; some of these marks only root may see."""
    is_asked = may_be_in_layer(name.replace(os.sep, "/")) and hasattr(os, "getxattr")
    for attribute in OPAQUE_ATTRIBUTES if is_asked else ():
        with suppress(OSError):
            if os.getxattr(path, attribute, follow_symlinks=False) == IS_SET:
                yield Whiteout(f"{_locator(name)}/{OPAQUE}")
                return


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
