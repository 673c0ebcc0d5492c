"""A file as a target: an app, a library, an archive, anything."""

import os
from collections.abc import Iterator
from pathlib import Path

from scanner.targets import Entry, MissingTarget, stat_of

KIND = "file"


def entries(path: Path) -> Iterator[Entry]:
    """The file itself, named by its base name. Raises `MissingTarget` if it may not be read."""
    if not os.access(path, os.R_OK):
        raise MissingTarget(f"{path}: this account has no permission to read it.")
    yield Entry(str(path.parent), path.name, stat_of(path.stat()))
