"""Flatpak apps and runtimes: the `metadata` beside their `files`."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Owns, Package, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="flatpak",
    version=2,
    line="Flatpak: installed apps and runtimes, with their files",
    specification="https://docs.flatpak.org/en/latest/flatpak-command-reference.html",
    limits="When an app was installed is not in its files.",
    names=("metadata",),
)
_VERSION = re.compile(rb"appdata-version\0{1,8}([^\0]{1,100})\0\0s")
"""In the values that flatpak keeps of what it installed (GVariant, `a{sv}`): key, alignment, text, its type."""
_LARGEST_BYTES = 4 << 20
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
            version = _version(source.group("deploy"), budget)
            yield Package(purl=purl, version=version, role="installed", place=place)
            yield Product(name=found[1], version=version, role="is", place=place)
            yield Owns(purl=purl, version=version, path="./", as_one=True, place=place)
            return


def _version(deployed: Source | None, budget: Budget) -> str:
    if deployed is None or deployed.size > _LARGEST_BYTES:
        return ""
    budget.spend_bytes(deployed.size)
    found = _VERSION.search(bytes(deployed.view()))
    return found[1].decode("utf-8", "replace") if found else ""
