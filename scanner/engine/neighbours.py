"""Neighbours: what lies beside a member of a container, which a reader or another container may ask for."""

from scanner.containers import Container, Member
from scanner.containers.beside import path_beside
from scanner.engine.budget import Allowance, Limits
from scanner.engine.unpack import Unpacked, member_named, names_below
from scanner.model.source import Budget, Source, Unreadable


def drawn_on(limits: Limits, source: Source, budget: Allowance, name: str) -> Source | None:
    """A neighbour of a container that it reads as a part of itself, and that counts like one."""
    found = source.group(name)
    if found is not None:
        budget.draw(limits, found.size)
    return found


def neighbour_of(
    limits: Limits, container: Container, source: Source, budget: Budget, member: Member, name: str
) -> Source | None:
    """What lies beside a member of a container by that name, where members can be reached in any order."""
    try:
        found = member_beside(container, source, budget, member, name)
        if found is None:
            return None
        unpacked = Unpacked(found, limits)
        with unpacked as neighbour:
            return neighbour if unpacked.stopped is None else None
    except Unreadable:
        return None


def member_beside(container: Container, source: Source, budget: Budget, member: Member, name: str) -> Member | None:
    """The same, not yet read. Raises `Unreadable` where its container cannot be listed."""
    at = path_beside(member.name, name)
    if at is None or not container.RANDOM_ACCESS:
        return None
    if at.endswith("/"):
        return names_below(container, source, at, budget)
    if member.beside is not None:
        return member.beside(name)
    return member_named((container,), source, at, budget)
