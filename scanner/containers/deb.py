"""Debian packages: an ar archive of `debian-binary` and two tar archives, the control files and the content."""

from collections.abc import Iterator

from scanner.containers import Member, ar
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="deb",
    version=1,
    line="Packages of Debian and Ubuntu",
    specification="https://manpages.debian.org/stable/dpkg-dev/deb.5.en.html",
    limits="Packages of the format before 1995 are not read.",
    magics=(Magic(b"!<arch>\ndebian-binary"),),
)
RANDOM_ACCESS = True


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """List the parts of the package.

    Raises:
        Unreadable: The archive is damaged, or a part is missing.
    """
    found = set[str]()
    for member in ar.members(source, budget):
        found.add(member.name.partition(".")[0])
        yield member
    if missing := {"control", "data"} - found:
        raise Unreadable(Cause.DAMAGED, f"The package lacks a part: {' and '.join(sorted(missing))}.")
