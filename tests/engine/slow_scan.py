"""`frscan` with the small catalogue and a reader that takes its time, so that a test can interrupt it.

    python -m tests.engine.slow_scan SECONDS-A-FILE LOG ARGUMENTS…

The reader appends the name of each file it reads to LOG.
"""

import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from scanner.cli import main
from scanner.engine import discover, scan
from scanner.model.observation import Import, Observation
from scanner.model.source import Budget, Info, Source
from tests.engine.scanning import small_knowledge, with_reader

# A process started from a background job ignores interrupts; this one is there to be interrupted.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Slow:
    INFO = Info(name="slow", version=1, line="For tests", specification="none", limits="none", suffixes=(".slow",))

    def __init__(self, seconds: float, log: Path) -> None:
        self._seconds = seconds
        self._log = log

    def observe(self, source: Source, budget: Budget) -> Iterator[Observation]:
        with self._log.open("a") as log:
            log.write(f"{source.name}\n")
        time.sleep(self._seconds)
        yield Import(language="python", name="slow", place="line 1")


if __name__ == "__main__":
    discover.readers = partial(with_reader, Slow(float(sys.argv[1]), Path(sys.argv[2])))
    scan.load_knowledge = small_knowledge
    sys.argv[1:] = sys.argv[3:]
    main()
