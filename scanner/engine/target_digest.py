"""The digest of a target that is one file, taken beside all else that is done with it: a second for 1 to 2 GB."""

import threading
from hashlib import sha256

from scanner.engine.recall import MEMBERS_FROM_BYTES
from scanner.engine.sources import BytesSource
from scanner.formats.mapped import windows


class TargetDigest:
    """The SHA-256 of a file, taken in a thread of its own if it is large and wanted in any case."""

    def __init__(self, source: BytesSource, *, is_sure: bool) -> None:
        self._windows = windows(source.view())
        self._hasher = sha256()
        self._thread = threading.Thread(target=self._run, daemon=True)
        if is_sure and source.size >= MEMBERS_FROM_BYTES:
            self._thread.start()

    def _run(self) -> None:
        for window in self._windows:
            self._hasher.update(window)

    def value(self) -> str:
        """In hexadecimal, once it is there."""
        if self._thread.ident is None:
            self._run()
        else:
            self._thread.join()
        return self._hasher.hexdigest()
