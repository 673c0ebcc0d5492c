"""Settled members: those of which nothing can be said but their type, without asking anybody.

A static library has thousands of them. Their container knows their type, nobody asks for them by name, and nothing that
is looked for stands in them.
"""

from scanner.containers import Member, not_plain
from scanner.engine.discover import Table
from scanner.engine.notes import Notes
from scanner.engine.remember import Found
from scanner.matching.bytescan import ByteScanner
from scanner.model.artifact import Artifact
from scanner.model.locator import base_name, inside
from scanner.model.source import HEAD_BYTES, WordGroup

_NO_GROUPS: frozenset[WordGroup] = frozenset()


class Settled:
    """Tells which members are settled. One per process."""

    def __init__(self, table: Table, scanner: ByteScanner, sizes: frozenset[int]) -> None:
        self._table = table
        self._scanner = scanner
        self._sizes = sizes

    def of(self, member: Member, parent: Notes) -> Found | None:
        """All about a member, if it is settled."""
        plain = member.plain() if member.plain is not not_plain else None
        if plain is None or len(plain.data) in self._sizes:
            return None
        name = base_name(member.name)
        is_asked = self._table.is_asked_beside(name, bytes(plain.data[:HEAD_BYTES]))
        if is_asked or not self._scanner.is_silent(plain.data, _NO_GROUPS):
            return None
        artifact = Artifact(
            locator=inside(parent.locator, member.name),
            name=name,
            type=plain.type,
            size=len(plain.data),
            parent=parent.locator,
            origin=member.origin or parent.origin,
        )
        return Found(artifact)
