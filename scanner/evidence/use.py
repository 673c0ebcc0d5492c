"""Use: what code outside of it runs is `used`, though the thing itself only shows that it is `present`.

Of what an app brings along, that is used which its own code calls or is linked to, though both are one component, as it
is where the app was unpacked into a folder: a library or a package, and no file of the app's own in which something was
seen, nor a model that it names. In a package of the technology all code is the technology's own.
"""

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
from scanner.model.vocabulary import EdgeKind, Presence

_OF_CODE = frozenset({EdgeKind.CALLS, EdgeKind.LINKS})


def with_use(groups: Iterable[Group], edges: Iterable[Edge], owners: Mapping[str, Owner]) -> tuple[Group, ...]:
    """Raise to `used` what a call, link or load from outside of the technology leads to.

    What has other everyday uses stays as it is: to link it is not to use its face recognition. So does what only
    another part of the same technology leads to.
    """
    groups = tuple(groups)
    users: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for edge in edges:
        if edge.kind in _OF_CODE or (edge.kind.proves_use and owners[edge.source] != owners[edge.target]):
            users[owners[edge.target].locator][edge.target].add(edge.source)
    own: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        own[group.technology.id].update(match.artifact for _, match in group.matches if is_the_thing(match))

    def raised(group: Group) -> Group:
        used = users.get(group.owner.locator)
        if used is None:
            return group
        parts = own[group.technology.id]
        is_own = _owner_is_the_technology(group)

        def is_outside(user: str, target: str) -> bool:
            is_apart = owners[user] != group.owner or (target in parts and not is_own)
            return is_apart and not lies_in_own_folder(user, group.technology)

        others = {t: {user for user in sources - parts if is_outside(user, t)} for t, sources in used.items()}
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
    """Whether a package of the technology is in the component: then to use any file of it is to use it."""
    return bool(_packages(group))


def _owner_is_the_technology(group: Group) -> bool:
    """Whether the component is itself a package of the technology."""
    return group.owner.purl in _packages(group)


def _packages(group: Group) -> set[str]:
    seen = (match.observation for _, match in group.matches)
    return {one.purl for one in seen if isinstance(one, Package) and one.role == "installed"}


def _raised(group: Group, entry: Entry, match: Match, users: set[str]) -> Match:
    if match.presence is not Presence.PRESENT or not users or is_general(entry, group.technology):
        return match
    return msgspec.structs.replace(match, presence=Presence.USED, used_by=min(users))
