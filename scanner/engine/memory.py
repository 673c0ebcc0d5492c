"""Memory: how much of it a worker has made its own, as its system counts.

On Linux the system itself refuses a worker more than its limit. Elsewhere the main process looks and ends one that has
passed it: later than a system would, because it looks ten times a second, but before it takes the whole machine.
"""

import sys

SYSTEM_BOUNDS_IT = sys.platform == "linux"
"""Whether the system refuses a process more than it may allocate (RLIMIT_DATA; macOS does not obey it)."""
LOOK_S = 0.1
"""How often the main process looks where the system does not."""


def own_bytes(process: int, mapped_bytes: int) -> int:
    """What a process holds beyond files that it has mapped; `mapped_bytes` are those where its system counts them in.

    0 if it is gone. By psutil's `memory_info`: Windows tells private bytes, Linux which of the resident ones are those
    of files, macOS only all resident ones.
    """
    import psutil

    try:
        told = psutil.Process(process).memory_info()
    except psutil.Error:
        return 0
    private: int | None = getattr(told, "private", None)
    if private is not None:
        return private
    return int(told.rss) - int(getattr(told, "shared", mapped_bytes))
