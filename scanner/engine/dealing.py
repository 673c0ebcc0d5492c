"""Dealing out: to which part of a large container a member falls, so that no core waits for another.

Each worker comes to the same answer by itself, whatever the others do: it lists all members, or those of its share
alone where the container can tell them apart before it looks at them.
"""

from collections.abc import Iterator
from typing import Any, cast

from scanner.containers import Container, Member
from scanner.engine.known import offers
from scanner.model.source import Budget, Source

_TURN_BYTES = 32 << 10
"""What it costs to come to a member at all, in bytes read."""
_MOST_BYTES = 1 << 30
"""A size is a claim: beyond this it weighs no more."""


class Dealer:
    """Tells the members of one part, each member going to the part that has had the least so far."""

    def __init__(self, part: tuple[int, int]) -> None:
        self._ours, parts = part
        self._had = [0] * parts

    def is_ours(self, member: Member) -> bool:
        """Whether the next member belongs to this part; to be asked of all, in the order they are listed."""
        least = self._had.index(min(self._had))
        self._had[least] += _TURN_BYTES + min(max(member.size, 0), _MOST_BYTES)
        return least == self._ours


def dealt(container: Container, source: Source, budget: Budget, part: tuple[int, int]) -> Iterator[Member | None]:
    """The members of one part of a container; None for each of the others that had to be listed too."""
    if part[1] > 1 and offers(container, "share"):
        yield from cast("Any", container).share(source, budget, *part)  # Any: few have that function
        return
    dealer = Dealer(part)
    for member in container.members(source, budget):
        yield member if dealer.is_ours(member) else None
