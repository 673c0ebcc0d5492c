"""Telling names: a file about which there is nothing to say but its name, where the name is enough."""

from scanner.catalogue.index import Index
from scanner.matching.match import NATIVE_TYPES
from scanner.model.vocabulary import IndicatorKind

_OBJECTS = (".o", ".lo", ".obj")
"""What no loader looks for by its name: the parts that a library or program is made of."""


class TellingNames:
    """The file names the catalogue knows; native files are known by theirs as libraries.

    A static library has thousands of parts, so of these only what the catalogue knows by name is kept. Any other
    native file may be what a program is linked to.
    """

    def __init__(self, index: Index) -> None:
        self._files = index.patterns(IndicatorKind.FILE)
        self._libraries = index.patterns(IndicatorKind.LIBRARY)

    def tells(self, name: str, kind: str) -> bool:
        """Whether a file of this base name and type must be kept though nothing was read from it."""
        lower = name.lower()
        if kind in NATIVE_TYPES and (not lower.endswith(_OBJECTS) or any(self._libraries.look_up(lower))):
            return True
        return any(self._files.look_up(lower))
