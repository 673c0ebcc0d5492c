"""Garbage: how often the collector looks for cycles while a scan makes facts, few of which are in any."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

COLLECTED_AFTER = 50_000
"""Objects made before it looks again; Python's own 700 cost a third of the time of listing a large folder."""


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let the collector look seldom as long as the block, or the function that this decorates, lasts."""
    before = gc.get_threshold()
    gc.set_threshold(COLLECTED_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


@contextmanager
def kept_for_good() -> Iterator[None]:
    """Let the collector never look through what the block makes, nor through anything older.

    What is loaded for a whole scan is no garbage; and workers that are forked later share its memory as long as nobody
    writes to it, which the collector does.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
