"""Prefilter: one fast pass over a file that says whether YARA could find anything in it.

It looks for the atoms of the rules (`catalogue/atoms`); a file without any of them cannot match. In the same pass it
sees the telling words of source files, which need no rule to confirm them. Where the engine is missing or fails, the
answer is always "it could": then YARA looks by itself, slower and with the same result.
"""

from typing import Any, NamedTuple

from scanner.catalogue.atom_database import ATOM, LOCAL_ATOM, WORD, AtomDatabase
from scanner.formats.mapped import windows


class Seen(NamedTuple):
    """What the pass saw in a file."""

    may_match: bool
    """Whether YARA could find anything."""
    words: frozenset[bytes] | None
    """The telling words that were seen; None where that is not known."""
    in_pieces: bool = False
    """Whether it can find nothing but what pieces of the file show, too (`matching/excerpt`)."""


class Prefilter:
    """The atoms, ready to be looked for. One per process."""

    def __init__(self, atoms: AtomDatabase) -> None:
        self._overlap = max(atoms.longest - 1, 0)
        self._words = atoms.words
        self._seen: list[int] = []
        self._database: Any = None
        if not atoms.serialised:
            return
        try:
            import hyperscan

            self._database = hyperscan.loadb(atoms.serialised, mode=hyperscan.HS_MODE_BLOCK)
            self._database.scratch = hyperscan.Scratch(self._database)
            self._error = hyperscan.error
        except ImportError:
            return
        except hyperscan.error:  # made for another processor
            self._database = None

    def is_silent(self, data: bytes | memoryview, *, asks_for_words: bool) -> bool:
        """Whether it is sure that no atom lies in a small file, and, if that is asked, no word."""
        if self._database is None:
            return False
        seen = self._seen
        seen.clear()
        try:
            self._database.scan(data, match_event_handler=self._note)
        except self._error:
            return False
        return not seen if asks_for_words else ATOM not in seen and LOCAL_ATOM not in seen

    def _note(self, what: int, *_: object) -> None:
        self._seen.append(what)

    def look(self, data: memoryview) -> Seen:
        """What lies anywhere in the bytes."""
        if self._database is None:
            return Seen(may_match=True, words=None)
        seen: set[int] = set()

        def note(what: int, *_: object) -> None:
            """Take down what was seen; the engine tells of each literal once."""
            seen.add(what)

        # Windows overlap, so that a literal that crosses the end of one lies whole in the next.
        for window in windows(data, overlap=self._overlap):
            try:
                self._database.scan(window, match_event_handler=note)
            except self._error:
                return Seen(may_match=True, words=None)
        words = frozenset(self._words[what - WORD] for what in seen if what >= WORD)
        return Seen(ATOM in seen or LOCAL_ATOM in seen, words, in_pieces=ATOM not in seen)
