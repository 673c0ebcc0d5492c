"""Prefilter: one fast pass over a file that says whether YARA could find anything in it.

It looks for the atoms of the rules (`catalogue/atoms`); a file without any of them cannot match. Where the engine is
missing or fails, the answer is always "it could": then YARA looks by itself, slower and with the same result.
"""

from typing import Any

from scanner.catalogue.rules import AtomDatabase

WINDOW_BYTES = 1 << 30
"""Hyperscan silently skips what lies at 4 GiB or more in a buffer, so a large file is looked at in windows."""


class Prefilter:
    """The atoms, ready to be looked for. One per process."""

    def __init__(self, atoms: AtomDatabase) -> None:
        self._overlap = max(atoms.longest - 1, 0)
        self._database: Any = None
        if not atoms.serialised:
            return
        try:
            import hyperscan

            self._database = hyperscan.loadb(atoms.serialised, mode=hyperscan.HS_MODE_BLOCK)
            self._database.scratch = hyperscan.Scratch(self._database)
            self._found = hyperscan.ScanTerminated
            self._error = hyperscan.error
        except ImportError:
            return
        except hyperscan.error:  # made for another processor
            self._database = None

    def may_match(self, data: memoryview) -> bool:
        """Whether an atom lies anywhere in the bytes."""
        if self._database is None:
            return True
        # Windows overlap, so that an atom that crosses the end of one lies whole in the next.
        for start in range(0, max(len(data) - self._overlap, 1), WINDOW_BYTES - self._overlap):
            try:
                self._database.scan(data[start : start + WINDOW_BYTES], match_event_handler=_stop)
            except self._found:
                return True
            except self._error:
                return True
        return False


def _stop(*_: object) -> bool:
    """One atom is enough."""
    return True
