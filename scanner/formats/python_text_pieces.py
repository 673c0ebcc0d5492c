"""Which names could be put together from the texts of a Python file, told without parsing it.

`python_expressions` puts texts together in four ways (`+`, `join`, `%s` and `{}` in a template, f-strings), and each
sets constants, or what lies between the placeholders of one, one after the other. So a name that stands nowhere in the
file is the end of one such piece, then whole pieces, then the beginning of one.
"""

import re
from functools import cached_property

_BEFORE_END = re.compile(rb"[\"'{%](\w+)")
"""Of a text that is read backwards: an expression that begins with any word is ten times as slow."""
_WHOLE = re.compile(rb"(?:[\"'}]|%s)(\w+)(?=[\"'{%])")
_BEGINNINGS = re.compile(rb"(?:[\"'}]|%s)(\w+)")
_WORD = re.compile(rb"\w+")
_BREAK = b"\n"


class TextPieces:
    """The words in a file that stand beside a quotation mark or a placeholder."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @cached_property
    def _whole(self) -> frozenset[bytes]:
        return frozenset(_WHOLE.findall(self._data))

    @cached_property
    def _ends(self) -> bytes:
        """Each read backwards, behind a break."""
        return _BREAK + _BREAK.join({*_BEFORE_END.findall(self._data[::-1])})

    @cached_property
    def _beginnings(self) -> bytes:
        return _BREAK + _BREAK.join({*_BEGINNINGS.findall(self._data)})

    def make(self, name: bytes) -> bool:
        """Whether the name could be put together; True for what is no plain word."""
        if not _WORD.fullmatch(name):
            return True
        lasts = [at for at in range(1, len(name)) if _BREAK + name[at:] in self._beginnings]
        if not lasts:
            return False
        reached = [False] * len(name)
        for at in range(1, lasts[-1] + 1):
            reached[at] = _BREAK + name[at - 1 :: -1] in self._ends or any(
                reached[before] and name[before:at] in self._whole for before in range(1, at)
            )
        return any(reached[at] for at in lasts)
