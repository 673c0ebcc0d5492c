"""A table of patterns that is asked by name: one look-up, not one test per pattern."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Generic, TypeVar

import msgspec

from scanner.catalogue.pattern import compile_pattern

T = TypeVar("T")
_HEAD = 3

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
    lengths: dict[str, list[int]] = {}
    """First characters of a literal text, at most `_HEAD` → the lengths of the texts that begin so."""
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
            self.by_prefix.setdefault(prefix, []).append((text, meaning))
            first = prefix[:_HEAD]
            self.lengths[first] = sorted({*self.lengths.get(first, ()), len(prefix)})

    def look_up(self, name: str) -> Iterable[T]:
        """What the patterns stand for that the whole name fits."""
        lengths = self.lengths
        may_begin = name[:1] in lengths or name[:2] in lengths or name[:_HEAD] in lengths
        # Nearly every name that is asked for fits nothing; it costs these few look-ups and no more.
        may_hold = self.loose and _any_of(self.loose_text).search(name) is not None
        return self._fitting(name) if may_begin or may_hold or name in self.exact else ()

    def _fitting(self, name: str) -> Iterator[T]:
        yield from self.exact.get(name, ())
        if self.loose and _any_of(self.loose_text).search(name):
            yield from (meaning for text, meaning in self.loose if _compiled(text).matches(name))
        for head in range(1, _HEAD + 1):
            for length in self.lengths.get(name[:head], ()):
                for text, meaning in self.by_prefix.get(name[:length], ()):
                    if _compiled(text).matches(name):
                        yield meaning
            if len(name) <= head:
                return

    def texts(self) -> tuple[str, ...]:
        """The patterns, sorted."""
        filed = (text for found in (*self.by_prefix.values(), self.loose) for text, _ in found)
        return tuple(sorted({*self.exact, *filed}))
