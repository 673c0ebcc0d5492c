"""Examples: every signature's examples, matched against the whole catalogue, must give exactly what they promise."""

from collections.abc import Iterator

import msgspec

from scanner.catalogue.index import Index
from scanner.catalogue.load import Catalogue
from scanner.catalogue.rules import byte_rules
from scanner.evidence.components import owners_of
from scanner.evidence.findings import groups_of
from scanner.evidence.verdict import Grade, grade
from scanner.matching.bytescan import ByteScanner
from scanner.matching.match import Match, matches_of
from scanner.model.artifact import Artifact, ArtifactFacts
from scanner.model.observation import Observation
from scanner.model.source import Unreadable
from scanner.model.technology import Example
from scanner.model.vocabulary import Presence


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An example that gives something else than it promises."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def failures(catalogue: Catalogue, only: str = "") -> Iterator[Failure]:
    """Try every example of every technology, or of the one with the id `only`, against the whole catalogue."""
    index = Index(catalogue.technologies)
    scanner = ByteScanner(byte_rules(catalogue))
    for technology in catalogue.technologies:
        if only not in {"", technology.id}:
            continue
        for example in technology.examples:
            for message in _problems(example, index, scanner):
                name = example.name or "an example"
                yield Failure(file=technology.file, line=example.line, message=f"{name}: {message}")


def _problems(example: Example, index: Index, scanner: ByteScanner) -> Iterator[str]:
    try:
        found = _graded(_facts(example, scanner), index, mentions=example.presence is Presence.REFERENCED)
    except (msgspec.ValidationError, Unreadable) as error:
        yield f"it could not be tried: {error}"
        return
    wanted = set(example.gives)
    if set(found) != wanted:
        yield f"it gives {_listed(set(found))} where it should give {_listed(wanted)}"
        return
    for technology, graded in found.items():
        if example.presence is not None and graded.presence is not example.presence:
            yield f"{technology} is {graded.presence} where it should be {example.presence}"
        if example.capabilities and set(graded.capabilities) != set(example.capabilities):
            yield f"{technology} can do {_listed(set(graded.capabilities))}, not {_listed(set(example.capabilities))}"


def _facts(example: Example, scanner: ByteScanner) -> ArtifactFacts:
    data = example.data.encode("latin-1", "replace")
    stated = [msgspec.convert({"place": "example", **o}, Observation) for o in example.observations]
    artifact = Artifact(
        locator=example.artifact_name,
        name=example.artifact_name.rsplit("/", 1)[-1],
        type=example.artifact_type,
        size=len(data),
    )
    return ArtifactFacts(artifact=artifact, observations=(*stated, *scanner.scan(memoryview(data))))


def _graded(facts: ArtifactFacts, index: Index, *, mentions: bool) -> dict[str, Grade]:
    """What is found; mere mentions only if the example is about one, as all are whose indicators nobody verified."""
    found = [m for m in matches_of(facts, index) if isinstance(m, Match)]
    owners = owners_of((m.artifact for m in found), {facts.artifact.locator: facts})
    graded = {g.technology.id: grade(g.technology, g.matches) for g in groups_of(found, index, owners, lambda row: row)}
    return {key: g for key, g in sorted(graded.items()) if mentions or g.presence is not Presence.REFERENCED}


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
