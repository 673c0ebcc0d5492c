"""C and C++ packages of vcpkg: what vcpkg.json asks for, and ports that an SPDX file beside them describes."""

import re
from collections.abc import Iterator

from scanner.formats.json_tree import Json, entries, json_object, part, word
from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="vcpkg",
    version=2,
    line="C and C++ packages of vcpkg that a project asks for",
    specification="https://learn.microsoft.com/vcpkg/reference/vcpkg-json",
    limits="Versions that a baseline gives are not known.",
    names=("vcpkg.json", "vcpkg.spdx.json"),
)

_VERSIONS = ("version", "version-semver", "version-string", "version-date")
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
    versions = {word(entry, "name"): _version_in(entry) for _, entry in entries(tree, "overrides")}
    yield from _asked(tree.get("dependencies"), versions, "dependencies", budget)
    for feature, content in part(tree, "features").items():
        place = f"features.{feature}.dependencies"
        yield from _asked(part(content).get("dependencies"), versions, place, budget, Scope.EXTRA)


def _version_in(entry: Json) -> str:
    """The version that an override sets, in any of the ways versions are written in."""
    return next((word(entry, key) for key in _VERSIONS if word(entry, key)), "")


def _asked(
    dependencies: object, versions: dict[str, str], place: str, budget: Budget, scope: Scope = Scope.RUNTIME
) -> Iterator[Package]:
    for number, entry in enumerate(dependencies if isinstance(dependencies, list) else ()):
        budget.spend_items()
        name = entry.get("name") if isinstance(entry, dict) else entry
        purl = package_purl("vcpkg", name) if isinstance(name, str) else None
        if purl is not None:
            version = versions.get(str(name), "")
            yield Package(purl=purl, version=version, role="declares", scope=scope, place=f"{place}[{number}]")
