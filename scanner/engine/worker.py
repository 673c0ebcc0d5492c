"""A worker's work: how one process does a task, with the cache at hand."""

from collections.abc import Callable, Iterator

import msgspec
from blake3 import blake3

from scanner.engine.budget import OUT_OF_MEMORY, Allowance
from scanner.engine.cache import Cache
from scanner.engine.deepening import Deepening
from scanner.engine.discover import Wanted, wanted_by
from scanner.engine.examine import Examiner, Tell, tells_nobody
from scanner.engine.notes import Notes
from scanner.engine.recall import WORTH_KEEPING_BYTES, Neighbours, Recall, digest_of
from scanner.engine.remember import Found, Keys, placed
from scanner.engine.shared import Caches
from scanner.engine.so_far import SoFar, Tally
from scanner.engine.sources import SMALL_BYTES, BytesSource, OpenFile, read_small, sha256_of
from scanner.engine.target_digest import TargetDigest
from scanner.engine.task import Answer, Batch, DepthTask, Plan, answer_of
from scanner.model.artifact import Artifact, ArtifactFacts
from scanner.model.locator import base_name
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_SPLIT_UNCACHED_FROM_BYTES = 256 << 20
"""Each part of a file that is dealt out would read all of it for its digest; its members are known one by one."""


class _Worker:
    """One process's readers and its view of the cache."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.keys = Keys(plan.rules, plan.limits, plan.context_bytes)
        own = Cache.to_read() if plan.uses_cache else Cache(None)
        self.caches = Caches(own, plan.shared_facts if plan.uses_cache else "")
        self.recall = Recall(self.caches, self.keys, trusts_metadata=plan.trusts_metadata) if plan.uses_cache else None
        self.examiner = Examiner(plan.rules, plan.limits, plan.context_bytes, self.recall, plan.keys)
        self.deepening = Deepening(plan, self.examiner, self.caches, self.keys)
        self.tell_so_far: Callable[[SoFar], None] = nobody_looks
        self.at_hand: OpenFile | None = None
        self.small_bytes = WORTH_KEEPING_BYTES if plan.uses_cache else SMALL_BYTES

    def kept_so_far(self) -> dict[bytes, bytes]:
        """What is to be kept of the file at hand; nothing once it has changed, as at its end."""
        kept = self.recall.kept_so_far() if self.recall is not None else {}
        return {} if self.at_hand is None or self.at_hand.has_changed() else kept


_worker: _Worker | None = None


def prepare(plan: Plan) -> None:
    """Make this process ready for `examine_batch` and `examine_depth`."""
    global _worker  # a worker process has one, and tasks must find it
    _worker = _Worker(plan)


def hash_batch(batch: Batch) -> list[Answer]:
    """The digest of each file; of one that cannot be read there is none."""
    if batch.asks_sha256:
        told = [sha256_of(path) or (b"", 0) for path in map(batch.path, range(len(batch.names)))]
        return [Answer(type="", content=value, size=size) for value, size in told]
    return [Answer(type="", content=_hashed(batch.path(number))) for number in range(len(batch.names))]


def _hashed(path: str) -> bytes:
    data = read_small(path, SMALL_BYTES)
    if data is not None:
        return bytes(blake3(data).digest())
    try:
        with OpenFile(path) as source:
            return digest_of(source)
    except (Unreadable, MemoryError):
        return b""


def nobody_looks(_: SoFar) -> None:
    """What is told of how far a file is, where nobody wants to know."""


def nobody_waits() -> None:
    """What is done before a file that takes time, where nobody ends what takes too long."""


def examine_batch(
    batch: Batch,
    tell: Tell = tells_nobody,
    takes_time: Callable[[], None] = nobody_waits,
    tell_so_far: Callable[[SoFar], None] = nobody_looks,
) -> Iterator[Answer]:
    """Give one answer a file; of a second try, `tell` is told what is come to.

    `takes_time` is called before each file that a first look does not settle; `tell_so_far` about once a second of
    one that takes longer.
    """
    assert _worker is not None, "prepare() comes first"
    _worker.tell_so_far = tell_so_far
    _worker.examiner.leave_alone(batch.lost, batch.stops_at, tell if batch.is_traced else tells_nobody)
    for number in range(len(batch.names)):
        yield _examined(_worker, batch, number, takes_time)


def _examined(worker: _Worker, batch: Batch, number: int, takes_time: Callable[[], None]) -> Answer:
    file = worker.at_hand = OpenFile(batch.path(number))
    try:
        with file as source:
            wanted = _wanted(worker, source, batch)
            answer = _at_first_look(worker, source, wanted) if batch.is_usual else None
            if answer is None:
                takes_time()
                answer = _of_source(worker, source, wanted, batch, number)
            if file.has_changed():
                _mark_changed(answer, source, batch, number)
    except Unreadable as why:
        return _not_read(batch.locator(number), "open", why)
    except MemoryError:
        return _not_read(batch.locator(number), "read", Unreadable(Cause.LIMIT, OUT_OF_MEMORY))
    except Exception as error:  # the worker's edge: a fault of ours costs one file, and not its batch
        reason = f"Examining it failed ({type(error).__name__}); please report this to the project."
        return _not_read(batch.locator(number), "read", Unreadable(Cause.CRASHED, reason))
    return answer


def _not_read(locator: str, stage: str, why: Unreadable) -> Answer:
    notes = Notes()
    notes.could_not(stage, why)
    artifact = Artifact(locator="", name=base_name(locator), type="unread", size=0)
    return Answer(type="unread", facts=[placed(notes.found(artifact), locator)])


def _wanted(worker: _Worker, source: BytesSource, batch: Batch) -> Wanted:
    if batch.reader:
        return wanted_by(batch.reader)
    return worker.examiner.table.wanted(source.name, source.head, source)


def _at_first_look(worker: _Worker, source: BytesSource, wanted: Wanted) -> Answer | None:
    """The answer about a small file of which a single look shows that there is nothing to say, as of most files of a
    folder; None for any other."""
    size = source.size
    if size >= worker.small_bytes or not worker.examiner.is_silent(source, wanted):
        return None
    if worker.plan.telling.tells(source.name, wanted.type):
        return None
    content = blake3(source.view()).digest() if worker.recall is not None else b""
    return Answer(type=wanted.passed_over or wanted.type, size=size, content=content)


def _of_source(worker: _Worker, source: BytesSource, wanted: Wanted, batch: Batch, number: int) -> Answer:
    is_sure = not worker.plan.trusts_metadata
    digest = TargetDigest(source, is_sure=is_sure) if batch.is_target and batch.part[0] == 0 else None
    answer = _answered(worker, source, wanted, batch, number)
    if digest is not None:
        _mark_target(answer, source, batch.locator(number), "" if answer.left_unread else digest.value())
    return answer


def _answered(worker: _Worker, source: BytesSource, wanted: Wanted, batch: Batch, number: int) -> Answer:
    if batch.reader:
        source = source.with_focus(frozenset({"named", *worker.plan.told}))
    if worker.plan.keys:
        source = source.with_keys(worker.plan.keys)
    is_worth_keeping = source.size >= WORTH_KEEPING_BYTES or bool(wanted.readers or wanted.containers)
    is_too_large = batch.part[1] > 1 and source.size > _SPLIT_UNCACHED_FROM_BYTES
    recall = worker.recall
    if recall is None or not is_worth_keeping:
        answer = _examined_anew(worker, source, wanted, batch, number)[1]
        answer.content = digest_of(source) if recall is not None and not is_too_large else b""
        return answer
    recall.begin(batch.part)
    worker.caches.brought()
    if is_too_large:
        answer = _examined_anew(worker, source, wanted, batch, number)[1]
        _take_along(answer, worker, recall)
        return answer
    content, told = digest_of(source), _told(worker.plan, batch)
    known = recall.by_bytes(source, content, batch.part, told)
    if known is not None:
        answer = answer_of(worker.plan, known, batch, number)
    else:
        neighbours = Neighbours(source.group)
        found, answer = _examined_anew(worker, source.beside(neighbours), wanted, batch, number)
        recall.keep(found, source, content, neighbours.asked, batch.part, told)
    answer.content = content
    _take_along(answer, worker, recall)
    return answer


def _take_along(answer: Answer, worker: _Worker, recall: Recall) -> None:
    answer.keep, answer.keep_here = recall.taken()
    answer.left_unread = recall.left_unread
    answer.brought = worker.caches.brought()
    answer.used = worker.caches.used_again()


def _examined_anew(
    worker: _Worker, source: BytesSource, wanted: Wanted, batch: Batch, number: int
) -> tuple[list[Found], Answer]:
    budget = Allowance.for_file(worker.plan.limits, source.size)
    tally = Tally(batch.locator(number), worker.tell_so_far, worker.kept_so_far)
    found: list[Found] = []
    for item in worker.examiner.examine(source, wanted, budget, part=batch.part):
        found.append(item)
        tally.done(item)
    answer = answer_of(worker.plan, found, batch, number)
    answer.spent = budget.spent
    return found, answer


def _told(plan: Plan, batch: Batch) -> tuple[str, ...]:
    return (batch.reader, *sorted(plan.told)) if batch.reader else ()


def _mark_changed(answer: Answer, source: BytesSource, batch: Batch, number: int) -> None:
    """What was read of a file that changed meanwhile may be half of each: it is told, and not kept."""
    answer.content, answer.keep, answer.keep_here = b"", {}, {}
    if batch.part[0] == 0:
        facts = _own_facts(answer, source, batch.locator(number))
        notes = Notes(batch.locator(number))
        notes.could_not("read", Unreadable(Cause.VANISHED, "It changed while it was being read."))
        answer.facts.append(msgspec.structs.replace(facts, unread=(*facts.unread, *notes.unread)))


def _own_facts(answer: Answer, source: BytesSource, locator: str) -> ArtifactFacts:
    """Take the facts of the file itself out of the answer, to put them back with more."""
    own = [n for n, facts in enumerate(answer.facts) if facts.artifact.locator == locator]
    if own:
        return answer.facts.pop(own[0])
    return ArtifactFacts(artifact=Artifact(locator=locator, name=source.name, type=answer.type, size=source.size))


def _mark_target(answer: Answer, source: BytesSource, locator: str, digest: str) -> None:
    """A file that is the target itself has its digest in the report, if it was read, and says so if it is empty."""
    facts = _own_facts(answer, source, locator)
    artifact = msgspec.structs.replace(facts.artifact, sha256=digest)
    notes = Notes(locator)
    if source.size == 0:
        notes.could_not("read", Unreadable(Cause.DAMAGED, "The file is empty: there is nothing to look at."))
    answer.facts.append(msgspec.structs.replace(facts, artifact=artifact, unread=(*facts.unread, *notes.unread)))


def examine_depth(task: DepthTask) -> list[Answer]:
    """What each depth reader says, as facts that add to those of the artifact."""
    assert _worker is not None, "prepare() comes first"
    return _worker.deepening.answers(task)
