"""A file as a target: an app, a library, an archive, anything."""

import os
from collections.abc import Iterator
from pathlib import Path

from scanner.model.artifact import Unread
from scanner.model.locator import text_name
from scanner.targets import Entry, MissingTarget, stat_of
from scanner.targets.placeholders import is_placeholder, not_here

KIND = "file"


def entries(path: Path) -> Iterator[Entry | Unread]:
    """The file itself, named by its base name. Raises `MissingTarget` if it may not be read."""
    status = path.stat()
    if is_placeholder(status):
        yield not_here(text_name(path.name))
        return
    if not os.access(path, os.R_OK):
        raise MissingTarget(f"{path}: this account has no permission to read it.")
    yield Entry(str(path.parent), path.name, stat_of(status))
