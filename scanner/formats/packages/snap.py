"""Snap packages: `meta/snap.yaml`, inside the package's own file system."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Owns, Package, Product
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="snap",
    version=2,
    line="Snap packages: the package itself, with its files",
    specification="https://snapcraft.io/docs/snap-format",
    limits="Read line by line, as snapcraft writes it: YAML's other notations are not understood.",
    names=("snap.yaml",),
)
_FIELD = re.compile(r"(name|version|title):\s*['\"]?([^'\"#]{1,200}?)['\"]?\s*$")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the package as installed, as a product by its title, and its folder.

    Raises:
        Unreadable: limit, above 32 MiB.
    """
    fields: dict[str, str] = {}
    places: dict[str, str] = {}
    for number, line in numbered_lines(source, budget):
        found = _FIELD.match(line)
        if found:
            fields.setdefault(found[1], found[2])
            places.setdefault(found[1], f"line {number}")
    purl = package_purl("snap", fields.get("name", ""))
    if purl is None:
        return
    version = fields.get("version", "")
    yield Package(purl=purl, version=version, role="installed", place=places["name"])
    if "title" in fields:
        yield Product(name=fields["title"], version=version, role="is", place=places["title"])
    yield Owns(purl=purl, version=version, path="../", as_one=True, place=places["name"])
