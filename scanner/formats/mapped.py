"""Windows over an artifact's bytes, which do not stay in memory behind the reader.

The pages of a mapped file count as the process's own until the system wants them back. Of a file of gigabytes they
are given back window by window; whoever looks again gets the same bytes from the file.
"""

import mmap
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from scanner.formats.buffers import matches_in

WINDOW_BYTES = 64 << 20
"""Also far below 4 GiB, beyond which Hyperscan silently skips what lies in a buffer."""
RELEASED_FROM_BYTES = 256 << 20
"""Smaller files stay mapped whole: the next pass finds their pages at hand."""
_GIVEN_BACK_EVERY_S = 0.05
"""A fast machine walks over some 50 MB meanwhile."""


def windows(data: memoryview, *, overlap: int = 0) -> Iterator[memoryview]:
    """Yield `data` in windows that overlap by so many bytes; of no data one empty window."""
    mapped = _mapping_of(data)
    for start in range(0, max(len(data) - overlap, 1), WINDOW_BYTES - overlap):
        yield data[start : start + WINDOW_BYTES]
        if mapped is not None:
            page = start - start % mmap.PAGESIZE
            mapped.madvise(mmap.MADV_DONTNEED, page, min(WINDOW_BYTES, len(data) - page))


def places_of(pattern: re.Pattern[bytes], data: memoryview, *, overlap: int) -> Iterator[int]:
    """Where the pattern is found in all of `data`; the overlap has to be as long as what it finds. None comes twice."""
    base, told = 0, -1
    for window in windows(data, overlap=overlap):
        for found in matches_in(pattern, window):
            if base + found.start() > told:
                told = base + found.start()
                yield told
        base += len(window) - overlap


@contextmanager
def given_back(data: memoryview) -> Iterator[None]:
    """Give the pages of a large mapped file back again and again while a library walks over all of it by itself.

    It has to let other threads run meanwhile, as YARA does.
    """
    mapped = _mapping_of(data)
    if mapped is None:
        yield
        return
    is_over = Event()

    def give_back() -> None:
        while not is_over.wait(_GIVEN_BACK_EVERY_S):
            mapped.madvise(mmap.MADV_DONTNEED)

    thread = Thread(target=give_back, daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
        mapped.madvise(mmap.MADV_DONTNEED)


def _mapping_of(data: memoryview) -> mmap.mmap | None:
    """The file's mapping, where these bytes are all of it, it is large, and the system can be told."""
    mapping = data.obj
    is_large = len(data) >= RELEASED_FROM_BYTES and hasattr(mmap, "MADV_DONTNEED")
    return mapping if is_large and isinstance(mapping, mmap.mmap) and len(mapping) == len(data) else None
