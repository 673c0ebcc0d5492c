"""Run a program and its children, and say what they took: time, processor, memory."""

import os
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

_SAMPLE_S = 0.1
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Took(NamedTuple):
    """What one run took. The figures of several runs are combined figure by figure."""

    wall_s: float
    cpu_s: float
    """User and system, of the program and every child that it waited for."""
    peak_bytes: int
    """Resident memory of its largest process, as the kernel counted it."""
    sum_bytes: int
    """The most that all its processes held at once; what they share counts once. 0 where it cannot be known."""
    status: int


def run(command: Sequence[str | Path], environment: Mapping[str, str]) -> Took:
    """Run to the end; output is thrown away. Raises `OSError` if it cannot be started."""
    began = time.perf_counter()
    program = subprocess.Popen(
        [str(word) for word in command],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    watch = _Watch(program.pid)
    watch.start()
    # wait4 speaks of this child and its descendants alone, where getrusage would speak of all children so far.
    try:
        _, status, usage = os.wait4(program.pid, 0)
    except BaseException:
        program.kill()
        raise
    finally:
        watch.ended.set()
    wall_s = time.perf_counter() - began
    program.returncode = os.waitstatus_to_exitcode(status)
    watch.join()
    unit = 1 if os.uname().sysname == "Darwin" else 1024
    return Took(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit, watch.most_bytes, program.returncode)


def middle(runs: Sequence[Took]) -> Took:
    """The median of each figure; the worst exit status."""
    return Took(
        median(r.wall_s for r in runs),
        median(r.cpu_s for r in runs),
        int(median(r.peak_bytes for r in runs)),
        int(median(r.sum_bytes for r in runs)),
        max((r.status for r in runs), key=abs),
    )


class _Watch(threading.Thread):
    """Looks at a program and its descendants every tenth of a second (Linux alone tells)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.ended = threading.Event()
        self.most_bytes = 0

    def run(self) -> None:
        while not self.ended.wait(_SAMPLE_S):
            self.most_bytes = max(self.most_bytes, sum(_held_bytes(pid) for pid in _family(self._pid)))


def _family(first: int) -> list[int]:
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The command's name, in brackets, may hold anything; the parent's number is the second word after it.
            parent = int((folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        children[parent].append(int(folder.name))
    found = [first]
    for pid in found:
        found.extend(children[pid])
    return found


def _held_bytes(pid: int) -> int:
    """A process's share of memory: of pages that several hold, each counts its part."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return 0
