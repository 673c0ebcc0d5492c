"""The control file of a Debian package: what the package is and what it asks for."""

from collections.abc import Iterator

from scanner.formats.packages.debian_fields import dependencies, paragraphs
from scanner.model.observation import Identity, Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="debian-control",
    version=1,
    line="Debian and Ubuntu packages: the package itself, and what it depends on or recommends",
    specification="https://www.debian.org/doc/debian-policy/ch-controlfields.html",
    limits="What a package suggests or enhances is not read.",
    names=("control",),
)


def wants(_name: str, head: bytes) -> bool:
    """Whether it is of a built package: that of a source package begins with other fields."""
    return head.startswith(b"Package:") or b"\nPackage:" in head.partition(b"\n\n")[0]


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the package as installed, then each package it asks for as declared.

    Raises:
        Unreadable: limit, when the file is larger than 256 MiB.
    """
    for paragraph in paragraphs(source, budget):
        purl = paragraph.purl
        if purl is None:
            continue
        version, name = paragraph.get("version", ""), paragraph["package"]
        place = f"line {paragraph.line}"
        yield Identity(subject="package", name=name, version=version, purl=purl, place=place)
        yield Package(purl=purl, version=version, role="installed", publisher=paragraph.publisher, place=place)
        yield from dependencies(paragraph, budget)
