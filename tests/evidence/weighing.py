"""From facts to what they amount to, with a small catalogue."""

from scanner.catalogue.index import Index
from scanner.evidence.weigh import Weighed, weigh
from scanner.matching.match import Match, matches_of
from scanner.model.artifact import ArtifactFacts
from scanner.model.technology import Technology


def weighed(*items: ArtifactFacts, technologies: tuple[Technology, ...]) -> Weighed:
    index = Index(technologies)
    facts = {item.artifact.locator: item for item in sorted(items, key=lambda item: item.artifact.locator)}
    matches = [m for item in facts.values() for m in matches_of(item, index) if isinstance(m, Match)]
    return weigh(matches, facts, index, "target")
