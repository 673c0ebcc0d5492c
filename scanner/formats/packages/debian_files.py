"""Debian's lists of the files of each installed package: `var/lib/dpkg/info/NAME.list`."""

from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.packages.system_files import owned
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="debian-files",
    version=2,
    line="Debian and Ubuntu: the files of each installed package",
    specification="https://manpages.debian.org/stable/dpkg/dpkg-query.1.en.html",
    limits="Files that were diverted or are made after installation are nobody's.",
    suffixes=(".list",),
)


def wants(_name: str, head: bytes) -> bool:
    """Whether it begins with the root, as lists of dpkg (or made by unpacking) do and no other file of that ending."""
    return head.startswith((b"/.\n/", b"/\n/"))


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the files. Raises `Unreadable` (limit) above 32 MiB."""
    purl = package_purl("deb", source.name.removesuffix(".list").partition(":")[0], "debian")
    if purl is not None:
        paths = (line for _, line in numbered_lines(source, budget))
        yield from owned(purl, paths, "../status", budget, "the list")
