"""Units of systemd: the services of a Linux system, and the programs that they start."""

import re
from collections.abc import Iterator

from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Service
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="systemd-unit",
    version=1,
    line="Services of Linux systems (systemd): name and the program that is started",
    specification="https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html",
    limits="Whether a service is switched on is not read. Of several programs the first is told.",
    suffixes=(".service",),
)
_TITLE = re.compile(r"Description\s*=\s*(.{1,200}?)\s*$")
_PROGRAM = re.compile(r"""ExecStart\s*=\s*[@:+!|-]*["']?(/[^"'\s]{1,1024})""")


def wants(_name: str, head: bytes) -> bool:
    """Whether it has a section for a service: D-Bus and mDNS have files of that ending too."""
    return b"[Service]" in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the service. Raises `Unreadable` (limit) above 32 MiB."""
    title, program = "", ""
    for _, line in numbered_lines(source, budget):
        title = title or _first(_TITLE, line)
        program = program or _first(_PROGRAM, line)
    yield Service(name=source.name.removesuffix(".service"), title=title, program=program, place="[Service]")


def _first(pattern: re.Pattern[str], line: str) -> str:
    found = pattern.match(line)
    return found[1] if found else ""
