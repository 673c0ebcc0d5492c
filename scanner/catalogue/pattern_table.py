"""A table of patterns that is asked by name: one look-up, not one test per pattern."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Generic, TypeVar

from scanner.catalogue.pattern import Pattern, compile_pattern

T = TypeVar("T")
_HEAD = 3


class PatternTable(Generic[T]):
    """Patterns with what they stand for.

    Those without a wildcard stand in a dictionary. Those with one are filed under the literal text before it, so that
    a name is only tried against patterns whose beginning it has. Those that begin with a wildcard are only tried where
    the longest literal text of one of them stands in the name: one search tells.
    """

    def __init__(self) -> None:
        self._exact: dict[str, list[T]] = defaultdict(list)
        self._by_prefix: dict[str, list[tuple[Pattern, T]]] = defaultdict(list)
        self._lengths: dict[str, tuple[int, ...]] = {}
        """First characters of a literal text, at most `_HEAD` → the lengths of the texts that begin so."""
        self._loose: list[tuple[Pattern, T]] = []
        self._loose_text: re.Pattern[str] | None = None

    def add(self, text: str, meaning: T) -> None:
        """File a pattern."""
        pattern = compile_pattern(text)
        if pattern.is_literal:
            self._exact[text].append(meaning)
        elif not pattern.literal_prefix:
            self._loose.append((pattern, meaning))
            self._loose_text = None
        else:
            self._by_prefix[pattern.literal_prefix].append((pattern, meaning))
            first = pattern.literal_prefix[:_HEAD]
            self._lengths[first] = tuple(sorted({*self._lengths.get(first, ()), len(pattern.literal_prefix)}))

    def look_up(self, name: str) -> Iterator[T]:
        """What the patterns stand for that the whole name fits."""
        yield from self._exact.get(name, ())
        if self._loose and self._telling_text().search(name):
            yield from (meaning for pattern, meaning in self._loose if pattern.matches(name))
        for head in range(1, _HEAD + 1):
            for length in self._lengths.get(name[:head], ()):
                for pattern, meaning in self._by_prefix.get(name[:length], ()):
                    if pattern.matches(name):
                        yield meaning
            if len(name) <= head:
                return

    def _telling_text(self) -> re.Pattern[str]:
        """What stands in every name that fits a pattern which begins with a wildcard."""
        if self._loose_text is None:
            texts = {max(re.split(r"[*?]", pattern.text), key=len) for pattern, _ in self._loose}
            self._loose_text = re.compile("|".join(map(re.escape, sorted(texts))))
        return self._loose_text
