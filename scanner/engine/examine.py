"""Examining: one file of the target, with everything nested in it, becomes facts. Runs in a worker process.

Nothing that a file contains is executed, imported or unpickled, and nothing is written under a name it gives.
Locators here are relative to the file: `""` is the file itself, `!/lib/libx.so` a member.
"""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import NamedTuple

from scanner.catalogue.rules import ByteRules
from scanner.containers import Container, Member
from scanner.engine.budget import Allowance, Limits
from scanner.engine.dealing import dealt
from scanner.engine.discover import Table, Wanted
from scanner.engine.known import readers
from scanner.engine.neighbours import drawn_on, member_beside, neighbour_of
from scanner.engine.notes import Notes
from scanner.engine.parts import Parts
from scanner.engine.recall import (
    MEMBERS_FROM_BYTES,
    WHOLE_TO_BYTES,
    WORTH_KEEPING_BYTES,
    Neighbours,
    Recall,
    digest_of,
    was_limited,
)
from scanner.engine.remember import Found, by_itself, moved
from scanner.engine.settled import Settled
from scanner.engine.sources import NOWHERE, BytesSource
from scanner.engine.unpack import Unpacked, members_named
from scanner.matching.bytescan import ByteScanner
from scanner.model.artifact import WHITEOUT, Artifact, Unread
from scanner.model.locator import base_name, inside
from scanner.model.observation import Digest
from scanner.model.source import Budget, Reader, Region, Source, Unreadable
from scanner.model.vocabulary import Cause

_TOO_MANY_DEATHS = "Too many parts of it ended the process that read them; what comes after those was not read."
Tell = Callable[[str, str], None]
"""Told at which stage which part of a file is come to; the part by its locator below the file."""


def tells_nobody(_stage: str, _locator: str) -> None:
    """What is told where nobody listens."""


class _Opened(NamedTuple):
    """A container that opens a file."""

    container: Container
    marks: Mapping[str, Sequence[int]] = NOWHERE
    """Its marks that were seen in the file, and where, as far as that is known, where it looks inside files of other
    types."""
    is_guess: bool = False
    """It looks inside files of no known type: not where another one has opened the file."""


class _GivenUp(Exception):
    """The rest of a file is not looked at."""


class Examiner:
    """Readers, containers and byte rules, ready to work. One per process."""

    def __init__(
        self,
        rules: ByteRules,
        limits: Limits,
        context_bytes: int,
        recall: Recall | None = None,
        keys: tuple[bytes, ...] = (),
    ) -> None:
        self.table = Table()
        self._keys = keys
        self._recall = recall
        self._sizes = rules.sizes
        self._limits = limits
        self._scanner = ByteScanner(rules, context_bytes=context_bytes)
        self._settled = Settled(self.table, self._scanner, rules.sizes)
        self._lost: dict[tuple[str, str], Unreadable] = {}
        self._stops_at: tuple[str, str] | None = None
        self._tell: Tell = tells_nobody

    def leave_alone(self, lost: Iterable[Unread], stops_at: Unread | None, tell: Tell) -> None:
        """Do not do with the file that comes next what a process died of, and report it; tell of what is come to.

        What comes after `stops_at` is not looked at either.
        """
        self._lost = {(unread.stage, unread.locator): Unreadable(unread.cause, unread.reason) for unread in lost}
        self._stops_at = (stops_at.stage, stops_at.locator) if stops_at else None
        self._tell = tell

    def examine(
        self, source: BytesSource, wanted: Wanted, budget: Allowance, *, part: tuple[int, int] = (0, 1)
    ) -> Iterator[Found]:
        """Everything about a file. Of a file split in `part[1]` parts, part 0 speaks of the file itself too."""
        notes = Notes()
        try:
            yield from self._triage(source, wanted, notes, "", budget, part=part)
        except _GivenUp:
            notes.could_not("read", Unreadable(Cause.CRASHED, _TOO_MANY_DEATHS))
            yield notes.found(Artifact(locator="", name=source.name, type=wanted.type, size=source.size))

    def is_silent(self, source: BytesSource, wanted: Wanted) -> bool:
        """Whether nothing of a small file could give an observation, as far as a single pass over it tells."""
        if not wanted.may_be_silent or source.size in self._sizes:
            return False
        if wanted.passed_over:
            return not wanted.sought or self._scanner.is_unmarked(source.view(), wanted.words)
        return self._scanner.is_silent(source.view(), wanted.words if wanted.readers or wanted.sought else None)

    def read_deeper(
        self, source: BytesSource, within: str, reader: str, focus: frozenset[str], budget: Allowance
    ) -> Found:
        """What a reader says of an artifact that lies `within` a file, asked about the names in `focus`."""
        notes = Notes(within)
        own = budget.child(self._limits, own_bytes=source.size)
        self._read(next(one for one in readers() if one.INFO.name == reader), source.with_focus(focus), own, notes)
        parent = within.rpartition("!/")[0]
        return notes.found(Artifact(locator=within, name=source.name, type=reader, size=source.size, parent=parent))

    def unpacked(self, source: BytesSource, names: Collection[str], budget: Budget) -> Iterator[tuple[str, Unpacked]]:
        """Members of a file again, by their names there; those that are gone are left out."""
        left = set(names)
        for opened in self._ways_into(source):
            for name, member in members_named((opened.container,), _told_of(opened, source), left, budget):
                left.remove(name)
                yield name, Unpacked(member, self._limits, keys=self._keys)
            if not left:
                return

    def _ways_into(self, source: BytesSource) -> Iterator[_Opened]:
        """The containers that open a file; it is searched for marks only where those that need none do not suffice."""
        wanted = self.table.wanted(source.name, source.head, source)
        yield from map(_Opened, wanted.containers)
        if wanted.sought and not self._scanner.is_unmarked(source.view(), wanted.words):
            yield from self._marked(source, wanted)

    def _triage(
        self,
        source: BytesSource,
        wanted: Wanted,
        notes: Notes,
        parent: str,
        budget: Allowance,
        *,
        nesting: int = 0,
        part: tuple[int, int] = (0, 1),
    ) -> Iterator[Found]:
        own = budget.child(self._limits, own_bytes=source.size)
        opened = tuple(_Opened(container) for container in wanted.containers)
        if part[0] == 0:
            is_lost = self._is_lost("read", notes)
            if not is_lost:
                self._read_itself(source, wanted, own, notes)
            if wanted.sought:
                opened += tuple(map(_Opened, wanted.sought)) if is_lost else self._marked(source, wanted)
        if opened and not self._is_lost("list", notes):
            yield from self._members(opened, source, own, notes, nesting, part)
        artifact = Artifact(
            locator=notes.locator,
            name=source.name,
            type=wanted.passed_over or wanted.type,
            size=source.size,
            parent=parent,
            origin=notes.origin,
        )
        if part[0] == 0 or notes.unread:
            yield notes.found(artifact)

    def _is_lost(self, stage: str, notes: Notes) -> bool:
        """Whether a process died of what is come to now; if so, it is noted."""
        self._tell(stage, notes.locator)
        if self._stops_at == (stage, notes.locator):
            raise _GivenUp
        why = self._lost.get((stage, notes.locator))
        if why is not None:
            notes.could_not(stage, why)
        return why is not None

    def _read_itself(self, source: BytesSource, wanted: Wanted, budget: Budget, notes: Notes) -> None:
        """The file's own structure and bytes, without what lies inside it."""
        for reader in wanted.readers:
            if not reader.INFO.after_words:
                self._read(reader, source, budget, notes)
        if not wanted.passed_over and not wanted.is_seen_through:
            self._look_at_bytes(source, wanted, budget, notes)
        if source.size in self._sizes:
            value = sha256(source.view()).hexdigest()
            notes.patterns.append(Digest(algorithm="sha256", value=value, place="whole file"))

    def _marked(self, source: BytesSource, wanted: Wanted) -> tuple[_Opened, ...]:
        """Those that look inside a file of another type, where their marks were seen or nobody can look for them."""
        if wanted.passed_over and self._scanner.is_unmarked(source.view(), wanted.words):
            return ()
        looked = {c: self._scanner.seen_inside(c.INFO) for c in wanted.sought}
        return tuple(
            _Opened(c, seen or NOWHERE, wanted.type == "data" and getattr(c, "UNKNOWN", False))
            for c, seen in looked.items()
            if seen is None or seen
        )

    def _look_at_bytes(self, source: BytesSource, wanted: Wanted, budget: Budget, notes: Notes) -> None:
        regions = partial(_regions, wanted, source, budget, notes)
        notes.patterns.extend(notes.kept("bytes", lambda: self._scanner.scan(source.view(), regions, wanted.words)))
        slow = [reader for reader in wanted.readers if reader.INFO.after_words]
        for reader in slow:
            words = self._scanner.words_in(source.view(), reader.INFO.after_words)
            if words:
                focused = source.with_focus(words, self._scanner.named_in)
                notes.patterns.extend(notes.kept(reader.INFO.name, partial(reader.observe, focused, budget)))

    def _read(self, reader: Reader, source: Source, budget: Budget, notes: Notes) -> None:
        notes.structure.extend(notes.kept(reader.INFO.name, partial(reader.observe, source, budget)))

    def _members(
        self,
        opened: tuple[_Opened, ...],
        source: BytesSource,
        budget: Allowance,
        notes: Notes,
        nesting: int,
        part: tuple[int, int],
    ) -> Iterator[Found]:
        if nesting >= self._limits.nesting:
            reason = f"It lies {nesting} containers deep; what is inside it was not read."
            notes.could_not("list", Unreadable(Cause.LIMIT, reason))
            return
        source = source.beside(partial(drawn_on, self._limits, source, budget))
        is_open = False
        for one in opened:
            if not (one.is_guess and is_open):
                listed = yield from self._listed(one, source, budget, notes, nesting, part)
                notes.say_how_far("list", f"{listed:,} entries were listed before.")
                is_open = is_open or listed > 0

    def _listed(
        self,
        opened: _Opened,
        source: BytesSource,
        budget: Allowance,
        notes: Notes,
        nesting: int,
        part: tuple[int, int],
    ) -> Generator[Found, None, int]:
        """What one container holds; gives back how many entries it listed."""
        container = opened.container
        neighbour = partial(neighbour_of, self._limits, container, source, budget)
        members = notes.kept("list", partial(dealt, container, _told_of(opened, source), budget, part))
        parts = Parts(partial(member_beside, container, source, budget))
        listed = 0
        for listed, (member, known) in enumerate(self._foreseen(container, members), 1):  # noqa: B007  (told behind it)
            if member is None:
                continue
            if member.notes:
                notes.oddities.extend(f"{member.name}: {oddity}" for oddity in member.notes)
            if member.kind == "whiteout":
                at = inside(notes.locator, member.name)
                yield Found(Artifact(locator=at, name=base_name(at), type=WHITEOUT, size=0, parent=notes.locator))
            if member.kind != "file" or parts.has(member):
                continue
            if known and self._has_room_for(known, nesting + 1):
                at = inside(notes.locator, member.name)
                yield from _in_place(known, at, member.origin or notes.origin, notes)
                continue
            plain = self._settled.of(member, notes) if self._is_calm else None
            if plain is not None:
                yield plain
                continue
            is_large = source.size + budget.drawn_bytes >= MEMBERS_FROM_BYTES
            recall = self._recall if is_large else None
            yield from self._member(member, neighbour, notes, budget, nesting, recall)
            self._tell("list", notes.locator)
        return listed

    @property
    def _is_calm(self) -> bool:
        """Whether no process has died of parts of the file: otherwise each of them is come to by itself."""
        return self._tell is tells_nobody

    def _foreseen(
        self, container: Container, members: Iterable[Member | None]
    ) -> Iterator[tuple[Member | None, Sequence[Found]]]:
        """The members, each with all about it where an earlier scan tells; nothing, where it has to be read."""
        if self._recall and container.RANDOM_ACCESS and self._is_calm:
            return self._recall.foreseeing(members, self._limits.member_bytes)
        return ((member, ()) for member in members)

    def _member(
        self,
        member: Member,
        neighbour: Callable[[Member, str], Source | None],
        parent: Notes,
        budget: Allowance,
        nesting: int,
        recall: Recall | None,
    ) -> Iterator[Found]:
        notes = Notes(inside(parent.locator, member.name), member.origin or parent.origin)
        name = base_name(member.name)
        if self._is_lost("open", notes):
            yield notes.found(_unread_member(notes, name, parent))
            return
        ask = partial(neighbour, member)
        neighbours = Neighbours(ask)
        unpacked = Unpacked(
            member,
            self._limits,
            enough=lambda head: bool(self.table.wanted(name, head).passed_over),
            neighbour=neighbours if recall else ask,
            keys=self._keys,
        )
        with unpacked as source:
            if unpacked.stopped is not None:
                notes.could_not("read", unpacked.stopped)
                notes.say_how_far("read", f"{source.size:,} bytes were read.")
                if source.size == 0:
                    yield notes.found(_unread_member(notes, name, parent))
                    return
            elif recall is not None and not self._is_dealt_out(source):
                yield from self._recalled(recall, member, source, neighbours, notes, parent, budget, nesting + 1)
                return
            elif mute_type := self._mute_type(source, self.table.wanted(name, source.head)):
                own = Artifact(locator="", name=name, type=mute_type, size=source.size)
                yield from _in_place((Found(own),), notes.locator, notes.origin, parent)
                return
            wanted = self.table.wanted(source.name, source.head, source)
            yield from self._triage(source, wanted, notes, parent.locator, budget, nesting=nesting + 1)

    def _mute_type(self, source: BytesSource, wanted: Wanted) -> str:
        """The type of a file that is small or passed over, if a single pass over it tells that there is nothing more
        to say; else empty. `wanted`, here and below, by its beginning alone."""
        is_mute = (source.size < WORTH_KEEPING_BYTES or wanted.passed_over) and self.is_silent(source, wanted)
        return wanted.passed_over or wanted.type if is_mute else ""

    def _recalled(
        self,
        recall: Recall,
        member: Member,
        source: BytesSource,
        neighbours: Neighbours,
        notes: Notes,
        parent: Notes,
        budget: Allowance,
        nesting: int,
    ) -> Iterator[Found]:
        """All about a member from the cache, or what is read of it now, to be kept as that of a file by itself."""
        wanted = self.table.wanted(source.name, source.head)
        mute_type = self._mute_type(source, wanted)
        if mute_type:
            own = Artifact(locator="", name=source.name, type=mute_type, size=source.size)
            is_looked_through = not wanted.passed_over or bool(wanted.sought)
            content = digest_of(source) if is_looked_through else b""
            recall.keep_look(member, (Found(own),), content, neighbours.asked, has_facts=False)
            yield from _in_place((Found(own),), notes.locator, notes.origin, parent)
            return
        # Of what is known, nobody who wants it has to look further than its beginning.
        is_worth_keeping = source.size >= WORTH_KEEPING_BYTES or bool(wanted.readers or wanted.containers)
        content = digest_of(source)
        known = recall.by_bytes(source, content) if is_worth_keeping else None
        if known is not None and self._has_room_for(known, nesting):
            recall.keep_look(member, known, content, neighbours.asked, has_facts=True)
            yield from _in_place(known, notes.locator, notes.origin, parent)
            return
        wanted = self.table.wanted(source.name, source.head, source)
        found: list[Found] = []
        for item in self._triage(source, wanted, notes, parent.locator, budget, nesting=nesting):
            found.append(by_itself(item, notes.locator, notes.origin))
            yield item
        if not was_limited(found):
            has_facts = is_worth_keeping and recall.keep(found, source, content, neighbours.asked)
            if has_facts or not is_worth_keeping:
                recall.keep_look(member, found, content, neighbours.asked, has_facts=has_facts)

    def _is_dealt_out(self, source: BytesSource) -> bool:
        """Whether it is a container of which only the members are kept."""
        return source.size >= WHOLE_TO_BYTES and bool(self.table.wanted(source.name, source.head, source).containers)

    def _has_room_for(self, known: Sequence[Found], nesting: int) -> bool:
        """Whether nothing of what is known of a member, or of what it holds, would lie too deep here."""
        return nesting + max(item.artifact.locator.count("!/") for item in known) <= self._limits.nesting


def _told_of(opened: _Opened, source: BytesSource) -> BytesSource:
    """The file as the container is given it: with its marks, if any were seen."""
    return source.with_focus(frozenset(opened.marks), at=opened.marks) if opened.marks else source


def _unread_member(notes: Notes, name: str, parent: Notes) -> Artifact:
    return Artifact(locator=notes.locator, name=name, type="unread", size=0, parent=parent.locator)


def _in_place(found: Iterable[Found], at: str, origin: str, parent: Notes) -> Iterator[Found]:
    to = Artifact(locator=at, name="", type="", size=0, parent=parent.locator, origin=origin)
    return (moved(item, to) for item in found)


def _regions(wanted: Wanted, source: Source, budget: Budget, notes: Notes) -> Iterator[Region]:
    """The named parts of the file, from the readers that know its type."""
    for reader in wanted.readers:
        regions = getattr(reader, "regions", None)
        if regions is not None:
            yield from notes.kept(reader.INFO.name, partial(regions, source, budget))
