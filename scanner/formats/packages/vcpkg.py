"""C and C++ packages of vcpkg: what vcpkg.json asks for, and ports that an SPDX file beside them describes."""

import re
from collections.abc import Iterator

from scanner.formats.json_tree import json_object, part
from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="vcpkg",
    version=1,
    line="C and C++ packages of vcpkg that a project asks for",
    specification="https://learn.microsoft.com/vcpkg/reference/vcpkg-json",
    limits="Versions that a baseline gives are not known.",
    names=("vcpkg.json", "vcpkg.spdx.json"),
)

_PORT = re.compile(r'"name":\s*"([a-z0-9-]{1,100}):[a-z0-9-]{1,60}@([^"\s#]{1,60})')


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package that a project asks for as declared, or the installed port that an SPDX file describes.

    Raises:
        Unreadable: damaged, when it is no JSON object; limit, when it is nested too deeply or too large.
    """
    if source.name.lower() == "vcpkg.spdx.json":
        for number, line in numbered_lines(source, budget):
            port = _PORT.search(line)
            purl = package_purl("vcpkg", port[1]) if port else None
            if port and purl is not None:
                yield Package(purl=purl, version=port[2], role="installed", place=f"line {number}")
                return
        return
    tree = json_object(source, budget)
    yield from _asked(tree.get("dependencies"), "dependencies", budget)
    for feature, content in part(tree, "features").items():
        yield from _asked(part(content).get("dependencies"), f"features.{feature}.dependencies", budget)


def _asked(dependencies: object, place: str, budget: Budget) -> Iterator[Package]:
    for number, entry in enumerate(dependencies if isinstance(dependencies, list) else ()):
        budget.spend_items()
        name = entry.get("name") if isinstance(entry, dict) else entry
        purl = package_purl("vcpkg", name) if isinstance(name, str) else None
        if purl is not None:
            yield Package(purl=purl, role="declares", place=f"{place}[{number}]")
