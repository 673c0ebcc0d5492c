"""Deepening: the artifacts of one file that depth readers are asked about are found again and handed to them.

What lies together in an archive is come to on one way through it, for some can only be unpacked from the beginning.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from scanner.engine.budget import Allowance
from scanner.engine.depth import DepthRequest
from scanner.engine.examine import Examiner
from scanner.engine.notes import Notes
from scanner.engine.recall import MEMBERS_FROM_BYTES, digest_of, was_cut_short
from scanner.engine.remember import Found, Keys, joined, placed, structure_half
from scanner.engine.shared import Caches
from scanner.engine.sources import BytesSource, OpenFile
from scanner.engine.task import Answer, DepthTask, Plan
from scanner.model.artifact import Artifact
from scanner.model.locator import base_name
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_NO_NEIGHBOURS = msgspec.msgpack.encode({})
_GONE = Unreadable(Cause.VANISHED, "It was there when the scan began and is gone now.")


class _Ask(NamedTuple):
    """A request, as seen from the file or a container around what it is about."""

    inner: str
    """Where that lies from there: `""` is itself, `!/x.zip!/y.py` a member of a member."""
    to: DepthRequest


class Deepening:
    """Answers depth tasks. One per process."""

    def __init__(self, plan: Plan, examiner: Examiner, caches: Caches, keys: Keys) -> None:
        self._plan = plan
        self._examiner = examiner
        self._caches = caches
        self._keys = keys

    def answers(self, task: DepthTask) -> list[Answer]:
        """What the reader of each request says, as facts that add to those of the artifact."""
        asks = [_Ask(request.locator.removeprefix(task.locator), request) for request in task.asks]
        found: dict[DepthRequest, Answer] = {}
        stopped = _GONE
        try:
            with OpenFile(Path(task.path)) as source:
                found.update(self._answered(source.with_keys(self._plan.keys), task.locator, asks))
        except Unreadable as why:
            stopped = why
        return [found.get(request) or _not_deepened(request, stopped) for request in task.asks]

    def _answered(
        self, source: BytesSource, locator: str, asks: Sequence[_Ask]
    ) -> Iterator[tuple[DepthRequest, Answer]]:
        """Of a file, or of a member of a large one, whose members are known one by one."""
        if source.size < MEMBERS_FROM_BYTES:
            yield from self._known_or_read(source, locator, asks)
            return
        yield from self._known_or_read(source, locator, [ask for ask in asks if not ask.inner])
        for name, member, within in self._members(source, asks, Allowance.for_file(self._plan.limits, source.size)):
            yield from self._answered(member, f"{locator}!/{name}", within)

    def _known_or_read(
        self, source: BytesSource, locator: str, asks: Sequence[_Ask]
    ) -> Iterator[tuple[DepthRequest, Answer]]:
        """The answers, from the cache where it has them."""
        if not asks:
            return
        content = digest_of(source) if self._plan.uses_cache else b""
        keys = {to: self._keys.of_depth(content, inner, to.reader, to.focus) for inner, to in asks}
        kept = self._caches.get(list(keys.values()))
        brought, used = self._caches.brought(), self._caches.used_again()
        unknown = []
        for ask in asks:
            key = keys[ask.to]
            known = joined(kept.get(key, b""), _NO_NEIGHBOURS)
            if known is None:
                unknown.append(ask)
                continue
            answer = _answer(ask.to, known[0], locator)
            answer.used, used = used, []
            answer.brought = {key: brought[key]} if key in brought else {}
            yield ask.to, answer
        budget = Allowance.for_file(self._plan.limits, source.size)
        for to, found in self._read(source, "", unknown, budget):
            answer = _answer(to, [found], locator)
            answer.keep = {} if was_cut_short([found]) else {keys[to]: structure_half([found], {})}
            yield to, answer

    def _read(
        self, source: BytesSource, within: str, asks: Sequence[_Ask], budget: Allowance
    ) -> Iterator[tuple[DepthRequest, Found]]:
        """What readers say of a source, which lies `within` a file, and of what lies in it."""
        for inner, to in asks:
            if not inner:
                yield to, self._examiner.read_deeper(source, within, to.reader, to.focus, budget)
        for name, member, deeper in self._members(source, asks, budget):
            yield from self._read(member, f"{within}!/{name}", deeper, budget)

    def _members(
        self, source: BytesSource, asks: Iterable[_Ask], budget: Allowance
    ) -> Iterator[tuple[str, BytesSource, list[_Ask]]]:
        """The members on the way to what is asked about, each with what is asked as seen from it."""
        by_name: dict[str, list[_Ask]] = {}
        for inner, to in asks:
            if inner:
                name, mark, rest = inner.removeprefix("!/").partition("!/")
                by_name.setdefault(name, []).append(_Ask(mark + rest, to))
        if not by_name:  # a container that looks inside other files would search all of this one for nothing
            return
        for name, unpacked in self._examiner.unpacked(source, by_name, budget):
            with unpacked as member:
                yield name, member, by_name[name]


def _answer(to: DepthRequest, found: Sequence[Found], locator: str) -> Answer:
    return Answer(type=to.reader, facts=[placed(item, locator) for item in found])


def _not_deepened(request: DepthRequest, why: Unreadable) -> Answer:
    notes = Notes()
    notes.could_not(request.reader, why)
    artifact = Artifact(locator="", name=base_name(request.locator), type=request.reader, size=0)
    return Answer(type=request.reader, facts=[placed(notes.found(artifact), request.locator)])
