"""Dealing out: to which part of a large container a member falls, so that no core waits for another.

Each worker lists all members and comes to the same answer by itself, whatever the others do.
"""

from scanner.containers import Member

_TURN_BYTES = 32 << 10
"""What it costs to come to a member at all, in bytes read."""
_MOST_BYTES = 1 << 30
"""A size is a claim: beyond this it weighs no more."""


class Dealer:
    """Tells the members of one part, each member going to the part that has had the least so far."""

    def __init__(self, part: tuple[int, int]) -> None:
        self._ours, parts = part
        self._had = [0] * parts
        self.listed = 0
        """How many members were come to so far, of all parts."""

    def is_ours(self, member: Member) -> bool:
        """Whether the next member belongs to this part; to be asked of all, in the order they are listed."""
        self.listed += 1
        least = self._had.index(min(self._had))
        self._had[least] += _TURN_BYTES + min(max(member.size, 0), _MOST_BYTES)
        return least == self._ours
