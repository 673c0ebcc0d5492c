"""Progress on standard error: live on a terminal, a line now and then elsewhere, nothing when asked to be quiet."""

import os
import sys
import time

_EVERY_S = 0.2
_LINE_EVERY_S = 30.0


class Live:
    """Shows how far a scan is."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._on_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._last = time.monotonic()
        self._shown = False

    def __enter__(self) -> "Live":
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown and self._on_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def progress(self, done: int, known: int) -> None:
        """Take note of the number of files done and known."""
        now = time.monotonic()
        if self._quiet or now - self._last < (_EVERY_S if self._on_terminal else _LINE_EVERY_S):
            return
        self._last = now
        self._shown = True
        if self._on_terminal:
            print(f"\r\x1b[K{done:,} of {known:,} files examined", end="", file=sys.stderr, flush=True)
        else:
            print(f"frscan: {done:,} of {known:,} files examined", file=sys.stderr, flush=True)
