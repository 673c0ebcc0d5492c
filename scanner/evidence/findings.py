"""Findings: the matches of one technology in one component, graded and explained."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from scanner.catalogue.index import Entry, Index
from scanner.catalogue.pattern import compile_pattern
from scanner.evidence.checks import check_for
from scanner.evidence.code_use import CodeFiles, code_files, code_use_of
from scanner.evidence.confidence import confidence, weight_of
from scanner.evidence.explain import explanation
from scanner.evidence.graph import node_of, path_to
from scanner.evidence.group import Group
from scanner.evidence.owner import Owner
from scanner.evidence.precedence import without_mere_sorts
from scanner.evidence.registers import of_all_versions, registered
from scanner.evidence.verdict import Grade, grade, granted, witnesses
from scanner.matching.match import Match
from scanner.model.finding import ComponentRef, Evidence, Finding, TechnologyRef
from scanner.model.observation import ByteHit, Library, Package, Symbol
from scanner.model.technology import Indicator, Technology
from scanner.model.vocabulary import IndicatorKind, Presence, Weight

_LANGUAGES = {
    "pkg:npm/": frozenset({"js"}),
    "pkg:pypi/": frozenset({"python"}),
    "pkg:maven/": frozenset({"java"}),
    "pkg:nuget/": frozenset({"dotnet"}),
    "pkg:cocoapods/": frozenset({"objc", "swift"}),
}
"""In which languages packages of an ecosystem are written, as observations of code name them."""
_WEIGHT_ORDER = {weight: number for number, weight in enumerate(Weight)}


def groups_of(
    matches: Iterable[Match], index: Index, owners: Mapping[str, Owner], of_row: Callable[[Owner], Owner]
) -> tuple[Group, ...]:
    """Sort matches into technology and component; a match whose `all` conditions are not met there is dropped.

    `of_row` tells what a row of a register is the same as.
    """
    sorted_out: dict[tuple[str, str, str], list[tuple[Entry, Match]]] = defaultdict(list)
    components: dict[str, Owner] = {}
    for match in matches:
        entry = index.entry(match.key)
        assert entry is not None, match.key
        row = registered(match.artifact, match.observation)
        owner = owners[match.artifact] if row is None else of_row(row)
        components.setdefault(owner.id, owner)
        sorted_out[(owner.locator, owner.id, entry.technology.id)].append((entry, match))
    groups = []
    for (_, component, _), found in sorted(sorted_out.items()):
        technology = found[0][0].technology
        owner = of_all_versions(components[component], (match.observation for _, match in found))
        kept = _within_own_code(_by_the_call(_unless_off(_conditions_met(found))), technology, owner, owners)
        if kept:
            groups.append(Group(technology=technology, owner=owner, matches=tuple(kept)))
    return without_mere_sorts(groups)


def _conditions_met(found: list[tuple[Entry, Match]]) -> list[tuple[Entry, Match]]:
    keys = {entry.key for entry, _ in found}
    return [
        (entry, match)
        for entry, match in found
        if "." not in entry.key.rpartition("#")[2]
        and all(f"{entry.key}.{part}" in keys for part in range(len(entry.indicator.all_of)))
    ]


def _unless_off(found: list[tuple[Entry, Match]]) -> list[tuple[Entry, Match]]:
    """Where a setting switches the technology off, what is only declared beside it is a mention."""
    if not any(entry.indicator.switches_off for entry, _ in found):
        return found
    return [
        (entry, msgspec.structs.replace(match, presence=Presence.REFERENCED))
        if match.presence is Presence.DECLARED
        else (entry, match)
        for entry, match in found
    ]


def _by_the_call(found: list[tuple[Entry, Match]]) -> list[tuple[Entry, Match]]:
    """Where the calls that code makes are known one by one, the import as a whole says nothing more."""
    told = {match.artifact for entry, match in found if entry.indicator.kind is IndicatorKind.CALL}
    return [
        (entry, match)
        for entry, match in found
        if entry.indicator.kind is not IndicatorKind.IMPORT or match.artifact not in told
    ]


def _within_own_code(
    found: list[tuple[Entry, Match]], technology: Technology, owner: Owner, owners: Mapping[str, Owner]
) -> list[tuple[Entry, Match]]:
    """Within the technology's own package, or from one of its libraries to another, a use proves only `present`."""
    own = {m.artifact for _, m in found if is_the_thing(m)}
    packages = {owner.identity, *(name for _, m in found for name in owners[m.artifact].own_names)}
    own_packages = {name for name in packages if _is_own_package(technology, name)}

    def is_own(match: Match) -> bool:
        names = (owner.identity, *owners[match.artifact].own_names)
        return any(name in own_packages and _could_be_code_of(name, match) for name in names)

    return [
        (entry, msgspec.structs.replace(match, presence=Presence.PRESENT))
        if match.presence is Presence.USED and (is_own(match) or (match.artifact in own and _is_a_link(match)))
        else (entry, match)
        for entry, match in found
    ]


def _could_be_code_of(package: str, match: Match) -> bool:
    """Whether a package's own code can be in the language of a match: what binds a kit of another language uses it."""
    language = getattr(match.observation, "language", "")
    own = next((languages for start, languages in _LANGUAGES.items() if package.startswith(start)), None)
    return not language or own is None or language in own


def _is_own_package(technology: Technology, identity: str) -> bool:
    """Whether a component is the technology itself, by the package it calls itself: not one that is known to use it."""
    name = identity.lower()
    patterns = [(i.kind, i.value.lower()) for i in technology.indicators if not _names_a_user(i)]
    return any(
        (kind is IndicatorKind.PACKAGE and compile_pattern(value).matches(name))
        or (kind is IndicatorKind.CLASS and compile_pattern(value.partition(":")[2]).matches(f"{name}.x"))
        for kind, value in patterns
    )


def _names_a_user(indicator: Indicator) -> bool:
    return indicator.kind is IndicatorKind.PACKAGE and indicator.presence is Presence.USED


def is_the_thing(match: Match) -> bool:
    """Whether the artifact is, or describes, the technology itself and not something that refers to it."""
    observation = match.observation
    if isinstance(observation, Library):
        return observation.role == "is"
    if isinstance(observation, Package):
        return observation.role == "installed"
    return isinstance(observation, Symbol) and observation.role == "exports"


def _is_a_link(match: Match) -> bool:
    observation = match.observation
    if isinstance(observation, Library):
        return observation.role != "is"
    return isinstance(observation, Symbol) and observation.role == "imports"


def nodes_of(group: Group) -> set[str]:
    """The nodes of the graph by which a component leads to a technology: what matched, what describes the package."""
    nodes = {node_of(match) for _, match in group.matches}
    described_by = group.owner.described_by
    # A row of a register leads there itself; the register as a whole is only what it stands in.
    return (
        nodes
        if not described_by or any(node.startswith(f"{described_by}#") for node in nodes)
        else nodes | {described_by}
    )


def findings_of(groups: Iterable[Group], graph: Any, owners: Mapping[str, Owner]) -> tuple[Finding, ...]:
    """Grade each group; sorted by verdict (strongest first), component and technology, and numbered."""
    groups = tuple(groups)
    code = code_files(groups)
    drafts = [_finding(group, graph, owners, code) for group in groups]
    drafts.sort(key=lambda f: (-f.verdict.rank, f.component.locator, f.technology.id))
    return tuple(msgspec.structs.replace(draft, id=f"F{n}") for n, draft in enumerate(drafts, 1))


def _finding(group: Group, graph: Any, owners: Mapping[str, Owner], code: CodeFiles) -> Finding:
    graded = grade(group.technology, group.matches)
    use, told = code_use_of(group, code, graph)
    evidence = _evidence(group)
    strongest = evidence[0]
    return Finding(
        id="F0",
        fingerprint=fingerprint(group.technology.id, group.owner.identity),
        verdict=graded.verdict,
        technology=_reference(group.technology),
        component=ComponentRef(
            id=group.owner.id,
            name=group.owner.name,
            version=group.owner.version,
            purl=group.owner.purl,
            locator=group.owner.locator,
        ),
        capabilities=graded.capabilities,
        capability_presence=graded.capability_presence,
        presence=graded.presence,
        confidence=_confidence(group, graded),
        evidence=evidence,
        path=path_to(graph, strongest.locator, nodes_of(group), group.technology.id, owners),
        explanation=" ".join(filter(None, (explanation(group.technology, graded), _off(group), told))),
        code_use=use,
    )


def _off(group: Group) -> str:
    places = {match.artifact: match.seen for entry, match in group.matches if entry.indicator.switches_off}
    return " ".join(f"It is switched off in {place} ({seen})." for place, seen in sorted(places.items())[:1])


def _reference(technology: Technology) -> TechnologyRef:
    return TechnologyRef(
        id=technology.id,
        name=technology.name,
        vendor=technology.vendor,
        kind=technology.kind,
        summary=technology.summary,
        references=technology.references,
    )


def _confidence(group: Group, graded: Grade) -> float:
    counted = [
        (entry, match)
        for entry, match in group.matches
        if match.presence is not Presence.REFERENCED or graded.presence is Presence.REFERENCED
    ]
    return confidence(witnesses(counted))


def fingerprint(technology: str, identity: str) -> str:
    """The finding's identity over time: technology and component, without version."""
    return "frscan/v1:" + sha256(f"{technology}\0{identity}".encode()).hexdigest()


def _evidence(group: Group) -> tuple[Evidence, ...]:
    """One entry for each artifact and thing seen in it, by its most telling sight; the most telling first."""
    sights = sorted((_sight(entry, match, group.technology) for entry, match in group.matches), key=_telling)
    kept: dict[tuple[str, str], Evidence] = {}
    places: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for evidence in sights:
        key = (evidence.locator, evidence.value)
        kept.setdefault(key, evidence)
        places[key][evidence.place] = evidence.times
    return tuple(msgspec.structs.replace(e, times=sum(places[key].values())) for key, e in kept.items())


def _telling(evidence: Evidence) -> tuple[int, int, str, str, str]:
    return (
        -evidence.presence.rank,
        _WEIGHT_ORDER[evidence.weight],
        evidence.locator,
        evidence.indicator,
        evidence.place,
    )


def _sight(entry: Entry, match: Match, technology: Technology) -> Evidence:
    indicator, observation = entry.indicator, match.observation
    by = f", in code of {match.by}" if match.by else ""
    origin = f", from {match.origin}" if match.origin else ""
    by += f", used by {match.used_by}" if match.used_by else ""
    by += f", with the model {match.model}" if match.model else ""
    return Evidence(
        kind=str(indicator.kind),
        value=match.seen,
        context=observation.context if isinstance(observation, ByteHit) else "",
        locator=match.artifact,
        place=observation.place + by + origin,
        indicator=f"{indicator.kind}: {indicator.value}",
        weight=weight_of(indicator),
        presence=match.presence,
        grants=granted(entry, technology),
        verified=indicator.verified,
        times=getattr(observation, "times", 1),
        check=check_for(observation, match.artifact, match.artifact_type, is_in_layers=bool(match.origin)),
    )
