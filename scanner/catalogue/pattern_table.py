"""A table of patterns that is asked by name: one look-up, not one test per pattern."""

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Generic, TypeVar

import msgspec

from scanner.catalogue.pattern import compile_pattern

T = TypeVar("T")

_compiled = lru_cache(maxsize=4096)(compile_pattern)
_any_of = lru_cache(maxsize=256)(re.compile)


class PatternTable(msgspec.Struct, Generic[T], array_like=True):
    """Patterns with what they stand for; it can be kept as it is.

    Those without a wildcard stand in a dictionary. Those with one are filed under the literal text before it, so that
    a name is only tried against patterns whose beginning it has. Those that begin with a wildcard are only tried where
    the longest literal text of one of them stands in the name: one search tells.
    """

    exact: dict[str, list[T]] = {}
    by_prefix: dict[str, list[tuple[str, T]]] = {}
    starts: list[str] = []
    """These literal texts, sorted. Of those that a name begins with, the longest is the last one that is not after the
    name, or one that this begins with."""
    shorter: dict[str, list[str]] = {}
    """A literal text → the others that it begins with itself."""
    loose: list[tuple[str, T]] = []
    """Those that begin with a wildcard."""
    loose_text: str = ""
    """An expression for what stands in every name that fits one of these."""

    def add(self, text: str, meaning: T) -> None:
        """File a pattern."""
        pattern = compile_pattern(text)
        prefix = pattern.literal_prefix
        if pattern.is_literal:
            self.exact.setdefault(text, []).append(meaning)
        elif not prefix:
            self.loose.append((text, meaning))
            texts = {max(re.split(r"[*?]", one), key=len) for one, _ in self.loose}
            self.loose_text = "|".join(map(re.escape, sorted(texts)))
        else:
            if prefix not in self.by_prefix:
                self._add_start(prefix)
            self.by_prefix.setdefault(prefix, []).append((text, meaning))

    def _add_start(self, prefix: str) -> None:
        at = bisect_left(self.starts, prefix)
        for longer in self.starts[at:]:
            if not longer.startswith(prefix):
                break
            insort(self.shorter.setdefault(longer, []), prefix)
        self.starts.insert(at, prefix)
        lengths = range(1, len(prefix))
        if within := [prefix[:length] for length in lengths if prefix[:length] in self.by_prefix]:
            self.shorter[prefix] = within

    def _starts_of(self, name: str) -> Iterable[str]:
        """The literal texts that a name begins with: of most names none, which costs one search."""
        at = bisect_right(self.starts, name)
        if not at:
            return ()
        last = self.starts[at - 1]
        if last in self.shorter:
            return [start for start in (*self.shorter[last], last) if name.startswith(start)]
        return (last,) if name.startswith(last) else ()

    def look_up(self, name: str) -> Iterable[T]:
        """What the patterns stand for that the whole name fits."""
        starts = self._starts_of(name)
        # Nearly every name that is asked for fits nothing; it costs these few look-ups and no more.
        may_hold = bool(self.loose) and _any_of(self.loose_text).search(name) is not None
        return self._fitting(name, starts, may_hold=may_hold) if starts or may_hold or name in self.exact else ()

    def _fitting(self, name: str, starts: Iterable[str], *, may_hold: bool) -> Iterator[T]:
        yield from self.exact.get(name, ())
        if may_hold:
            yield from (meaning for text, meaning in self.loose if _compiled(text).matches(name))
        for start in starts:
            yield from (meaning for text, meaning in self.by_prefix[start] if _compiled(text).matches(name))
