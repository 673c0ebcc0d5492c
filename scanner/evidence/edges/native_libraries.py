"""Native libraries: which program or library is linked to which other one, or loads it by name.

What looks it up is the loader of the system; `library_search` says where.
"""

from collections.abc import Iterator

from scanner.catalogue.index import bare_library_name
from scanner.evidence.edges import Names
from scanner.evidence.edges.library_search import LOADER_SETTINGS, found_library, loader_folder, system_of
from scanner.matching.match import NATIVE_TYPES
from scanner.model.artifact import ArtifactFacts
from scanner.model.observation import Library, RunPath
from scanner.model.report import Edge
from scanner.model.vocabulary import EdgeKind

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
            name = observation.name.replace("\\", "/").rpartition("/")[2].lower()
            target = found_library(name, item, known)
            if target is not None and target != here:
                yield Edge(source=here, target=target, kind=_KINDS[observation.role], place=observation.place)
