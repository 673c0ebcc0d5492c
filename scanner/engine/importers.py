"""Importers: which files of a project import the one in which something matched.

A source file in which no telling word stands is not parsed, so the facts do not say that `main.py` imports `faces.py`,
where the vendor's module is called. Where something matched in a project's own Python source, the files around it are
asked once whether they import it, and then who imports those: that is how the report knows where the code begins.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from scanner.catalogue.index import Index
from scanner.engine.depth import ROUNDS, DepthRequest
from scanner.model.artifact import ArtifactFacts
from scanner.model.observation import Import

READER = "python-source"
MAX_ASKED = 500
"""So many files are asked in a round: those nearest to the top of the project first."""
IMPORTERS = ".py"
"""The ending of the files that are asked."""
_INSTALLED = frozenset({"site-packages", "dist-packages", "node_modules", "vendor"})
_MAX_PARTS = 4


def importer_requests(
    facts: Mapping[str, ArtifactFacts], index: Index, others: Callable[[], Iterable[str]]
) -> Iterator[DepthRequest]:
    """Ask of the `others` (gives locators of source files) those that lie around a project's matched source.

    A file that is known to import such a file is asked about in turn, so each round goes one step further.
    """
    own = {o: facts[o] for o in facts if o.endswith(IMPORTERS) and _is_of_project(o)}
    leading = {o for o, item in own.items() if _matches(item, index)}
    wanted = _wanted(leading)
    for _ in range(ROUNDS if leading else 0):
        leading |= {o for o, item in own.items() if o not in leading and _imports(item, _names_for(o, wanted))}
        wanted = _wanted(leading)
    if not wanted:
        return
    asked = (o for o in others() if o.endswith(IMPORTERS) and o not in facts and _is_of_project(o))
    for locator in sorted(asked, key=lambda o: (o.count("/"), o))[:MAX_ASKED]:
        modules = _names_for(locator, wanted)
        if modules:
            yield DepthRequest(locator, READER, frozenset(modules))


def _is_of_project(locator: str) -> bool:
    return "!/" not in locator and _INSTALLED.isdisjoint(locator.split("/"))


def _wanted(leading: Iterable[str]) -> dict[str, set[str]]:
    """By folder, the names of modules that the files below it are asked about."""
    wanted: dict[str, set[str]] = {}
    for locator in leading:
        # The folder around the file's own, or its own at the top.
        folder = locator.rpartition("/")[0].rpartition("/")[0]
        wanted.setdefault(folder, set()).update(_spellings(locator))
    return wanted


def _names_for(locator: str, wanted: Mapping[str, set[str]]) -> set[str]:
    """What a file is asked about: the modules wanted in the folders around it, without itself."""
    names: set[str] = set()
    folder = locator
    while folder:
        folder = folder.rpartition("/")[0]
        names |= wanted.get(folder, set())
    return names - _spellings(locator)


def _matches(item: ArtifactFacts, index: Index) -> bool:
    return any(True for observation in item.observations for _ in index.of_observation(observation))


def _imports(item: ArtifactFacts, names: set[str]) -> bool:
    imported = (o.name.lstrip(".") for o in item.observations if isinstance(o, Import))
    return any(name in names for name in imported)


def _spellings(locator: str) -> set[str]:
    """The dotted names by which a file can be imported, from its own name to its path."""
    parts = locator.removesuffix(IMPORTERS).split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return {".".join(parts[-count:]) for count in range(1, min(len(parts), _MAX_PARTS) + 1)}
