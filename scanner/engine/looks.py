"""Looks: what the files of a file system looked like when they were last read, and the digests of their bytes.

A file that looks as it did is known again unread, where metadata are trusted; otherwise it is known by its name and
digest alone, without asking anybody what it is.

One table a file system and part of a scan, under the number that the file system was given when it was made. Copies of
one system that then went different ways share that number, so a table also keeps what it did not meet this time, as
much of that as it did meet.
"""

from functools import cached_property

import msgspec

from scanner.containers import Member
from scanner.engine.remember import Keys
from scanner.engine.shared import Caches


class Look(msgspec.Struct, frozen=True, array_like=True):
    """How a member looked, and what there is to know of it."""

    name: str
    size: int
    """As its container says."""
    stamp: tuple[int, ...]
    type: str
    size_read: int
    content: bytes = b""
    """Digest of its bytes; empty, where it was not taken because not all of it was looked at."""
    has_facts: bool = False
    """Whether facts are kept under that digest; otherwise it has none beyond its type."""


_tables = msgspec.msgpack.Decoder(list[Look])
_Same = tuple[str, int, tuple[int, ...]]


class _Table:
    """The looks of one file system."""

    def __init__(self, before: dict[_Same, Look]) -> None:
        self.before = before
        self.now: dict[_Same, Look] = {}

    @cached_property
    def by_name(self) -> dict[tuple[str, int], Look]:
        """Those before by name and size, however else they looked; of several the one that was met last."""
        return {(look.name, look.size): look for look in reversed(self.before.values())}


class Looks:
    """The tables of what is read at one time."""

    def __init__(self, caches: Caches, keys: Keys, part: tuple[int, int]) -> None:
        self._caches = caches
        self._keys = keys
        self._part = part
        self._tables: dict[bytes, _Table] = {}

    def of(self, member: Member) -> Look | None:
        """How a member looked if it still looks so; None where nobody knows."""
        return self._table(member.system).before.get((member.name, member.size, member.stamp))

    def named(self, member: Member) -> Look | None:
        """How a member of that name and size looked; None where nobody knows."""
        return self._table(member.system).by_name.get((member.name, member.size))

    def note(self, member: Member, look: Look) -> None:
        """Note how a member looks, which was read or known again."""
        if look.stamp != member.stamp:
            look = msgspec.structs.replace(look, stamp=member.stamp)
        self._table(member.system).now[member.name, member.size, member.stamp] = look

    def changed(self) -> dict[bytes, bytes]:
        """The tables with something new in them, to be kept."""
        number, parts = self._part
        kept: dict[bytes, bytes] = {}
        for system, table in self._tables.items():
            if not table.now.items() <= table.before.items():
                others = [look for same, look in table.before.items() if same not in table.now]
                looks = [*table.now.values(), *others[: len(table.now)]]
                kept[self._keys.of_looks(system, number, parts)] = msgspec.msgpack.encode(looks)
                kept[self._keys.of_looks(system, 0, 0)] = msgspec.msgpack.encode(parts)
        return kept

    def _table(self, system: bytes) -> _Table:
        table = self._tables.get(system)
        if table is None:
            table = self._tables[system] = _Table(self._loaded(system))
        return table

    def _loaded(self, system: bytes) -> dict[_Same, Look]:
        """This part's own table, or all of them where the last scan dealt the files out to other parts."""
        number, parts = self._part
        index = self._keys.of_looks(system, 0, 0)
        kept = self._caches.get_own([index]).get(index)
        dealt = msgspec.msgpack.decode(kept, type=int) if kept is not None else 0
        wanted = range(number, number + 1) if dealt == parts else range(dealt)
        keys = [self._keys.of_looks(system, one, dealt) for one in wanted]
        tables = self._caches.get_own(keys).values()
        return {(look.name, look.size, look.stamp): look for table in tables for look in _tables.decode(table)}
