"""Debian's register of diversions (`var/lib/dpkg/diversions`): files that a package puts aside for its own."""

from collections.abc import Iterator

from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Diverted, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="debian-diversions",
    version=1,
    line="Debian and Ubuntu: files that one package puts aside for its own",
    specification="https://manpages.debian.org/stable/dpkg/dpkg-divert.1.en.html",
    limits="Nothing that such a file says is left out.",
    names=("diversions",),
)
_LOCAL = ":"
"""In the place of a package: the administrator did it."""


def wants(_name: str, head: bytes) -> bool:
    """Whether it begins with a path from the root."""
    return head.startswith(b"/")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each diversion: three lines, from, to, and by which package. Raises `Unreadable` (limit) above 32 MiB."""
    lines = list(numbered_lines(source, budget))
    for (number, path), (_, to), (_, by) in zip(lines[::3], lines[1::3], lines[2::3], strict=False):
        if path.startswith("/") and to.startswith("/"):
            yield Diverted(path=path, to=to, by="" if by == _LOCAL else by.partition(":")[0], place=f"line {number}")
