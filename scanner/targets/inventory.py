"""An inventory as a target: a list of software that lies elsewhere. Nothing of the software is opened."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from scanner.formats.inventories.named import named_list
from scanner.model.artifact import Unread
from scanner.targets import Entry, file, head_of

KIND = "inventory"


def opens(path: Path, head: bytes) -> bool:
    """A file whose beginning is that of an inventory, or a table of which the user has to say what it holds."""
    return is_list_of(KIND, path, head)


def is_list_of(kind: str, path: Path, head: bytes) -> bool:
    """Whether a file is a list of software of that kind, by its beginning."""
    found = named_list(path.name.lower(), head) if head else None
    return found is not None and found.kind == kind


def entries(path: Path) -> Iterator[Entry | Unread]:
    """The file itself, for the reader of its syntax. Raises `MissingTarget` if it may not be read."""
    found = named_list(path.name.lower(), head_of(path))
    for entry in file.entries(path):
        reader = found.reader if found else ""
        yield entry if isinstance(entry, Unread) else msgspec.structs.replace(entry, reader=reader)
