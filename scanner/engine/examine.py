"""Examining: one file of the target, with everything nested in it, becomes facts. Runs in a worker process.

Nothing that a file contains is executed, imported or unpickled, and nothing is written under a name it gives.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from scanner.catalogue.rules import ByteRules
from scanner.containers import Container, Member
from scanner.engine.budget import Allowance, Limits
from scanner.engine.discover import Table, Wanted
from scanner.engine.sources import BytesSource, OpenFile
from scanner.engine.unpack import Unpacked, member_named
from scanner.formats import readers
from scanner.matching.bytescan import ByteScanner
from scanner.model.artifact import Artifact, ArtifactFacts, Unread
from scanner.model.locator import base_name, inside
from scanner.model.observation import Digest, Observation
from scanner.model.source import Budget, Reader, Region, Source, Unreadable
from scanner.model.vocabulary import Cause

_T = TypeVar("_T")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker needs to know, once."""

    rules: ByteRules
    limits: Limits = Limits()
    context_bytes: int = 0


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One file to examine; or, for a depth request, one artifact in it."""

    path: str
    """Where the file lies on this machine: never part of a fact."""
    locator: str
    is_target: bool = False
    """Whether the file is the target itself."""
    within: str = ""
    """Depth: locator of the artifact asked about."""
    reader: str = ""
    """Depth: name of the reader asked; empty: triage of everything."""
    focus: frozenset[str] = frozenset()


class _Notes:
    """What has been read from one artifact so far."""

    def __init__(self, locator: str) -> None:
        self.locator = locator
        self.observations: list[Observation] = []
        self.unread: list[Unread] = []
        self.oddities: list[str] = []

    def could_not(self, stage: str, why: Unreadable) -> None:
        self.unread.append(Unread(locator=self.locator, stage=stage, cause=why.cause, reason=why.reason))

    def read(self, reader: Reader, source: Source, budget: Budget) -> None:
        """Keep what a reader yields before it stops."""
        self.observations.extend(self.kept(reader.INFO.name, lambda: reader.observe(source, budget)))

    def kept(self, stage: str, produce: Callable[[], Iterable[_T]]) -> Iterator[_T]:
        """What comes before an error, and a record of the error."""
        try:
            yield from produce()
        except Unreadable as why:
            self.could_not(stage, why)
        except Exception as error:  # the worker's edge: a fault in one reader costs one reading
            reason = f"The reader failed on it ({type(error).__name__}); please report this to the project."
            self.could_not(stage, Unreadable(Cause.CRASHED, reason))

    def facts(self, artifact: Artifact) -> ArtifactFacts:
        return ArtifactFacts(
            artifact=artifact,
            observations=tuple(self.observations),
            unread=tuple(self.unread),
            oddities=tuple(self.oddities),
        )


class Examiner:
    """Readers, containers and byte rules, ready to work. One per process."""

    def __init__(self, plan: Plan) -> None:
        self._rules = plan.rules
        self._limits = plan.limits
        self._table = Table()
        self._scanner = ByteScanner(plan.rules, context_bytes=plan.context_bytes)

    def examine(self, task: Task) -> Iterator[ArtifactFacts]:
        """Facts of the file and of everything in it, or the answer to a depth request."""
        budget = Allowance.for_file(self._limits)
        notes = _Notes(task.within or task.locator)
        try:
            with OpenFile(Path(task.path)) as source:
                if task.reader:
                    yield self._deepen(source, task, budget)
                    return
                if task.is_target and source.size == 0:
                    notes.could_not(
                        "read", Unreadable(Cause.DAMAGED, "The file is empty: there is nothing to look at.")
                    )
                yield from self._triage(source, notes, "", budget, nesting=0, is_target=task.is_target)
        except Unreadable as why:
            notes.could_not("open", why)
            yield notes.facts(_unread_artifact(notes.locator))

    def _triage(
        self,
        source: BytesSource,
        notes: _Notes,
        parent: str,
        budget: Allowance,
        *,
        nesting: int,
        is_target: bool = False,
    ) -> Iterator[ArtifactFacts]:
        wanted = self._table.wanted(source.name, source.head, source)
        own = budget.child(self._limits, own_bytes=source.size)
        for reader in wanted.readers:
            notes.read(reader, source, own)
        if not wanted.passed_over and not wanted.is_seen_through:
            self._scan_bytes(source, wanted, own, notes)
        if source.size in self._rules.sizes:
            digest = Digest(algorithm="sha256", value=sha256(source.view()).hexdigest(), place="whole file")
            notes.observations.append(digest)
        if wanted.containers:
            yield from self._members(wanted.containers, source, own, notes, nesting)
        yield notes.facts(
            Artifact(
                locator=notes.locator,
                name=source.name,
                type=wanted.passed_over or wanted.type,
                size=source.size,
                sha256=sha256(source.view()).hexdigest() if is_target else "",
                parent=parent,
            )
        )

    def _scan_bytes(self, source: Source, wanted: Wanted, budget: Budget, notes: _Notes) -> None:
        regions = tuple(_regions(wanted, source, budget, notes))
        notes.observations.extend(notes.kept("bytes", lambda: self._scanner.scan(source.view(), regions)))

    def _members(
        self, containers: tuple[Container, ...], source: Source, budget: Allowance, notes: _Notes, nesting: int
    ) -> Iterator[ArtifactFacts]:
        if nesting >= self._limits.nesting:
            reason = f"It lies {nesting} containers deep; what is inside it was not read."
            notes.could_not("list", Unreadable(Cause.LIMIT, reason))
            return
        for container in containers:
            for member in notes.kept("list", partial(container.members, source, budget)):
                notes.oddities.extend(f"{member.name}: {oddity}" for oddity in member.notes)
                if member.kind == "file":
                    yield from self._member(member, notes.locator, budget, nesting)

    def _member(self, member: Member, parent: str, budget: Allowance, nesting: int) -> Iterator[ArtifactFacts]:
        notes = _Notes(inside(parent, member.name))
        name = base_name(member.name)
        unpacked = Unpacked(member, self._limits, enough=lambda head: bool(self._table.wanted(name, head).passed_over))
        with unpacked as source:
            if unpacked.stopped is not None:
                notes.could_not("read", unpacked.stopped)
                if source.size == 0:
                    yield notes.facts(_unread_artifact(notes.locator, parent))
                    return
            yield from self._triage(source, notes, parent, budget, nesting=nesting + 1)

    def _deepen(self, source: BytesSource, task: Task, budget: Allowance) -> ArtifactFacts:
        """Find the artifact again and hand it to the reader that was asked for."""
        names = task.within.removeprefix(task.locator).split("!/")[1:]
        notes = _Notes(task.within)
        with ExitStack() as held:
            for name in names:
                containers = self._table.wanted(source.name, source.head, source).containers
                source = held.enter_context(Unpacked(member_named(containers, source, name, budget), self._limits))
            reader = next(r for r in readers() if r.INFO.name == task.reader)
            notes.read(reader, source.with_focus(task.focus), budget.child(self._limits, own_bytes=source.size))
            return notes.facts(Artifact(locator=task.within, name=source.name, type=task.reader, size=source.size))


def _unread_artifact(locator: str, parent: str = "") -> Artifact:
    return Artifact(locator=locator, name=base_name(locator), type="unread", size=0, parent=parent)


def _regions(wanted: Wanted, source: Source, budget: Budget, notes: _Notes) -> Iterator[Region]:
    """The named parts of the file, from the readers that know its type."""
    for reader in wanted.readers:
        regions = getattr(reader, "regions", None)
        if regions is not None:
            yield from notes.kept(reader.INFO.name, partial(regions, source, budget))
