"""Which names could be put together from the texts of a Python file, told without parsing it.

`python_expressions` puts texts together in four ways (`+`, `join`, `%s` and `{}` in a template, f-strings), and each
sets constants, or what lies between the placeholders of one, one after the other. So a name that stands nowhere in the
file is the end of one such piece, then whole pieces, then the beginning of one.
"""

import re

_ENDS = re.compile(rb"(\w+)(?=[\"'{%])")
_WHOLE = re.compile(rb"(?:[\"'}]|%s)(\w+)(?=[\"'{%])")
_BEGINNINGS = re.compile(rb"(?:[\"'}]|%s)(\w+)")
_WORD = re.compile(rb"\w+")
_BREAK = b"\n"


class TextPieces:
    """The words in a file that stand beside a quotation mark or a placeholder."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._whole = frozenset(_WHOLE.findall(data))
        self._ends = _BREAK.join({*_ENDS.findall(data), b""}) + _BREAK
        self._beginnings = _BREAK + _BREAK.join({*_BEGINNINGS.findall(data), b""})

    def make(self, name: bytes) -> bool:
        """Whether the name stands in the file or could be put together there; True for what is no plain word."""
        if name in self._data or not _WORD.fullmatch(name):
            return True
        reached = [False] * len(name)
        for at in range(1, len(name)):
            reached[at] = name[:at] + _BREAK in self._ends or any(
                reached[before] and name[before:at] in self._whole for before in range(1, at)
            )
            if reached[at] and _BREAK + name[at:] in self._beginnings:
                return True
        return False
