"""Anchored wildcard patterns: the whole name must match, `*` is any run of characters, `?` is one, all else literal.

There is no regular expression behind them: the text between two `*` is searched from left to right, each piece once,
so the work is at most length of the pattern times length of the name, whatever a scanned file calls its classes.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_ANY_RUN = "*"
_ANY_ONE = "?"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; make it with `compile_pattern`."""

    text: str
    """As it was written."""
    ignore_case: bool
    literal_prefix: str
    """The characters before the first wildcard, in lower case if case is ignored: what an index files it under."""
    pieces: tuple[str, ...]
    """The text between the `*`, at least one piece, each possibly empty or holding `?`."""

    @property
    def is_literal(self) -> bool:
        """Whether it has no wildcard, so that comparing for equality is enough."""
        return len(self.pieces) == 1 and _ANY_ONE not in self.pieces[0]

    def matches(self, name: str) -> bool:
        """Whether the whole name fits."""
        if self.ignore_case:
            name = name.lower()
        first, last = self.pieces[0], self.pieces[-1]
        if len(self.pieces) == 1:
            return len(name) == len(first) and _fits(first, name, 0)
        end = len(name) - len(last)
        if len(first) > end or not _fits(first, name, 0) or not _fits(last, name, end):
            return False
        return _stand_in_order(self.pieces[1:-1], name, len(first), end)


def compile_pattern(text: str, *, ignore_case: bool = False) -> Pattern:
    """Take a pattern apart. Every text is a valid pattern; there is no way to write a literal `*` or `?`."""
    folded = text.lower() if ignore_case else text
    pieces = tuple(folded.split(_ANY_RUN))
    return Pattern(text, ignore_case, pieces[0].partition(_ANY_ONE)[0], pieces)


def overlap(one: str, other: str) -> bool:
    """Whether some name fits both of two patterns, case told apart."""
    reached = {(0, 0)}
    waiting = [(0, 0)]
    while waiting:
        i, j = waiting.pop()
        a, b = one[i : i + 1], other[j : j + 1]
        if not a and not b:
            return True
        steps = set(_steps(i, j, a, b)) - reached
        waiting += steps
        reached |= steps
    return False


def _steps(i: int, j: int, a: str, b: str) -> Iterator[tuple[int, int]]:
    """Where two patterns may stand next: a run of any characters ends here, or takes one more of the other's."""
    if _ANY_RUN not in (a, b) and a and b and (a == b or _ANY_ONE in (a, b)):
        yield (i + 1, j + 1)
    if a == _ANY_RUN or (b == _ANY_RUN and a):
        yield (i + 1, j)
    if b == _ANY_RUN or (a == _ANY_RUN and b):
        yield (i, j + 1)


def _fits(piece: str, name: str, at: int) -> bool:
    if _ANY_ONE not in piece:
        return name.startswith(piece, at)
    if len(name) - at < len(piece):
        return False
    return all(wanted in (_ANY_ONE, name[at + i]) for i, wanted in enumerate(piece))


def _stand_in_order(pieces: tuple[str, ...], name: str, start: int, end: int) -> bool:
    """Whether the pieces follow each other in `name[start:end]`. Taking each at its first place is always right."""
    for piece in pieces:
        at = _find(piece, name, start, end)
        if at < 0:
            return False
        start = at + len(piece)
    return True


def _find(piece: str, name: str, start: int, end: int) -> int:
    if _ANY_ONE not in piece:
        return name.find(piece, start, end)
    places = range(start, end - len(piece) + 1)
    return next((at for at in places if _fits(piece, name, at)), -1)
