"""Debian's register of installed packages: `var/lib/dpkg/status`, and `status.d/*` of small images."""

from collections.abc import Iterator

from scanner.formats.packages.debian_fields import dependencies, paragraphs
from scanner.model.observation import Observation, Package, Requires
from scanner.model.source import Budget, Info, Magic, Source

INFO = Info(
    name="debian-status",
    version=1,
    line="Debian and Ubuntu: the installed packages (dpkg's status), and which asks for which",
    specification="https://manpages.debian.org/stable/dpkg/dpkg.1.en.html, https://www.debian.org/doc/debian-policy/ch-controlfields.html",
    limits="When a package was installed is not in it.",
    magics=(Magic(b"Package: "),),
)


def wants(name: str, head: bytes) -> bool:
    """Whether it lists what is installed: an index of what could be fetched names files, a `control` is one package."""
    first = head.partition(b"\n\n")[0]
    is_index = b"\nFilename: " in first or b"\nSHA256: " in first or b"\nDirectory: " in first
    return not is_index and name not in ("control", "templates")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each installed package and what it asks for; what was removed and left only its settings is none.

    Raises:
        Unreadable: limit, when the file is larger than 256 MiB.
    """
    for paragraph in paragraphs(source, budget):
        state = paragraph.get("status", "install ok installed").split(" ")[-1]
        purl = paragraph.purl
        if purl is None or state in ("not-installed", "config-files"):
            continue
        yield Package(
            purl=purl,
            version=paragraph.get("version", ""),
            role="registered",
            publisher=paragraph.publisher,
            installed_for="system",
            place=f"line {paragraph.line}",
        )
        asked = tuple(dict.fromkeys(package.purl for package in dependencies(paragraph, budget)))
        if asked:
            yield Requires(by=purl, purls=asked, place=f"line {paragraph.line} and after")
