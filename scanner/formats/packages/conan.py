"""C and C++ packages of Conan: conanfile.txt, conanfile.py (its literal names; it is not run), conan.lock."""

import re
from collections.abc import Iterator

from scanner.formats.json_tree import Json, json_object, part, word
from scanner.formats.packages.dependencies import PROJECT, requires
from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package, Requires
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="conan",
    version=2,
    line="C and C++ packages of Conan that a project asks for and locks",
    specification="https://docs.conan.io/2/reference/conanfile_txt.html",
    limits="Names that Python code puts together are not read.",
    names=("conanfile.txt", "conanfile.py", "conan.lock"),
)

_REFERENCE = r"([a-z0-9_][a-z0-9_+.-]{1,100})/([A-Za-z0-9_][\w.+-]{0,100}|\[[^\]]{1,60}\])"
_LINE = re.compile(rf"{_REFERENCE}(?:[@#].*)?$")
_QUOTED = re.compile(rf"""["']{_REFERENCE}(?:[@#][^"']{{0,200}})?["']""")
_ASKING = re.compile(r"requires|requirements|_require|^[\"']")
_TOOLS = re.compile(r"(?:tool|build|test)_require")
"""What builds and tests the project asks for."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package as declared; of a lock also which asks for which, where it says so.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB; damaged, when a lock is no JSON object.
    """
    name = source.name.lower()
    if name == "conan.lock":
        yield from _of_lock(json_object(source, budget), budget)
    elif name == "conanfile.txt":
        yield from _of_list(source, budget)
    else:
        for number, line in numbered_lines(source, budget):
            stripped = line.strip()
            if _ASKING.search(stripped) and stripped[:1] != "#":
                for found in _QUOTED.finditer(stripped):
                    yield from _package(found, _scope(stripped), f"line {number}")


def _of_list(source: Source, budget: Budget) -> Iterator[Package]:
    section = ""
    for number, line in numbered_lines(source, budget):
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped
        elif "requires" in section:
            yield from _package(_LINE.match(stripped), _scope(section), f"line {number}")


def _of_lock(tree: Json, budget: Budget) -> Iterator[Package | Requires]:
    """Conan 2 lists what is locked; Conan 1 keeps the graph, whose node 0 is the project."""
    for key in ("requires", "build_requires", "python_requires"):
        listed = tree.get(key)
        for number, reference in enumerate(listed if isinstance(listed, list) else ()):
            budget.spend_items()
            yield from _package(_LINE.match(str(reference)), _scope(key), f"{key}[{number}]")
    nodes = part(tree, "graph_lock", "nodes")
    purls = {name: _purl(_LINE.match(word(node, "ref"))) for name, node in nodes.items()}
    for name, node in nodes.items():
        place = f"graph_lock.nodes.{name}"
        if name != "0":
            yield from _package(_LINE.match(word(node, "ref")), Scope.RUNTIME, place)
        for key in ("requires", "build_requires"):
            asked = part(node).get(key)
            wanted = (purls.get(str(one)) for one in (asked if isinstance(asked, list) else ()))
            yield from requires(PROJECT if name == "0" else purls[name], wanted, place, budget, _scope(key))


def _scope(text: str) -> Scope:
    return Scope.DEV if _TOOLS.search(text) else Scope.RUNTIME


def _purl(found: re.Match[str] | None) -> str | None:
    return package_purl("conan", found[1]) if found else None


def _package(found: re.Match[str] | None, scope: Scope, place: str) -> Iterator[Package]:
    purl = _purl(found)
    if found and purl is not None:
        version = "" if found[2].startswith("[") else found[2]
        yield Package(purl=purl, version=version, role="declares", scope=scope, place=place)
