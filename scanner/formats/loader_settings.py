"""Settings of the Linux loader: the folders in which it looks for libraries besides its own."""

from collections.abc import Iterator

from scanner.formats.records import text
from scanner.model.observation import Observation, RunPath
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="loader-settings",
    version=1,
    line="Settings of the Linux loader (ld.so.conf): folders in which it looks for libraries",
    specification="ldconfig(8): https://man7.org/linux/man-pages/man8/ldconfig.8.html",
    limits="The cache that ldconfig makes of them is not read.",
    names=("ld.so.conf",),
    suffixes=(".conf",),
)
_MOST_BYTES = 64 << 10


def wants(name: str, head: bytes) -> bool:
    """Whether it is the main file, or one that holds nothing but folders and remarks."""
    if name == "ld.so.conf":
        return True
    lines = [line for raw in head.splitlines() if (line := raw.strip()) and not line.startswith(b"#")]
    return bool(lines) and all(line.startswith(b"/") and b" " not in line and b"=" not in line for line in lines)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each folder; what other files are included is not followed, for they are read themselves.

    Raises:
        Unreadable: limit, when it is longer than such a file can be.
    """
    for number, raw in enumerate(bytes(source.view(0, _MOST_BYTES)).splitlines(), 1):
        budget.spend_items()
        line = text(raw.partition(b"#")[0].strip())
        if line.startswith("/"):
            yield RunPath(value=line, place=f"line {number}")
    if source.size > _MOST_BYTES:
        raise Unreadable(Cause.LIMIT, "It is longer than such a file can be; the rest was not read.")
