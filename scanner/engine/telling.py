"""Telling names: a file about which there is nothing to say but its name, where the name is enough."""

from scanner.catalogue.pattern_table import PatternTable
from scanner.matching.match import NATIVE_TYPES

_OBJECTS = (".o", ".lo", ".obj")
"""What no loader looks for by its name: the parts that a library or program is made of."""


class TellingNames:
    """The file names the catalogue knows; native files are known by theirs as libraries.

    A static library has thousands of parts, so of these only what the catalogue knows by name is kept. Any other
    native file may be what a program is linked to.
    """

    def __init__(self, files: tuple[str, ...], libraries: tuple[str, ...]) -> None:
        self._files = _table_of(files)
        self._libraries = _table_of(libraries)

    def tells(self, name: str, kind: str) -> bool:
        """Whether a file of this base name and type must be kept though nothing was read from it."""
        lower = name.lower()
        if kind in NATIVE_TYPES and (not lower.endswith(_OBJECTS) or any(self._libraries.look_up(lower))):
            return True
        return any(self._files.look_up(lower))


def _table_of(patterns: tuple[str, ...]) -> PatternTable[bool]:
    table = PatternTable[bool]()
    for pattern in patterns:
        table.add(pattern, True)  # noqa: FBT003  (the meaning is that it is there)
    return table
