"""Debian's lists of the files of each installed package: `var/lib/dpkg/info/NAME.list`, in small images
`status.d/NAME.md5sums`."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.packages.system_files import owned
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="debian-files",
    version=3,
    line="Debian and Ubuntu: the files of each installed package",
    specification="https://manpages.debian.org/stable/dpkg/dpkg-query.1.en.html",
    limits="Files that are made after installation are nobody's.",
    suffixes=(".list", ".md5sums"),
)

_SUM = re.compile(rb"[0-9a-f]{32}  ([^\n]{1,4096})")


def wants(name: str, head: bytes) -> bool:
    """Whether it begins with the root, as lists of dpkg (or made by unpacking) do and no other file of that ending, or
    is a list of digests."""
    if name.endswith(".md5sums"):
        return _SUM.match(head) is not None
    return head.startswith((b"/.\n/", b"/\n/"))


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the files. Raises `Unreadable` (limit) above 32 MiB."""
    if source.name.endswith(".md5sums"):
        yield from _of_small_image(source, budget)
        return
    purl = package_purl("deb", source.name.removesuffix(".list").partition(":")[0], "debian")
    if purl is not None:
        paths = (line for _, line in numbered_lines(source, budget))
        yield from owned(purl, paths, "../status", budget, "the list")


def _of_small_image(source: Source, budget: Budget) -> Iterator[Observation]:
    """The files of a package whose description lies beside the list; elsewhere dpkg's own list tells more."""
    name = source.name.removesuffix(".md5sums")
    purl = package_purl("deb", name, "debian")
    if purl is not None and source.group(name) is not None:
        paths = (
            found[1].decode() for _, line in numbered_lines(source, budget) if (found := _SUM.match(line.encode()))
        )
        yield from owned(purl, sorted(paths), f"./{name}", budget, "the list")
