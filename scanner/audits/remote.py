"""Targets that lie elsewhere: files named by an address (`s3://…`, `sftp://…`, `memory://…`), by fsspec.

Only what the plan names is asked for. The file is copied in pieces into a private folder, under the name that the
address gives it, and is gone when it was read: a scan itself opens no connection.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from scanner.targets import MissingTarget

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_PASSWORD = re.compile(r"://[^/@]*:[^/@]*@")
_PIECE_BYTES = 4 << 20
_LEFT_FREE_BYTES = 256 << 20
"""Of the disk that the copy lies on."""


class BadAddress(Exception):
    """An address that cannot be a target's, in a sentence."""


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
    if "::" in address or not _name(address):
        raise BadAddress(f"{address}: the address of one file is wanted.")


def _name(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]


@contextmanager
def at_hand(place: str) -> Iterator[Path]:
    """The target as a path of this machine, for as long as the block runs. Raises `MissingTarget`."""
    if not is_address(place):
        yield Path(place)
        return
    with TemporaryDirectory(prefix="frscan-target-") as folder:
        copy = Path(folder) / _name(place)
        _copy(place, copy)
        yield copy


def _copy(address: str, copy: Path) -> None:
    try:
        import fsspec
    except ImportError as error:
        raise MissingTarget("Targets by address need the extra “fleet”: pip install 'frscan[fleet]'.") from error
    try:
        with fsspec.open(address, "rb") as source, copy.open("wb") as written:
            while piece := source.read(_PIECE_BYTES):
                if shutil.disk_usage(copy.parent).free < len(piece) + _LEFT_FREE_BYTES:
                    raise MissingTarget("It is larger than the space that is left for a copy of it.")
                written.write(piece)
    except MissingTarget:
        raise
    except FileNotFoundError as error:
        raise MissingTarget("There is no such file at this address.") from error
    except Exception as error:  # each file system raises its own, and its message may hold what is secret
        raise MissingTarget(f"The address could not be read ({type(error).__name__}).") from error
