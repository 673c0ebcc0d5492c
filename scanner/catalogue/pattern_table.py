"""A table of patterns that is asked by name: one look-up, not one test per pattern."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Generic, TypeVar

from scanner.catalogue.pattern import Pattern, compile_pattern

T = TypeVar("T")


class PatternTable(Generic[T]):
    """Patterns with what they stand for.

    Those without a wildcard stand in a dictionary. Those with one are filed under the literal text before it, so that
    a name is only tried against patterns whose beginning it has.
    """

    def __init__(self) -> None:
        self._exact: dict[str, list[T]] = defaultdict(list)
        self._by_prefix: dict[str, list[tuple[Pattern, T]]] = defaultdict(list)
        self._lengths: dict[str, tuple[int, ...]] = {}

    def add(self, text: str, meaning: T) -> None:
        """File a pattern."""
        pattern = compile_pattern(text)
        if pattern.is_literal:
            self._exact[text].append(meaning)
        else:
            self._by_prefix[pattern.literal_prefix].append((pattern, meaning))
            first = pattern.literal_prefix[:1]
            self._lengths[first] = tuple(sorted({*self._lengths.get(first, ()), len(pattern.literal_prefix)}))

    def look_up(self, name: str) -> Iterator[T]:
        """What the patterns stand for that the whole name fits."""
        yield from self._exact.get(name, ())
        for length in (*self._lengths.get("", ()), *self._lengths.get(name[:1], ())):
            if length > len(name):
                return
            for pattern, meaning in self._by_prefix.get(name[:length], ()):
                if pattern.matches(name):
                    yield meaning
