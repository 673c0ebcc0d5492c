"""Dependencies: which package asks for which, by manifests, lock files and the metadata of what is installed.

A manifest declares packages; each of them, and each package of a lock file or of a system's register, is a node of that
file. What is installed
depends on the installed packages that its own metadata asks for.
"""

from collections.abc import Iterator

from scanner.evidence.edges import Names
from scanner.evidence.edges.installed import installed_package
from scanner.evidence.edges.nodes import package_node
from scanner.model.artifact import ArtifactFacts
from scanner.model.observation import Package, Requires
from scanner.model.report import Edge
from scanner.model.vocabulary import EdgeKind


def names(item: ArtifactFacts) -> Iterator[str]:
    """The package URL of an installed package."""
    for observation in item.observations:
        if isinstance(observation, Package) and observation.role == "installed":
            yield observation.purl


def edges(item: ArtifactFacts, known: Names) -> Iterator[Edge]:
    """From the file to the packages it declares, from package to package in a lock file, to what is installed."""
    declared: dict[str, Package] = {}
    required: list[Requires] = []
    for observation in item.observations:
        if isinstance(observation, Package) and observation.role != "installed":
            declared.setdefault(observation.purl, observation)
        elif isinstance(observation, Requires):
            required.append(observation)
    here = item.artifact.locator
    within = list(_within(here, required, declared))
    yield from within
    asked_for = {edge.target for edge in within if edge.source != edge.target}
    for purl, package in declared.items():
        node = package_node(here, purl)
        if node not in asked_for:
            yield Edge(source=here, target=node, kind=EdgeKind.DECLARES, place=package.place, scope=package.scope)
        installed = None if required else installed_package(purl, here, known)
        if installed is not None and installed != here:
            yield Edge(
                source=here, target=installed, kind=EdgeKind.DEPENDS_ON, place=package.place, scope=package.scope
            )


def _within(here: str, required: list[Requires], declared: dict[str, Package]) -> Iterator[Edge]:
    """What a lock file says of its own packages."""
    for each in required:
        source = package_node(here, each.by) if each.by else here
        kind = EdgeKind.DEPENDS_ON if each.by else EdgeKind.DECLARES
        for purl in each.purls:
            if purl in declared and (not each.by or each.by in declared):
                target = package_node(here, purl)
                yield Edge(source=source, target=target, kind=kind, place=each.place, scope=each.scope)
