"""RPM package files: what the package is and what it requires, by its headers."""

from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.packages.rpm_header import (
    NAME,
    RECOMMENDS,
    REQUIRES,
    VENDOR,
    header,
    purl_of,
    text,
    version_of,
)
from scanner.model.observation import Identity, Observation, Package
from scanner.model.source import Budget, Info, Magic, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="rpm-package",
    version=1,
    line="RPM packages: the package itself, and what it requires or recommends",
    specification="https://rpm-software-management.github.io/rpm/manual/format_v4.html",
    limits="What a package requires by the name of a file, a library or a feature is not followed to a package.",
    magics=(Magic(b"\xed\xab\xee\xdb"),),
)
LEAD_BYTES = 96
MAGIC = b"\x8e\xad\xe8\x01\0\0\0\0"


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the package, then each package it asks for as declared.

    Raises:
        Unreadable: damaged, when a header cannot be read.
    """
    data = source.view()
    _, end = header_behind_magic(data, LEAD_BYTES, budget)
    tags, _ = header_behind_magic(data, -(-end // 8) * 8, budget)
    purl, version = purl_of(tags), version_of(tags)
    if purl is None:
        raise Unreadable(Cause.DAMAGED, "The header has no name, so the package is not known.")
    yield Identity(subject="self", name=text(tags, NAME), version=version, purl=purl, place="tag 1000")
    yield Package(purl=purl, version=version, role="installed", publisher=text(tags, VENDOR), place="tag 1000")
    for tag in (REQUIRES, RECOMMENDS):
        for number, name in enumerate(tags.get(tag, ())):
            asked = package_purl("rpm", str(name)) if not any(c in str(name) for c in "/(") else None
            if asked:
                yield Package(purl=asked, role="declares", place=f"tag {tag}[{number}]")


def header_behind_magic(data: memoryview, at: int, budget: Budget) -> tuple[dict[int, list[str] | list[int]], int]:
    """A header of a package file, and where it ends. Raises `Unreadable` (damaged) where there is none."""
    if bytes(data[at : at + 4]) != MAGIC[:4]:
        raise Unreadable(Cause.DAMAGED, "A header of the package is damaged; its content was not found.")
    return header(data, at + len(MAGIC), budget)
