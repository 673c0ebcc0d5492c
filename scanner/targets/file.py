"""A file as a target: an app, a library, an archive, anything."""

import os
from collections.abc import Iterator
from pathlib import Path

from scanner.model.artifact import Unread
from scanner.model.locator import text_name
from scanner.targets import Entry, MissingTarget

KIND = "file"


def opens(path: Path) -> bool:
    """A regular file, or a link to one: the user named it."""
    return path.is_file()


def entries(path: Path) -> Iterator[Entry | Unread]:
    """The file itself, named by its base name. Raises `MissingTarget` if it may not be read."""
    real = path.resolve()
    if not os.access(real, os.R_OK):
        raise MissingTarget(f"{path}: this account has no permission to read it.")
    yield Entry(real, text_name(os.fsencode(path.name)), real.stat().st_size)
