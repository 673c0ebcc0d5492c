"""Recording: how each file of a target looked, so that a later scan can know it again without opening it."""

import os

from scanner.engine.cache import Cache, Seen
from scanner.engine.task import Answer
from scanner.targets import Entry

_AT_ONCE = 4096
"""Files that are written down together."""


class Recorder:
    """Writes down the files of the targets of one scan."""

    def __init__(self, cache: Cache, nothing: bytes) -> None:
        self._cache = cache
        self._nothing = nothing
        self._held: dict[str, list[Seen]] = {}
        self._parts: dict[str, int] = {}

    def note(self, root: str, entry: Entry, answer: Answer) -> None:
        """A file that was examined; one that changed meanwhile or was not read whole is not written down."""
        if not self._cache.is_open or any(facts.unread for facts in answer.facts):
            return
        has_more = bool(answer.facts or answer.nested)
        if has_more and not answer.content:
            return
        key = answer.content if has_more else self._nothing
        self.keep(root, Seen(os.fsencode(entry.name), entry.stat, answer.type, key))

    def keep(self, root: str, seen: Seen) -> None:
        """A file as it was seen, now or in an earlier scan."""
        held = self._held.setdefault(root, [])
        held.append(seen)
        if len(held) >= _AT_ONCE:
            self._write(root)

    def finish(self) -> None:
        """Write what is left."""
        for root in list(self._held):
            self._write(root)

    def _write(self, root: str) -> None:
        part = self._parts.get(root, 0)
        self._cache.record(root, part, self._held.pop(root, []))
        self._parts[root] = part + 1
