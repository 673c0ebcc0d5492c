"""A software bill of materials as a target: a list of parts that lie elsewhere. None of them is opened."""

from collections.abc import Iterator
from pathlib import Path

from scanner.formats.inventories.named import named_list
from scanner.targets import Entry, file, head_of

KIND = "sbom"


def opens(path: Path, head: bytes) -> bool:
    """A file whose beginning is that of a bill of materials."""
    found = named_list(path.name.lower(), head) if head else None
    return found is not None and found.kind == KIND


def entries(path: Path) -> Iterator[Entry]:
    """The file itself, for the reader of its syntax. Raises `MissingTarget` if it may not be read."""
    found = named_list(path.name.lower(), head_of(path))
    for entry in file.entries(path):
        yield entry._replace(reader=found.reader if found else "")
