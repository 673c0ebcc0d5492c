"""Targets that lie elsewhere: files and folders named by an address (`s3://…`, `sftp://…`, `memory://…`), by fsspec.

Only what the plan names is asked for. It is copied in pieces into a private folder, under the name that the address
gives it, and is gone when it was read: a scan itself opens no connection, and every byte is wanted once in any case.
What of a folder cannot be copied is told like any file that cannot be read.
"""

import os
import re
import shutil
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from scanner.model.artifact import Unread
from scanner.model.locator import text_name
from scanner.model.vocabulary import Cause
from scanner.targets import MissingTarget, PassedOver
from scanner.targets.folder import LINK, NO_FILE

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@")
_PIECE_BYTES = 4 << 20
_LEFT_FREE_BYTES = 256 << 20
"""Of the disk that the copy lies on."""
_NO_NAME = re.compile(r"\.{0,2}|.*[\0/].*" if os.sep == "/" else r'\.{0,2}|.*[\0/\\:*?"<>|].*', re.DOTALL)
"""What no file of this machine can be called."""


class BadAddress(Exception):
    """An address that cannot be a target's, in a sentence."""


class AtHand(NamedTuple):
    """A target on this machine."""

    path: Path
    is_copy: bool = False
    """Whether it is gone afterwards."""
    lacks: tuple[Unread | PassedOver, ...] = ()
    """What of it is not there."""


def is_address(target: str) -> bool:
    """Whether a target is named by an address and not by a path."""
    return _ADDRESS.match(target) is not None


def check_address(address: str) -> None:
    """Raises `BadAddress` for one that holds a password, or that leads through other files (`zip::…`)."""
    if _PASSWORD.search(address):
        raise BadAddress(
            f"{_PASSWORD.sub('://…@', address)}: a password in an address would stand in every report; "
            "give it to the file system's own settings."
        )
    if "::" in address or _NO_NAME.fullmatch(_name(address)):
        raise BadAddress(f"{address}: the address of one file or folder is wanted.")


def _name(address: str) -> str:
    return address.partition("://")[2].partition("?")[0].rstrip("/").rpartition("/")[2]


@contextmanager
def at_hand(place: str) -> Iterator[AtHand]:
    """The target as a path of this machine, for as long as the block runs. Raises `MissingTarget`."""
    if not is_address(place):
        yield AtHand(Path(place))
        return
    with TemporaryDirectory(prefix="frscan-target-") as folder:
        copy = Path(folder) / _name(place)
        yield AtHand(copy, is_copy=True, lacks=tuple(_copied(place, copy)))


def _copied(address: str, copy: Path) -> list[Unread | PassedOver]:
    """Copy a file or folder; what of it could not be copied."""
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise MissingTarget("Targets by address need the extra “fleet”: pip install 'frscan[fleet]'.") from error
    try:
        files, path = url_to_fs(address)
        if files.info(path)["type"] == "directory":
            return list(_copy_folder(files, path, copy))
        _copy_file(files, path, copy)
    except MissingTarget:
        raise
    except FileNotFoundError as error:
        raise MissingTarget("There is no such file or folder at this address.") from error
    except Exception as error:  # each file system raises its own, and its message may hold what is secret
        raise MissingTarget(f"The address could not be read ({type(error).__name__}).") from error
    return []


def _copy_folder(files: Any, path: str, copy: Path) -> Iterator[Unread | PassedOver]:  # Any: fsspec ships no types
    passed: Counter[str] = Counter()
    copy.mkdir()
    pending = [(path, "")]
    while pending:
        place, folder = pending.pop()
        for info in (yield from _listed(files, place, folder)):
            name = str(info["name"]).rstrip("/")
            own = name.rpartition("/")[2]
            below = f"{folder}/{own}" if folder else own
            if info["type"] not in {"file", "directory"}:
                passed[LINK if info["type"] == "link" or info.get("islink") else NO_FILE] += 1
            elif _NO_NAME.fullmatch(own) or (copy / below).exists():
                reason = "No file of this machine can have its name beside the others, so it was not copied here."
                yield Unread(locator=text_name(below), stage="open", cause=Cause.UNSUPPORTED, reason=reason)
            elif info["type"] == "directory":
                (copy / below).mkdir()
                pending.append((name, below))
            else:
                yield from _copied_file(files, name, copy, below)
    yield from (PassedOver(what, number) for what, number in sorted(passed.items()))


def _listed(files: Any, place: str, folder: str) -> Generator[Unread, None, list[dict[str, Any]]]:  # Any: as above
    """What lies in a folder; that of the target itself must be listed."""
    try:
        found = sorted(files.ls(place, detail=True), key=lambda info: str(info["name"]))
    except Exception as error:
        if not folder:
            raise
        yield _not_read(folder, "list", error)
        return []
    # An object store may keep a folder as an object of its own, which is no file in it.
    return [info for info in found if str(info["name"]).rstrip("/") != place.rstrip("/")]


def _copied_file(files: Any, path: str, copy: Path, below: str) -> Iterator[Unread]:  # Any: as above
    try:
        _copy_file(files, path, copy / below)
    except MissingTarget:
        raise
    except Exception as error:
        (copy / below).unlink(missing_ok=True)
        yield _not_read(below, "open", error)


def _copy_file(files: Any, path: str, copy: Path) -> None:  # Any: as above
    with files.open(path, "rb", block_size=_PIECE_BYTES) as source, copy.open("wb") as written:
        while piece := source.read(_PIECE_BYTES):
            if shutil.disk_usage(copy.parent).free < len(piece) + _LEFT_FREE_BYTES:
                raise MissingTarget("It is larger than the space that is left for a copy of it.")
            written.write(piece)


def _not_read(below: str, stage: str, error: Exception) -> Unread:
    cause = Cause.PERMISSION if isinstance(error, PermissionError) else Cause.VANISHED
    reason = f"It could not be copied from where it lies ({type(error).__name__})."
    return Unread(locator=text_name(below), stage=stage, cause=cause, reason=reason)
