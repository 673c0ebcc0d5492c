"""Models: which program or setting names the file of a neural network that lies in the target.

A program finds its model by a file name among its constants, a service by one in its settings. That says that it loads
the model, whatever the code around it looks like.
"""

from collections.abc import Iterator

from scanner.evidence.edges import Names
from scanner.matching.match import PROSE_TYPES
from scanner.model.artifact import ArtifactFacts
from scanner.model.locator import base_name, containers_of
from scanner.model.observation import ByteHit, Config, Network
from scanner.model.report import Edge
from scanner.model.vocabulary import EdgeKind

_SHORTEST_NAME = 5


def names(item: ArtifactFacts) -> Iterator[str]:
    """A network's file name, and that of the archive it is the heart of."""
    if any(isinstance(seen, Network) for seen in item.observations):
        yield f"model:{item.artifact.name.lower()}"
        for around in containers_of(item.artifact.locator)[-1:]:
            yield f"model:{base_name(around).lower()}"


def edges(item: ArtifactFacts, known: Names) -> Iterator[Edge]:
    """From what names a network's file to that file, the nearest of that name."""
    if item.artifact.type in PROSE_TYPES:
        return
    here = item.artifact.locator
    for seen in item.observations:
        text = _named(seen)
        if "." not in text:  # nearly all of what is seen in an app's code
            continue
        name = text.replace("\\", "/").rpartition("/")[2].lower()
        if len(name) < _SHORTEST_NAME or "." not in name:
            continue
        target = known.nearest(f"model:{name}", here)
        if target is not None and target != here:
            yield Edge(source=here, target=target, kind=EdgeKind.LOADS, place=seen.place)


def _named(seen: object) -> str:
    if isinstance(seen, ByteHit):
        return seen.text
    return seen.value if isinstance(seen, Config) else ""
