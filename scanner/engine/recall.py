"""Recalling: what an earlier scan read of the same bytes, for a file of the target and for each member of a large one.

The image of a disk or of a container differs from the one before in few of its files. Each is known again by the digest
of its bytes; or, where metadata are trusted, by what its file system says of it, and then its bytes are not read.
A reader may have asked for a file's neighbours: what is kept holds only beside the same ones.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from blake3 import blake3

from scanner.containers import Member
from scanner.engine.budget import OUT_OF_MEMORY
from scanner.engine.looks import Look, Looks
from scanner.engine.remember import Found, Keys, joined, pattern_half, structure_half
from scanner.engine.shared import Caches
from scanner.engine.sources import BytesSource
from scanner.formats.mapped import windows
from scanner.model.artifact import Artifact, Unread
from scanner.model.locator import base_name
from scanner.model.source import Source, Unreadable
from scanner.model.vocabulary import Cause

WORTH_KEEPING_BYTES = 64 << 10
"""Smaller files that no reader wants are scanned as quickly as they are looked up."""
MEMBERS_FROM_BYTES = 32 << 20
"""The members of a container this large are kept each by itself, too."""
WHOLE_TO_BYTES = 512 << 20
"""Inside another one, a larger container is kept by its members alone."""

_LOOKED_UP_AT_ONCE = 256

_UNKNOWN: tuple[Look | None, Sequence[Found]] = (None, ())
_PASSING = frozenset(
    {Cause.TIMED_OUT, Cause.CRASHED, Cause.VANISHED, Cause.PACKED, Cause.PERMISSION, Cause.INTERRUPTED}
)
"""Time, rights, or a program for unpacking, which another run may have, decided what was read."""


class Neighbours:
    """Gives a file's neighbours, and notes which ones were asked for and what they held."""

    def __init__(self, ask: Callable[[str], Source | None]) -> None:
        self._ask = ask
        self.asked: dict[str, bytes] = {}
        """Digests of their bytes by name; empty where there is none."""

    def __call__(self, name: str) -> Source | None:
        """The neighbour of that name."""
        found = self._ask(name)
        self.asked[name] = digest_of(found) if found is not None else b""
        return found


class Recall:
    """What is known from the cache, and what is to be kept there."""

    def __init__(self, caches: Caches, keys: Keys, *, trusts_metadata: bool) -> None:
        self._caches = caches
        self._keys = keys
        self._trusts_metadata = trusts_metadata
        self._keep: dict[bytes, bytes] = {}
        self._looks = Looks(caches, keys, (0, 1))
        self.left_unread = False
        """Whether any member was taken for unchanged by its looks."""

    def begin(self, part: tuple[int, int]) -> None:
        """Begin with a file, or a part of it: nothing is left of the one before that was not read to its end."""
        self._keep = {}
        self.left_unread = False
        self._looks = Looks(self._caches, self._keys, part)

    def kept_so_far(self) -> dict[bytes, bytes]:
        """What is to be kept wherever it may be of use, of what was read since this was last asked."""
        kept, self._keep = self._keep, {}
        return kept

    def taken(self) -> tuple[dict[bytes, bytes], dict[bytes, bytes]]:
        """The rest of it, and what is to be kept by this machine alone."""
        return self.kept_so_far(), self._looks.changed()

    def by_bytes(
        self, source: Source, content: bytes, part: tuple[int, int] = (0, 1), told: Sequence[str] = ()
    ) -> list[Found] | None:
        """What was read of the same bytes beside the same neighbours."""
        found = self._of(content, source.name, part, told)
        if found is None or any(_asked_again(source, name) != was for name, was in found[1].items()):
            return None
        return found[0]

    def keep(
        self,
        found: Sequence[Found],
        source: Source,
        content: bytes,
        asked: dict[str, bytes],
        part: tuple[int, int] = (0, 1),
        told: Sequence[str] = (),
    ) -> bool:
        """Keep what was read, unless another run may read something else."""
        if was_cut_short(found):
            return False
        structure, patterns = self._keys.of(content, source.name, part, told)
        self._keep[structure] = structure_half(found, asked)
        self._keep[patterns] = pattern_half(found)
        return True

    def foreseeing(
        self, members: Iterable[Member | None], most_bytes: int
    ) -> Iterator[tuple[Member | None, Sequence[Found]]]:
        """The same members, which may be reached in any order, each with what is known of it; nothing, where it has to
        be read. A few hundred are looked up at once.

        A member is known by how it looks, where metadata are trusted; otherwise by its name and the digest of its
        bytes, if they lie in its container as they are and are no more than `most_bytes`.
        """
        coming = iter(members)
        while batch := list(islice(coming, _LOOKED_UP_AT_ONCE)):
            known = self._looked_up([one for one in batch if one is not None and one.kind == "file" and one.stamp])
            for member in batch:
                look, found = known.get(id(member), _UNKNOWN)
                if member is None or look is None or not self._is_the_same(member, look, most_bytes):
                    yield member, ()
                    continue
                self._looks.note(member, look)
                yield member, found

    def _looked_up(self, members: Sequence[Member]) -> dict[int, tuple[Look | None, Sequence[Found]]]:
        """How those looked of which something is known, and what, by the members' ids."""
        looks = self._looks.of if self._trusts_metadata else self._looks.named
        known: dict[int, tuple[Look | None, Sequence[Found]]] = {}
        asked: list[tuple[bytes, bytes, Member, Look]] = []
        for member in members:
            look = looks(member)
            if look is None:
                continue
            name = base_name(member.name)
            if look.has_facts:
                asked.append((*self._keys.of(look.content, name, (0, 1)), member, look))
            else:
                known[id(member)] = look, (Found(Artifact(locator="", name=name, type=look.type, size=look.size_read)),)
        kept = self._caches.get(sorted({key for one in asked for key in one[:2]}))
        for structure, patterns, member, look in asked:
            found = joined(kept.get(structure, b""), kept.get(patterns, b""))
            if found is not None:
                known[id(member)] = look, found[0]
        return known

    def _is_the_same(self, member: Member, look: Look, most_bytes: int) -> bool:
        """Whether a member is what it looks like."""
        if self._trusts_metadata:
            self.left_unread = True
            return True
        if not look.content or member.in_place is None or member.size > most_bytes:
            return False
        try:
            pieces = member.in_place()
        except Unreadable:
            return False
        return pieces is not None and digest_over(pieces) == look.content

    def keep_look(
        self, member: Member, found: Sequence[Found], content: bytes, asked: dict[str, bytes], *, has_facts: bool
    ) -> None:
        """Keep how a member looked, if nothing else decided what was read of it. `content`, the digest of its bytes,
        may be empty where it has no facts."""
        is_plain = len(found) == 1 and not (found[0].structure or found[0].patterns or found[0].unread)
        if member.stamp and not asked and (has_facts or is_plain):
            own = found[-1].artifact  # a container comes after what it holds
            look = Look(member.name, member.size, member.stamp, own.type, own.size, content, has_facts)
            self._looks.note(member, look)

    def _of(
        self, content: bytes, name: str, part: tuple[int, int], told: Sequence[str]
    ) -> tuple[list[Found], dict[str, bytes]] | None:
        structure, patterns = self._keys.of(content, name, part, told)
        kept = self._caches.get([structure, patterns])
        return joined(kept[structure], kept[patterns]) if len(kept) == 2 else None


def digest_of(source: Source) -> bytes:
    """The digest of an artifact's bytes."""
    return digest_over(source.pieces() if isinstance(source, BytesSource) else windows(source.view()))


def digest_over(pieces: Iterable[memoryview]) -> bytes:
    """The digest of bytes that lie in several pieces."""
    hasher = blake3()
    for piece in pieces:
        hasher.update(piece)
    return hasher.digest()


def was_cut_short(found: Sequence[Found]) -> bool:
    """Whether time, memory or a program of the system decided what was read."""
    return any(may_pass(unread) for item in found for unread in item.unread)


def may_pass(unread: Unread) -> bool:
    """Whether another run may read what this one could not."""
    return unread.cause in _PASSING or unread.reason.startswith(OUT_OF_MEMORY)


def was_limited(found: Sequence[Found]) -> bool:
    """Whether a limit was met: that of a member depends on what its container has spent before."""
    return any(unread.cause is Cause.LIMIT for item in found for unread in item.unread)


def _asked_again(source: Source, name: str) -> bytes:
    found = source.group(name)
    return digest_of(found) if found is not None else b""
