"""Mounts: which folders are the beginning of another file system, and which of these hold no files of their own.

On Linux the system's own table tells (proc(5), /proc/self/mountinfo); elsewhere only the device number does.
"""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_TABLE = Path("/proc/self/mountinfo")
_PSEUDO = frozenset(
    {
        "autofs", "binder", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs",
        "efivarfs", "fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore", "rpc_pipefs", "securityfs",
        "selinuxfs", "sysfs", "tracefs",
    }
)  # fmt: skip
"""Views of the running system: reading them tells nothing of what is installed, may wait for ever, and may act."""
_DEVICES = "/dev"
"""Where devices are, whatever file system is mounted there: in a container it is one in memory."""


def is_pseudo(folder: str, device: int) -> bool:
    """Whether the file system that begins at a folder, with this device number, is a view of the running system."""
    kind, places = _kinds().get((os.major(device), os.minor(device)), ("", frozenset()))
    return kind in _PSEUDO or (_DEVICES in places and os.path.realpath(folder) == _DEVICES)


@cache
def _kinds() -> Mapping[tuple[int, int], tuple[str, frozenset[str]]]:
    """What is mounted, by device number: the kind of file system, and where."""
    try:
        text = _TABLE.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return {}
    return kinds_in(text)


def kinds_in(table: str) -> dict[tuple[int, int], tuple[str, frozenset[str]]]:
    """The same from the text of a table: `36 35 98:0 /root /mount options optional - kind source more`."""
    found: dict[tuple[int, int], tuple[str, frozenset[str]]] = {}
    for line in table.splitlines():
        before, separator, after = line.partition(" - ")
        words = before.split(" ")
        if not separator or len(words) < 5 or ":" not in words[2]:
            continue
        major, _, minor = words[2].partition(":")
        if major.isdigit() and minor.isdigit():
            device = (int(major), int(minor))
            places = found.get(device, ("", frozenset()))[1] | {words[4]}
            found[device] = (after.split(" ")[0], places)
    return found
