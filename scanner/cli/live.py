"""Progress on standard error: live on a terminal, a line now and then elsewhere, nothing when asked to be quiet."""

import os
import shutil
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.engine.reading import Progress

_EVERY_S = 0.2
_LINE_EVERY_S = 30.0


class Live:
    """Shows how far a scan is."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._on_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._last = self._started = time.monotonic()
        self._shown = False

    def __enter__(self) -> "Live":
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown and self._on_terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def watch(self, progress: "Progress") -> None:
        """Take note of how far the scan is."""
        now = time.monotonic()
        if progress.is_preparing:
            self._last = float("-inf")  # nothing more is heard until that is done
        if self._quiet or now - self._last < (_EVERY_S if self._on_terminal else _LINE_EVERY_S):
            return
        self._last = now
        self._shown = True
        line = _line(progress, now - self._started)
        if self._on_terminal:
            columns = shutil.get_terminal_size().columns
            print(f"\r\x1b[K{line[: columns - 1]}", end="", file=sys.stderr, flush=True)
        else:
            print(f"frscan: {line}", file=sys.stderr, flush=True)


def _line(progress: "Progress", seconds: float) -> str:
    """Files, bytes, rate, time left, and the file at hand."""
    from scanner.reports import printable

    if progress.is_preparing:
        return "preparing the signatures, which is done once and may take half a minute"
    if progress.is_listing:
        return f"{progress.files:,} files found so far, {printable(progress.current)}"
    inside = ""
    if progress.inside_files:
        inside = f" and {progress.inside_files:,} files ({progress.inside_bytes / 1e6:,.0f} MB) inside them"
    read = progress.bytes_done + progress.inside_bytes
    rate = read / seconds if seconds > 0 else 0.0
    left = "time left not known yet"
    if progress.bytes_done:
        left = f"{_span(seconds * (progress.bytes - progress.bytes_done) / progress.bytes_done)} left"
    return (
        f"{progress.files_done:,} of {progress.files:,} files, {progress.bytes_done / 1e6:,.0f} of "
        f"{progress.bytes / 1e6:,.0f} MB{inside}, {rate / 1e6:,.1f} MB/s, {left}, {printable(progress.current)}"
    )


def _span(seconds: float) -> str:
    """A stretch of time as people say it: `45 s`, `12 min`, `3 h 05 min`."""
    minutes = round(seconds / 60)
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"
