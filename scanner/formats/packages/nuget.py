"""NuGet: packages that .NET projects ask for, lock or were built with, and the package a .nuspec describes."""

from collections.abc import Callable, Iterator

from scanner.formats.json_tree import json_object, part, word
from scanner.formats.packages.dependencies import PROJECT, requires
from scanner.formats.packages.makers import without_address
from scanner.formats.packages.purls import package_purl
from scanner.formats.xml_elements import Element, xml_elements
from scanner.model.observation import Observation, Owns, Package, Requires
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Scope

INFO = Info(
    name="nuget",
    version=4,
    line=".NET packages, and Chocolatey's: what projects ask for, what programs were built with, what a package is",
    specification="https://learn.microsoft.com/nuget/consume-packages/overview-and-workflow, …/reference/nuspec",
    limits="Versions that a property gives are left out. Conditions of a project are not evaluated.",
    names=("packages.config", "packages.lock.json", "project.assets.json"),
    suffixes=(".csproj", ".vbproj", ".fsproj", ".props", ".targets", ".deps.json", ".nuspec"),
)

_TOOL = "DotnetTool"
"""The type of packages that `dotnet tool install` puts on a computer, each with all that it needs."""
_OF_CHOCOLATEY = frozenset({"packageSourceUrl", "projectSourceUrl", "docsUrl", "mailingListUrl", "bugTrackerUrl"})
"""What Chocolatey added to the format (https://docs.chocolatey.org/en-us/create/create-packages)."""
_ITEMS = frozenset({"PackageReference", "PackageVersion", "GlobalPackageReference"})


def wants(name: str, head: bytes) -> bool:
    """Whether a file of properties is one of .NET's: `.props` and `.targets` have other meanings."""
    return not name.endswith((".props", ".targets")) or b"<Project" in head or b"<\0P\0r\0o\0j" in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package: installed where a .nuspec describes it or a program was built with it, else declared.

    Raises:
        Unreadable: damaged, when it is not the XML or JSON it should be; limit, when it is nested too deeply.
    """
    name = source.name.lower()
    if name.endswith(".json"):
        yield from _JSON.get(name, _of_program)(source, budget)
    elif name.endswith(".nuspec"):
        yield from _of_package(source, budget)
    else:
        yield from _of_project(source, budget)


def _package(name: str, version: str, place: str, scope: Scope = Scope.RUNTIME) -> Iterator[Package]:
    purl = package_purl("nuget", name) if name and "$(" not in name else None
    if purl is not None:
        exact = version.strip("[] ") if "," not in version and "*" not in version and "$(" not in version else ""
        yield Package(purl=purl, version=exact, role="declares", scope=scope, place=place)


def _of_project(source: Source, budget: Budget) -> Iterator[Package]:
    version = ""
    for element in xml_elements(source, budget):
        kind = element.path[-1]
        if kind == "Version":
            version = element.text
        elif kind in _ITEMS:
            name = element.attributes.get("Include") or element.attributes.get("Update") or ""
            yield from _package(name, element.attributes.get("Version") or version, f"line {element.line}")
            version = ""
        elif kind == "package" and element.path[0] == "packages":
            values = element.attributes
            scope = Scope.DEV if values.get("developmentDependency") == "true" else Scope.RUNTIME
            yield from _package(values.get("id", ""), values.get("version", ""), f"line {element.line}", scope)


def _of_package(source: Source, budget: Budget) -> Iterator[Package | Owns]:
    own: dict[str, str] = {}
    asked: list[Package] = []
    problem: Unreadable | None = None
    try:
        for element in xml_elements(source, budget):
            if element.path[:-1] == ("package", "metadata"):
                own[element.path[-1]] = element.text
            elif element.path[-1] == "packageType":
                own["type"] = element.attributes.get("name", "")
            elif element.path[-1] == "dependency" and "dependencies" in element.path:
                asked += _dependency(element)
    except Unreadable as why:
        problem = why
    yield from _itself(own)
    yield from asked
    if problem is not None:
        raise problem


def _itself(own: dict[str, str]) -> Iterator[Package | Owns]:
    is_chocolatey = bool(_OF_CHOCOLATEY & own.keys())
    purl = package_purl("chocolatey" if is_chocolatey else "nuget", own.get("id", ""))
    if purl is not None and own.get("version") and "$" not in own["version"]:
        maker, is_tool = without_address(own.get("authors", "")), is_chocolatey or own.get("type") == _TOOL
        yield Package(purl=purl, version=own["version"], role="installed", publisher=maker, place="metadata.id")
        yield Owns(purl=purl, version=own["version"], path="./", as_one=is_tool, place="metadata.id")


def _dependency(element: Element) -> Iterator[Package]:
    yield from _package(element.attributes.get("id", ""), element.attributes.get("version", ""), f"line {element.line}")


def _of_lock(source: Source, budget: Budget) -> Iterator[Package | Requires]:
    for framework, packages in part(json_object(source, budget), "dependencies").items():
        for name, entry in part(packages).items():
            budget.spend_items()
            place = f'dependencies["{framework}"].{name}'
            purl = package_purl("nuget", name)
            if word(entry, "type") != "Project":
                yield from _package(name, word(entry, "resolved"), place)
            if word(entry, "type") == "Direct":
                yield from requires(PROJECT, (purl,), place, budget)
            yield from requires(purl, _purls(entry), place, budget)


def _purls(entry: object) -> Iterator[str | None]:
    return (package_purl("nuget", name) for name in part(entry, "dependencies"))


def _of_assets(source: Source, budget: Budget) -> Iterator[Package | Requires]:
    tree = json_object(source, budget)
    own: set[str] = set()
    for key, entry in part(tree, "libraries").items():
        budget.spend_items()
        name, _, version = key.partition("/")
        if word(entry, "type") == "project":
            own.add(key)
        else:
            yield from _package(name, version, f'libraries["{key}"]')
    for framework, asked in part(tree, "project", "frameworks").items():
        place = f'project.frameworks["{framework}"].dependencies'
        yield from requires(PROJECT, _purls(asked), place, budget)
    for framework, libraries in part(tree, "targets").items():
        for key, entry in part(libraries).items():
            by = PROJECT if key in own else package_purl("nuget", key.partition("/")[0])
            yield from requires(by, _purls(entry), f'targets["{framework}"]["{key}"]', budget)


def _of_program(source: Source, budget: Budget) -> Iterator[Package | Requires]:
    """A program's .deps.json lists what lies beside it; that may have been left out, so it only declares."""
    yield from _of_assets(source, budget)


_JSON: dict[str, Callable[[Source, Budget], Iterator[Package | Requires]]] = {
    "packages.lock.json": _of_lock,
    "project.assets.json": _of_assets,
}
