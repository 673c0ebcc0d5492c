"""Flatpak apps and runtimes: the `metadata` beside their `files`."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Owns, Package, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="flatpak",
    version=1,
    line="Flatpak: installed apps and runtimes, with their files",
    specification="https://docs.flatpak.org/en/latest/flatpak-command-reference.html",
    limits="The version that an app's AppStream data gives is not read.",
    names=("metadata",),
)
_NAME = re.compile(r"name\s*=\s*([\w.-]{1,255})\s*$")


def wants(_name: str, head: bytes) -> bool:
    """Whether it begins with the section that names an app or a runtime."""
    return head.lstrip().startswith((b"[Application]", b"[Runtime]"))


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the app as installed, as a product by its id, and its folder. Raises `Unreadable` (limit) above 32 MiB."""
    for number, line in numbered_lines(source, budget):
        found = _NAME.match(line)
        purl = package_purl("flatpak", found[1]) if found else None
        if found and purl:
            place = f"line {number}"
            yield Package(purl=purl, role="installed", place=place)
            yield Product(name=found[1], role="is", place=place)
            yield Owns(purl=purl, path="./", place=place)
            return
