"""Reading: the files of the targets become facts, with the cache sparing what was read before."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path

import msgspec

from scanner.engine.ahead import left_of
from scanner.engine.batches import batches_of
from scanner.engine.cache import Cache, Seen, digest
from scanner.engine.depth import ROUNDS, DepthRequest, depth_requests
from scanner.engine.importers import IMPORTERS, importer_requests, may_import
from scanner.engine.recorder import Recorder
from scanner.engine.remember import Keys, joined
from scanner.engine.shared import Shared
from scanner.engine.spoken_of import SpokenOf
from scanner.engine.task import Answer, Batch, DepthTask, Plan, Work, answer_of
from scanner.engine.workers import Pool, nobody_asked
from scanner.model.artifact import Unread
from scanner.model.locator import base_name, below, text_name
from scanner.model.vocabulary import Cause
from scanner.targets import Entry


class Stretch(msgspec.Struct, frozen=True):
    """The files of one target."""

    root: str
    prefix: str
    entries: Sequence[Entry]
    is_file: bool
    ahead: Sequence[tuple[Batch, list[Entry]]] = ()
    """Those that were given to workers before all were known."""


class Progress(msgspec.Struct):
    """How far a scan is."""

    files: int = 0
    files_done: int = 0
    bytes: int = 0
    bytes_done: int = 0
    current: str = ""
    """Locator of what has been at hand the longest."""
    inside_files: int = 0
    """How many are done of those that lie inside files that take long, such as disk images."""
    inside_bytes: int = 0
    """What these hold."""
    is_listing: bool = False
    """Whether the files are still being counted."""
    is_preparing: bool = False
    """Whether the signatures are being compiled, which is done once."""


class _OutOfTime(Exception):
    """The time for the whole target is over."""


class _TargetSpent(Exception):
    """The whole target took more than it may, of what the message names."""


class Reading:
    """One scan's reading: give it the targets, then ask for depth."""

    def __init__(
        self,
        plan: Plan,
        spoken_of: SpokenOf,
        cache: Cache,
        shared: Shared,
        pool: Pool,
        watch: Callable[[Progress], None],
    ) -> None:
        self._plan = plan
        self._spoken_of = spoken_of
        self._facts = spoken_of.facts
        self._cache = cache
        self._shared = shared
        self._pool = pool
        self._jobs = pool.jobs
        self._watch = watch
        self._keys = Keys(plan.rules, plan.limits, plan.context_bytes)
        self._progress = Progress()
        self._paths: dict[str, str] = {}
        self._left_unread: set[str] = set()
        self._stretches: Sequence[Stretch] = ()
        self._members: dict[str, list[str]] = {}
        """By the locator of a file, those of source files inside it, from there."""
        self._of_target = plan.target_limits
        self._ends_at = time.monotonic() + self._of_target.seconds if self._of_target.seconds else float("inf")
        self._spent = (0, 0)
        self._taken = 0
        self._contents: dict[tuple[str, str], bytes] = {}
        self._ended: BaseException | None = None
        self.is_over = False
        """Whether nothing more may be read."""

    def read(self, stretches: Sequence[Stretch], *, trusts_metadata: bool) -> None:
        """Examine every file, or know it again: by its bytes, or by its metadata where that is trusted."""
        self._stretches = stretches
        self._progress = Progress()
        self._contents.clear()
        recorder = Recorder(self._cache, self._keys.nothing)
        work: list[tuple[Batch, list[Entry]]] = []
        roots: dict[int, str] = {}
        for stretch in stretches:
            known = self._cache.seen(stretch.root) if trusts_metadata else {}
            left = stretch.entries
            if known:
                left = [e for e in left if not self._is_known(e, known.get(os.fsencode(e.name)), stretch, recorder)]
            work += self._dealt(stretch, left, self._jobs, roots)
        work.sort(key=lambda item: -sum(entry.size for entry in item[1]))
        self._pool.beat = self._beat
        entries = {id(batch): listed for batch, listed in work}
        self._pool.answered = partial(self._answered, entries)
        take = partial(self._take, entries=entries, roots=roots, recorder=recorder)
        try:
            if self._ended is not None:
                raise self._ended
            take(self._pool.run([batch for batch, _ in work]))
        except KeyboardInterrupt:
            take(self._pool.left_over(), is_last=True)
            self._end_early(Cause.INTERRUPTED, "The scan was interrupted")
        except _OutOfTime:
            take(self._pool.left_over(), is_last=True)
            self._end_early(Cause.TIMED_OUT, "The time for the whole target was over")
        except _TargetSpent as what:
            self._end_early(Cause.LIMIT, f"The whole target took more {what} than its limit allows")
        self._pool.answered = nobody_asked
        self._keep_of_files_at_hand()
        recorder.finish()
        self._cache.flush()

    def _take(
        self,
        answers: Iterable[tuple[Work, int, Answer]],
        *,
        entries: Mapping[int, Sequence[Entry]],
        roots: Mapping[int, str],
        recorder: "Recorder",
        is_last: bool = False,
    ) -> None:
        """Keep the answers, in the order of the tasks, so that a limit cuts the same scan at the same place."""
        for task, number, answer in answers:
            assert isinstance(task, Batch)
            self._absorb(task, number, answer)
            if task.part[0] == 0:
                self._contents[roots[id(task)], entries[id(task)][number].name] = answer.content
            self._taken += task.part[0] == task.part[1] - 1  # of a file that is dealt out, the last part
            if task.part == (0, 1):
                recorder.note(roots[id(task)], entries[id(task)][number], answer)
            self._spent = (self._spent[0] + answer.spent[0], self._spent[1] + answer.spent[1])
            if not is_last:
                self._watch_limits()

    def _watch_limits(self) -> None:
        items, made = self._spent
        if 0 < self._of_target.items < items:
            raise _TargetSpent("entries")
        if 0 < self._of_target.inflated_bytes < made:
            raise _TargetSpent("unpacked bytes")

    def hash(self, stretches: Sequence[Stretch]) -> None:
        """Take the digest of every file and ask nothing else of it; what ends that early ends the reading too."""
        self._progress = Progress()
        roots: dict[int, str] = {}
        work: list[tuple[Batch, list[Entry]]] = []
        for stretch in stretches:
            work += self._dealt(stretch, stretch.entries, 1, roots, is_hashed_only=True)
        self._pool.beat = self._beat
        self._pool.answered = partial(self._answered, {id(batch): listed for batch, listed in work})
        try:
            for task, number, answer in self._pool.run([batch for batch, _ in work]):
                assert isinstance(task, Batch)
                self._contents[roots[id(task)], task.names[number]] = answer.content
        except (KeyboardInterrupt, _OutOfTime) as early:
            self._ended = early
            self._pool.stop()
            for _ in self._pool.left_over():  # of the hashing, nobody else wants it
                pass
        self._pool.answered = nobody_asked

    def _dealt(
        self,
        stretch: Stretch,
        entries: Sequence[Entry],
        jobs: int,
        roots: dict[int, str],
        *,
        is_hashed_only: bool = False,
    ) -> list[tuple[Batch, list[Entry]]]:
        """Files of a target in batches; each of these is noted in `roots` as one of that target."""
        self._progress.files += len(entries)
        self._progress.bytes += sum(entry.size for entry in entries)
        ahead = [one for one in stretch.ahead if one[0].is_hashed_only == is_hashed_only]
        left = left_of(entries, ahead)
        folder = left[0].root if left else ""
        dealt = ahead + [
            (msgspec.structs.replace(batch, is_hashed_only=True) if is_hashed_only else batch, listed)
            for batch, listed in batches_of(folder, stretch.prefix, left, jobs, is_target=stretch.is_file)
        ]
        roots.update((id(batch), stretch.root) for batch, _ in dealt)
        return dealt

    def content(self, stretches: Sequence[Stretch]) -> bytes:
        """A digest over the bytes of all files as they were last read or hashed; empty where one was not."""
        found = [self._contents.get((one.root, entry.name), b"") for one in stretches for entry in one.entries]
        return digest(*found) if all(found) else b""

    @property
    def paths(self) -> Mapping[str, str]:
        """Where the files lie about which there is something to say, by their locators; without those of which parts
        were taken for unchanged unread."""
        return {locator: path for locator, path in self._paths.items() if locator not in self._left_unread}

    def deepen(self) -> None:
        """Ask deeper readers where something matched, until nothing new is asked or the rounds are over."""
        asked: set[DepthRequest] = set()
        for _ in range(ROUNDS):
            requests = [r for r in self._requests() if r not in asked]
            if not requests or self.is_over:
                return
            asked.update(requests)
            try:
                for _, _, answer in self._pool.run(self._depth_tasks(requests)):
                    self._keep_deeper(answer)
            except KeyboardInterrupt:
                self._end_early(Cause.INTERRUPTED, "The scan was interrupted")
            except _OutOfTime:
                self._end_early(Cause.TIMED_OUT, "The time for the whole target was over")

    def _requests(self) -> Iterator[DepthRequest]:
        yield from depth_requests(self._spoken_of)
        yield from importer_requests(self._facts, self._spoken_of.index, self._importers)

    @cached_property
    def _sources(self) -> Mapping[str, str]:
        """Where the files of folders lie that may import others, by their locators; worked out when first asked for."""
        return {
            locator: str(Path(entry.root, entry.name))
            for stretch in self._stretches
            for entry in stretch.entries
            if entry.name.endswith(IMPORTERS)
            and not stretch.is_file
            and may_import(locator := below(stretch.prefix, text_name(entry.name.replace(os.sep, "/"))))
        }

    def _importers(self) -> Iterator[str]:
        """The files that may import others, in folders and in archives."""
        yield from self._sources
        yield from (f"{file}{member}" for file, members in self._members.items() for member in members)

    def _keep_deeper(self, answer: Answer) -> None:
        """What depth tells of a file about which there was nothing to say yet: only what it says counts."""
        for facts in answer.facts:
            locator = facts.artifact.locator
            if locator in self._facts:
                self._facts.add(facts)
            elif facts.observations:
                self._facts.add_counted(facts)
                if locator in self._sources:
                    self._paths[locator] = self._sources[locator]
            else:
                continue
            self._spoken_of.note(facts)
        self._remember(answer)

    def _remember(self, answer: Answer) -> None:
        self._cache.put(answer.keep | answer.keep_here | answer.brought)
        self._cache.touch(answer.used)
        self._shared.put(answer.keep, [*answer.brought, *answer.used])

    def _is_known(self, entry: Entry, seen: Seen | None, stretch: Stretch, recorder: "Recorder") -> bool:
        """Take the facts of an unchanged file from the cache, if they are all there."""
        if seen is None or seen.stat != entry.stat or stretch.is_file:
            return False
        if seen.key != self._keys.nothing:
            batch = Batch(root=entry.root, names=(entry.name,), prefix=stretch.prefix)
            keys = self._keys.of(seen.key, base_name(batch.locator(0)), (0, 1))
            kept = self._cache.get(keys)
            if len(kept) < 2:
                return False
            known = joined(kept[keys[0]], kept[keys[1]])
            if known is None:
                return False
            found, asked = known
            if any("/" in name.removeprefix("../") for name in asked):
                return False  # what lies deeper is not among the files listed, so nobody knows how it looks
            self._absorb(batch, 0, answer_of(self._plan, found, batch, 0))
        elif self._plan.telling.tells(base_name(entry.name), seen.type):
            return False
        else:
            self._facts.count(seen.type, entry.size)
        recorder.keep(stretch.root, seen)
        return True

    def _absorb(self, batch: Batch, number: int, answer: Answer) -> None:
        keeps = answer.keep or answer.keep_here or answer.brought or answer.used
        if not (answer.facts or answer.nested or keeps) and batch.part[0] == 0:
            self._facts.count(answer.type, answer.size)
            return
        self._keep(answer)
        if answer.importers:
            self._members.setdefault(batch.locator(number), []).extend(answer.importers)
        if answer.facts or answer.importers:
            self._paths[batch.locator(number)] = batch.path(number)
        if answer.left_unread:
            self._left_unread.add(batch.locator(number))
        if batch.part[0] == 0 and not any(f.artifact.parent == "" for f in answer.facts):
            self._facts.count(answer.type, answer.size)

    def _keep(self, answer: Answer) -> None:
        for facts in answer.facts:
            self._facts.add(facts)
            self._spoken_of.note(facts)
        for kind, number in answer.nested.items():
            self._facts.count_nested(kind, number)
        self._remember(answer)

    def _depth_tasks(self, requests: Iterable[DepthRequest]) -> list[DepthTask]:
        """One for each artifact, in the order in which they are asked about; of source files one for those that lie in
        the same archive."""
        together: dict[str, list[DepthRequest]] = {}
        for request in requests:
            place = request.locator
            if "!/" in place and place.endswith(IMPORTERS):
                place = place.rpartition("!/")[0]
            together.setdefault(place, []).append(request)
        return [self._depth_task(asks) for asks in together.values()]

    def _depth_task(self, asks: Sequence[DepthRequest]) -> DepthTask:
        locator = asks[0].locator.partition("!/")[0]
        path = self._paths.get(locator) or self._sources[locator]
        return DepthTask(path=path, locator=locator, asks=tuple(asks))

    def _answered(self, entries: Mapping[int, Sequence[Entry]], task: Work, first: int, files: int) -> None:
        """Some files of a batch are done, in whatever order."""
        if isinstance(task, Batch) and task.part[0] == 0:
            self._progress.files_done += files
            self._progress.bytes_done += sum(entry.size for entry in entries[id(task)][first : first + files])

    def _beat(self) -> None:
        at_hand = self._pool.at_hand()
        self._progress.current = at_hand.locator
        self._progress.inside_files, self._progress.inside_bytes = at_hand.files, at_hand.size
        self._watch(self._progress)
        self._keep_of_files_at_hand()
        self._cache.flush(if_due=True)
        if time.monotonic() > self._ends_at:
            raise _OutOfTime

    def _keep_of_files_at_hand(self) -> None:
        """Keep what was read inside a file that is not done: it is known again should the scan be stopped."""
        kept = self._pool.kept()
        if kept:
            self._cache.put(kept)
            self._shared.put(kept, ())

    def _end_early(self, cause: Cause, why: str) -> None:
        self.is_over = True
        self._pool.stop()
        left = self._progress.files - self._taken
        reason = f"{why}: {left:,} of {self._progress.files:,} files were not examined."
        self._facts.add_unread(Unread(locator=".", stage="read", cause=cause, reason=reason))
