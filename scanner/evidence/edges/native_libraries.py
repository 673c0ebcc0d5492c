"""Native libraries: which program or library is linked to which other one, or loads it by name.

What looks it up is the loader of the system; `library_search` says where.
"""

from collections.abc import Iterator

from scanner.catalogue.index import bare_library_name
from scanner.evidence.edges import Names
from scanner.evidence.edges.library_search import LOADER_SETTINGS, found_library, loader_folder, system_of
from scanner.matching.match import NATIVE_TYPES
from scanner.model.artifact import ArtifactFacts
from scanner.model.locator import app_of
from scanner.model.observation import Library, RunPath
from scanner.model.report import Edge
from scanner.model.vocabulary import EdgeKind

_APP_CODE = "dex"
_KINDS = {"links": EdgeKind.LINKS, "loads": EdgeKind.LOADS}


def names(item: ArtifactFacts) -> Iterator[str]:
    """The file's name, the name it gives itself, and both without the version after `.so`; of the loader's settings
    the folders."""
    if item.artifact.type == LOADER_SETTINGS:
        system, _ = system_of(item.artifact.locator)
        folders = {o.value for o in item.observations if isinstance(o, RunPath)}
        yield from sorted(loader_folder(system, folder) for folder in folders)
    if item.artifact.type not in NATIVE_TYPES:
        return
    own = {o.name for o in item.observations if isinstance(o, Library) and o.role == "is"}
    if own or item.artifact.type != "macho":  # on Apple's systems a file that is no library is never linked to
        own.add(item.artifact.name)
    lower = {name.lower() for name in own}
    for name in sorted(lower | {bare_library_name(name) for name in lower}):
        yield f"library:{name}"


def edges(item: ArtifactFacts, known: Names) -> Iterator[Edge]:
    """From what is linked or loads to the file that the loader takes for the name."""
    here = item.artifact.locator
    for observation in item.observations:
        if isinstance(observation, Library) and observation.role in _KINDS:
            place = f"{observation.place}, in code of {observation.by}" if observation.by else observation.place
            for target in _files(observation, item, known):
                if target != here:
                    yield Edge(source=here, target=target, kind=_KINDS[observation.role], place=place)


def _files(library: Library, user: ArtifactFacts, known: Names) -> Iterator[str]:
    """One file for a program; of an app every file of that name inside it, for there is one for each processor."""
    name = library.name.replace("\\", "/").rpartition("/")[2].lower()
    if user.artifact.type != _APP_CODE:
        found = found_library(name, user, known)
        yield from () if found is None else (found,)
        return
    app = app_of(user.artifact.locator)
    yield from (bearer for bearer in known.bearers(f"library:{name}") if app_of(bearer) == app)
