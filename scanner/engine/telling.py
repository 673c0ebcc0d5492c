"""Telling names: a file about which there is nothing to say but its name, where the name is enough."""

from scanner.catalogue.pattern_table import PatternTable
from scanner.matching.match import NATIVE_TYPES


class TellingNames:
    """The file names the catalogue knows; native files may be known by theirs as libraries."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._table = PatternTable[bool]()
        for pattern in patterns:
            self._table.add(pattern, True)  # noqa: FBT003  (the meaning is that it is there)

    def tells(self, name: str, kind: str) -> bool:
        """Whether a file of this base name and type must be kept though nothing was read from it."""
        return kind in NATIVE_TYPES or any(self._table.look_up(name.lower()))
