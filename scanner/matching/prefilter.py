"""Prefilter: one fast pass over a file that says whether YARA could find anything in it.

It looks for the atoms of the rules (`catalogue/atoms`); a file without any of them cannot match. In the same pass it
sees the telling words of source files, which need no rule to confirm them; only those that somebody asks for. Where the
engine is missing or fails, the answer is always "it could": then YARA looks by itself, slower and with the same result.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from scanner.catalogue.atom_database import ATOM, EVERY_GROUP, GROUPS, LOCAL_ATOM, PLACED_ATOM, WORD, AtomDatabases
from scanner.formats.mapped import WINDOW_BYTES, windows
from scanner.model.source import WordGroup

_MOST_PLACES = 100_000
"""With more, looking for them all takes longer than it spares."""


class Seen(NamedTuple):
    """What the pass saw in a file."""

    may_match: bool
    """Whether YARA could find anything."""
    words: frozenset[bytes] | None
    """Of the telling words that were asked for, those that stand in it; None where that is not known."""
    in_pieces: bool = False
    """Whether it can find nothing but what pieces of the file show, too (`matching/excerpt`)."""
    ends: Sequence[int] | None = None
    """Where the literals end around which those pieces lie; None where they have still to be looked for."""
    found: Sequence[tuple[int, int]] = ()
    """All that was reported, and where it ends; twice what lies where two windows overlap."""


UNKNOWN = Seen(may_match=True, words=None)
SILENT = Seen(may_match=False, words=frozenset())


class Prefilter:
    """The atoms, ready to be looked for. One per process."""

    def __init__(self, atoms: AtomDatabases) -> None:
        self._overlap = max(atoms.longest - 1, 0)
        self._words = atoms.words
        self._serialised = atoms.serialised
        self._loaded: dict[frozenset[WordGroup], Any] = {}
        """The databases that hold the words of these groups, None where there is none; Any: the engine has no types."""
        self._seen: list[tuple[int, int]] = []
        self._error: type[Exception] = Exception

    def look(self, data: memoryview, groups: frozenset[WordGroup] = EVERY_GROUP) -> Seen:
        """What lies anywhere in the bytes: atoms, and telling words of these groups."""
        database = self._database(groups)
        if database is None:
            return UNKNOWN
        # Windows overlap, so that a literal that crosses the end of one lies whole in the next.
        found: list[tuple[int, int]] = []
        offset = 0
        for window in windows(data, overlap=self._overlap) if len(data) > WINDOW_BYTES else (data,):
            if not self._is_searched(database, window) or len(found) > _MOST_PLACES:
                return UNKNOWN
            found += [(what, offset + end) for what, end in self._seen]
            offset += len(window) - self._overlap
        return self._told(found) if found else SILENT

    def _told(self, found: Sequence[tuple[int, int]]) -> Seen:
        whats = {what for what, _ in found}
        is_known = whats.isdisjoint((ATOM, LOCAL_ATOM))
        return Seen(
            may_match=not is_known or PLACED_ATOM in whats,
            words=frozenset(self._words[what - WORD] for what in whats if what >= WORD),
            in_pieces=ATOM not in whats,
            ends=sorted({end for what, end in found if what == PLACED_ATOM}) if is_known else None,
            found=found,
        )

    def first_places(self, seen: Seen) -> dict[bytes, int]:
        """Where each word begins that was seen, the first time."""
        ends: dict[int, int] = {}
        for what, end in seen.found:
            if what >= WORD:
                ends.setdefault(what, end)
        words = {self._words[what - WORD]: end for what, end in ends.items()}
        return {word: end - len(word) for word, end in words.items()}

    def places(self, seen: Seen, word: bytes) -> list[int]:
        """Where a word begins that is reported each time."""
        number = WORD + self._words.index(word)
        return sorted({end - len(word) for what, end in seen.found if what == number})

    def _is_searched(self, database: Any, window: memoryview) -> bool:
        """Take down what lies in a window, and where it ends; False where that is not known."""
        self._seen.clear()
        try:
            database.scan(window, match_event_handler=self._note)
        except self._error:  # also what the engine calls it that there are too many
            return False
        return True

    def _note(self, what: int, _start: int, end: int, *_: object) -> bool:
        """To say yes ends the search."""
        self._seen.append((what, end))
        return len(self._seen) > _MOST_PLACES

    def _database(self, groups: frozenset[WordGroup]) -> Any:
        if groups not in self._loaded:
            self._loaded[groups] = self._load(groups)
        return self._loaded[groups]

    def _load(self, groups: frozenset[WordGroup]) -> Any:
        place = next(number for number, held in enumerate(GROUPS) if groups <= held)
        if not self._serialised or not self._serialised[place]:
            return None
        try:
            import hyperscan

            self._error = hyperscan.error
            database = hyperscan.loadb(self._serialised[place], mode=hyperscan.HS_MODE_BLOCK)
            database.scratch = hyperscan.Scratch(database)
        except ImportError:
            return None
        except hyperscan.error:  # made for another processor
            return None
        return database
