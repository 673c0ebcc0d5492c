"""What a test of a manifest or lock file says: one file, and the packages in it."""

from types import ModuleType
from typing import NamedTuple


class Case(NamedTuple):
    reader: ModuleType
    name: str
    text: str
    declares: list[tuple[str, str, str]]
    """Package URL, version, place."""
    installed: tuple[str, str] | None = None
    """Package URL and version of the package itself."""
    owns: str = ""
    """The folder that belongs to it."""
