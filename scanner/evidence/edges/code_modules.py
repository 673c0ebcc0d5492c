"""Imports: which source file imports or calls which installed package, or which other file of its own project.

Python: to import `a.b.c` runs `a`, `a.b` and `a.b.c` (The Python Language Reference, "The import system"), so it leads
to each of these files, beside the importing one, in a folder around it or among the modules that its program was made
with, and to the installed package whose list of files says that the module is its own. None of them stands in for
another: whether something is known of one file decides nothing about the next. JavaScript: a file where the specifier
says, a package in `node_modules` as Node does, or in the folder of the project that bears its name: by its package
file, then by what the folder is called.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from scanner.evidence.edges import Names
from scanner.evidence.edges.installed import folders_around, installed_package, is_of_program
from scanner.formats.javascript_files import DESCRIPTION, MODULE_ENDINGS, names_a_file, places_of
from scanner.formats.packages.purls import npm_purl
from scanner.model.artifact import ArtifactFacts
from scanner.model.locator import containers_of
from scanner.model.observation import Call, Import, Owns
from scanner.model.report import Edge
from scanner.model.vocabulary import EdgeKind

_ENTRIES = frozenset({"main", "module", "browser", "exports"})
"""Where a package file says which file is got by who asks for its folder."""
_ENTRY_IN = "js-entry"
_FILES = (".py", "/__init__.py", ".pyc", "/__init__.pyc")
_PYTHON = (".py", ".pyc")
_FILE_NAMED = "python-file:"


def names(item: ArtifactFacts) -> Iterator[str]:
    """The Python modules that an installed distribution owns, and a program's own one; of a package file that it names
    its entry."""
    found: dict[str, None] = {}
    container, _, path = item.artifact.locator.rpartition("!/")
    if is_of_program(container):
        module = path.removesuffix(".pyc").removesuffix("/__init__").replace("/", ".")
        found[_module_of(container.rpartition("!/")[0], module)] = None
    if (file := _python_file(item.artifact.locator)) is not None:
        found[file] = None
    for observation in item.observations:
        if isinstance(observation, Owns) and observation.purl.startswith("pkg:pypi/"):
            path = observation.path.removeprefix("../").removesuffix("/")
            module = path.removesuffix(".py").replace("/", ".")
            if module and all(part.isidentifier() for part in module.split(".")):
                found[f"python:{module}"] = None
    if item.artifact.name == DESCRIPTION and any(
        isinstance(o, Import) and o.language == "js" and o.place in _ENTRIES for o in item.observations
    ):
        found[_ENTRY_IN] = None
    yield from found


def edges(item: ArtifactFacts, known: Names) -> Iterator[Edge]:
    """One edge for each file or package that is imported or called, at the first place where it is."""
    here = item.artifact.locator
    seen: set[tuple[str, EdgeKind]] = set()
    asked: set[tuple[str, str, EdgeKind]] = set()
    for observation in item.observations:
        if not isinstance(observation, (Import, Call)):
            continue
        find = _RESOLVE.get(observation.language)
        kind = EdgeKind.CALLS if isinstance(observation, Call) else EdgeKind.IMPORTS
        question = (observation.language, observation.name, kind)
        if find is None or question in asked:
            continue
        asked.add(question)
        for target in find(observation.name, here, known):
            if target != here and (target, kind) not in seen:
                seen.add((target, kind))
                yield Edge(source=here, target=target, kind=kind, place=observation.place)


def _python(name: str, here: str, known: Names) -> Iterator[str]:
    """The files and the distribution of a dotted name; a leading dot is the folder of the file itself."""
    relative = len(name) - len(name.lstrip("."))
    parts = name.lstrip(".").split(".")
    paths = ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]
    folders = _folders(here)
    if relative:
        folders = folders[relative - 1 : relative]
    for path in paths:
        place = _file_of(path, folders, known)
        if place is None and not relative:
            place = _of_program(path.replace("/", "."), here, known)
        if place is not None:
            yield place
    named = ((path, known.nearest(f"python:{path.replace('/', '.')}", here)) for path in paths if not relative)
    packages = [(path, package) for path, package in named if package is not None]
    if not any(_is_of_package(here, path, package) for path, package in packages):
        yield from (package for _, package in packages[:1])


def _file_of(path: str, folders: Iterable[str], known: Names) -> str | None:
    """The first of a module's possible files about which something is known."""
    if not known.is_borne(_FILE_NAMED + path.rpartition("/")[2]):  # so of nearly all modules
        return None
    places = (f"{folder}{path}{ending}" for folder in folders for ending in _FILES)
    return next((place for place in places if place in known), None)


def _python_file(locator: str) -> str | None:
    """The name by which `_file_of` knows that there is a module of that name anywhere."""
    ending = next((ending for ending in _PYTHON if locator.endswith(ending)), None)
    if ending is None:
        return None
    steps = locator.removesuffix(ending).removesuffix("/__init__").rpartition("/")
    return _FILE_NAMED + steps[2]


@lru_cache(maxsize=4)  # each file is asked about all that it imports
def _folders(here: str) -> tuple[str, ...]:
    return tuple(folders_around(here))


def _of_program(module: str, here: str, known: Names) -> str | None:
    """The file of a module among those that the program around a file was made with."""
    found = (known.nearest(_module_of(program, module), here) for program in containers_of(here))
    return next(filter(None, found), None)


def _module_of(program: str, module: str) -> str:
    return f"python-in:{program}:{module}"


def _is_of_package(here: str, path: str, package: str) -> bool:
    """Whether a file lies below the module that the package described at `package` owns: it imports its own."""
    return any(here.startswith(f"{folder}{path}/") for folder in folders_around(package))


def _javascript(name: str, here: str, known: Names) -> Iterator[str]:
    """The file, or the package that a module's name, or the beginning of a call, stands for."""
    target = _javascript_target(name, _folders(here), here, known)
    if target is not None:
        yield target


def _javascript_target(name: str, folders: tuple[str, ...], here: str, known: Names) -> str | None:
    if names_a_file(name):
        return _javascript_file(name, folders, known)
    parts = name.split("/")
    package = "/".join(parts[: 2 if name.startswith("@") else 1])
    while package:
        purl = npm_purl(package)
        installed = (installed_package(purl, here, known) or _of_workspace(purl, here, known)) if purl else None
        if installed is not None:
            return installed
        package = package.rpartition(".")[0]  # of a call: members follow the name, which may hold dots too
    if "/" in name or name.endswith(MODULE_ENDINGS):  # `importScripts("x.js")`, and paths from the project's root
        return _javascript_file(f"/{name}", folders, known)
    return None


def _of_workspace(purl: str, here: str, known: Names) -> str | None:
    """The package file of a package of the same project, which its package manager links to (`workspaces`)."""
    described = known.nearest(purl, here)
    if described is None or "node_modules/" in described or here.startswith(described.removesuffix(DESCRIPTION)):
        return None
    is_same_target = described.rpartition("!/")[0] == here.rpartition("!/")[0]
    return described if is_same_target and described.endswith(f"/{DESCRIPTION}") else None


def _javascript_file(name: str, folders: tuple[str, ...], known: Names) -> str | None:
    """The first of the places where the file may lie; a package file only where it says where to go on."""
    places = (place for place in places_of(name, folders) if place in known)
    return next((place for place in places if not _says_nothing(place, known)), None)


def _says_nothing(place: str, known: Names) -> bool:
    is_description = place.endswith(f"/{DESCRIPTION}") or place == DESCRIPTION
    return is_description and not known.bears(_ENTRY_IN, place)


_RESOLVE = {"python": _python, "js": _javascript}
