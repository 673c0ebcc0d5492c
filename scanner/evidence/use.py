"""Use: what another component's code runs is `used`, though the thing itself only shows that it is `present`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from scanner.catalogue.index import Entry
from scanner.evidence.findings import is_the_thing
from scanner.evidence.group import Group
from scanner.evidence.owner import Owner
from scanner.evidence.verdict import is_general
from scanner.matching.match import Match, lies_in_own_folder
from scanner.model.observation import Package
from scanner.model.report import Edge
from scanner.model.vocabulary import Presence


def with_use(groups: Iterable[Group], edges: Iterable[Edge], owners: Mapping[str, Owner]) -> tuple[Group, ...]:
    """Raise to `used` what a call, link or load from another component leads to.

    What has other everyday uses stays as it is: to link it is not to use its face recognition. So does what only
    another part of the same technology leads to.
    """
    groups = tuple(groups)
    users: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for edge in edges:
        if edge.kind.proves_use and owners[edge.source] != owners[edge.target]:
            users[owners[edge.target].locator][edge.target].add(edge.source)
    own: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        own[group.technology.id].update(match.artifact for _, match in group.matches if is_the_thing(match))

    def raised(group: Group) -> Group:
        used = users.get(group.owner.locator)
        if used is None:
            return group
        parts = own[group.technology.id]
        others = {
            target: {user for user in sources - parts if not lies_in_own_folder(user, group.technology)}
            for target, sources in used.items()
        }
        whole = set().union(*others.values()) if _is_the_technology(group) else set()
        # What leads to a package leads to the file that describes it; what else that file holds is not what is used.
        others.pop(group.owner.described_by, None)
        return msgspec.structs.replace(
            group,
            matches=tuple(
                (entry, _raised(group, entry, match, whole | others.get(match.artifact, set())))
                for entry, match in group.matches
            ),
        )

    return tuple(raised(group) for group in groups)


def _is_the_technology(group: Group) -> bool:
    """Whether the component is a package of the technology: then to use any file of it is to use it."""
    return any(isinstance(m.observation, Package) and m.observation.role == "installed" for _, m in group.matches)


def _raised(group: Group, entry: Entry, match: Match, users: set[str]) -> Match:
    if match.presence is not Presence.PRESENT or not users or is_general(entry, group.technology):
        return match
    return msgspec.structs.replace(match, presence=Presence.USED, used_by=min(users))
