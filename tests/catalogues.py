"""Small catalogues made in tests, so that logic is tested without the real signatures; and these, read once."""

from functools import cache
from typing import Any

from scanner.catalogue.load import Caching, Catalogue, load_catalogue
from scanner.model.artifact import Artifact, ArtifactFacts
from scanner.model.observation import Observation
from scanner.model.technology import Indicator, LookAlike, Technology
from scanner.model.vocabulary import Capability, IndicatorKind, TechnologyKind

ALL = (Capability.DETECTION, Capability.VERIFICATION, Capability.IDENTIFICATION)


def indicator(kind: str, value: str, **fields: Any) -> Indicator:
    return Indicator(kind=IndicatorKind(kind), value=value, **{"seen_in": "a test", **fields})


def technology(*indicators: Indicator, **fields: Any) -> Technology:
    usual: dict[str, Any] = {
        "id": "acme-faces",
        "name": "Acme Faces",
        "vendor": "Acme",
        "kind": TechnologyKind.LIBRARY,
        "group": "libraries",
        "summary": "Made for a test.",
        "references": ("https://example.invalid/",),
        "capabilities": ALL,
    }
    return Technology(indicators=indicators, **{**usual, **fields})


def lookalike(kind: str, value: str, why: str = "It only looks like it.") -> LookAlike:
    return LookAlike(kind=kind, value=value, why=why)


def catalogue(*technologies: Technology) -> Catalogue:
    return Catalogue(technologies=technologies, digest="0" * 64)


@cache
def shipped_catalogue() -> Catalogue:
    """The real signatures. Reading their files takes seconds, so it is done once a process."""
    return load_catalogue(caching=Caching.BYPASS)


def facts(*observations: Observation, locator: str = "x.bin", kind: str = "data") -> ArtifactFacts:
    name = locator.rsplit("/", 1)[-1]
    return ArtifactFacts(artifact=Artifact(locator=locator, name=name, type=kind, size=1), observations=observations)
