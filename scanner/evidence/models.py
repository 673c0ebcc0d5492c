"""Models beside libraries: what needs a model to recognise is taken for recognition where it has one.

A general library recognises nobody without a network. One in the same component, or in one that the same code loads,
completes it. A program in which a model's name or some of its texts stand only speaks of it, so the model has to be one
that was read as a network, or a file known as one by its digest or name.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from scanner.catalogue.index import Entry
from scanner.evidence.confidence import VERDICT_THRESHOLD, confidence
from scanner.evidence.group import Group
from scanner.evidence.owner import Owner
from scanner.evidence.verdict import granted, witnesses
from scanner.matching.match import FileName, Match
from scanner.model.artifact import ArtifactFacts
from scanner.model.observation import Digest, Network
from scanner.model.report import Edge
from scanner.model.vocabulary import RECOGNITION, Presence, TechnologyKind


def with_models(
    groups: Sequence[Group],
    edges: Iterable[Edge],
    owners: Mapping[str, Owner],
    facts: Mapping[str, ArtifactFacts],
) -> tuple[Group, ...]:
    """Note with each match of an indicator that `needs: model` the model it has, if there is one."""
    models = _models(groups, facts)
    if not models:
        return tuple(groups)
    near = _near(models, edges, owners)
    return tuple(
        msgspec.structs.replace(
            group,
            matches=tuple(
                (entry, _completed(entry, match, near.get(group.owner.id, ""))) for entry, match in group.matches
            ),
        )
        for group in groups
    )


def _completed(entry: Entry, match: Match, model: str) -> Match:
    return msgspec.structs.replace(match, model=model) if entry.indicator.needs == "model" else match


def _models(groups: Iterable[Group], facts: Mapping[str, ArtifactFacts]) -> dict[str, str]:
    """The component of each artifact that surely is a model for recognition, by the artifact."""
    found = {}
    for group in groups:
        by_artifact: dict[str, list[tuple[Entry, Match]]] = defaultdict(list)
        for entry, match in group.matches:
            tells = isinstance(match.observation, Network) or group.technology.kind is TechnologyKind.MODEL
            recognises = RECOGNITION.intersection(granted(entry, group.technology))
            if tells and recognises and match.presence.rank >= Presence.PRESENT.rank:
                by_artifact[match.artifact].append((entry, match))
        for artifact, sights in by_artifact.items():
            if confidence(witnesses(sights)) >= VERDICT_THRESHOLD and _is_model(sights, facts[artifact]):
                found[artifact] = group.owner.id
    return found


def _is_model(sights: Iterable[tuple[Entry, Match]], item: ArtifactFacts) -> bool:
    """Whether the artifact is a model, and not code or a text that speaks of one."""
    return any(isinstance(match.observation, FileName | Digest) for _, match in sights) or any(
        isinstance(seen, Network) for seen in item.observations
    )


def _near(models: Mapping[str, str], edges: Iterable[Edge], owners: Mapping[str, Owner]) -> dict[str, str]:
    """For each component the first model in it, in what its code loads, or in what code that uses it loads."""
    near: dict[str, str] = {}
    for artifact in sorted(models):
        near.setdefault(models[artifact], artifact)
    uses: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.kind.proves_use:
            uses[owners[edge.source].id].add(owners[edge.target].id)
    for user in sorted(uses):
        loaded = sorted(near[used] for used in uses[user] if used in near and used in models.values())
        for component in (user, *sorted(uses[user])) if loaded else ():
            near.setdefault(component, loaded[0])
    return near
