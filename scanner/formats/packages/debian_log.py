"""Debian's log of what was installed and removed (`var/log/dpkg.log`): since when each package is there.

```
2024-05-31 10:00:00 install NAME:ARCHITECTURE <none> VERSION
```
"""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Installed, Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="debian-log",
    version=1,
    line="Debian and Ubuntu: when each package was installed (dpkg's log)",
    specification="https://manpages.debian.org/stable/dpkg/dpkg.1.en.html",
    limits="Of a package that was there before the oldest log that is left, the day is not known. Packed logs "
    "are not used.",
    names=("dpkg.log",),
    suffixes=(".log.1",),
)
_INSTALL = re.compile(r"(\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d install ([a-z0-9][a-z0-9+.-]{0,200})(?::\w+)? ")


def wants(name: str, head: bytes) -> bool:
    """Whether it begins as dpkg's log does."""
    return name.startswith("dpkg.log") and re.match(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [a-z]", head) is not None


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the last day on which each package was installed anew. Raises `Unreadable` (limit) above 32 MiB."""
    days: dict[str, tuple[str, int]] = {}
    for number, line in numbered_lines(source, budget):
        found = _INSTALL.match(line)
        if found:
            days[found[2]] = found[1], number
    for name, (day, number) in days.items():
        purl = package_purl("deb", name, "debian")
        if purl is not None:
            yield Installed(purl=purl, on=day, register="../lib/dpkg/status", place=f"line {number}")
