"""Tasks: what a worker is asked, how it does it with the cache at hand, and what it answers."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec
from blake3 import blake3

from scanner.catalogue.rules import ByteRules
from scanner.engine.budget import OUT_OF_MEMORY, Allowance, Limits, TargetLimits
from scanner.engine.cache import Cache
from scanner.engine.discover import Wanted, wanted_by
from scanner.engine.examine import Examiner, Tell, tells_nobody
from scanner.engine.notes import Notes
from scanner.engine.recall import MEMBERS_FROM_BYTES, WORTH_KEEPING_BYTES, Neighbours, Recall, digest_of, was_cut_short
from scanner.engine.remember import Found, Keys, joined, placed, structure_half
from scanner.engine.shared import Caches
from scanner.engine.sources import SMALL_BYTES, BytesSource, OpenFile, read_small
from scanner.engine.target_digest import TargetDigest
from scanner.engine.telling import TellingNames
from scanner.model.artifact import Artifact, ArtifactFacts, Unread
from scanner.model.locator import base_name, below, text_name
from scanner.model.source import Unreadable
from scanner.model.vocabulary import Cause

_SPLIT_UNCACHED_FROM_BYTES = 256 << 20
"""Each part of a file that is dealt out would read all of it for its digest; its members are known one by one."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker needs to know, once."""

    rules: ByteRules
    telling: TellingNames
    limits: Limits = Limits()
    target_limits: TargetLimits = TargetLimits()
    context_bytes: int = 0
    uses_cache: bool = True
    trusts_metadata: bool = False
    """Members of images, too, are taken for unchanged if they look so."""
    keys: tuple[bytes, ...] = ()
    """What may open encrypted volumes."""
    told: tuple[str, ...] = ()
    """What the user told of a list's columns: `name=Title`."""
    shared_facts: str = ""
    """The URL of what machines share; empty: nothing."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Files to examine."""

    root: str
    """The folder they lie below, on this machine: never part of a fact."""
    names: tuple[str, ...]
    """Paths below `root`."""
    prefix: str = ""
    """What their locators begin with, where several targets are scanned at once."""
    part: tuple[int, int] = (0, 1)
    """Which part of how many, of one large container whose members are dealt out."""
    is_target: bool = False
    """Whether the one file is the target itself."""
    reader: str = ""
    """The one reader that the kind of target means it for; empty: whoever wants it."""
    is_traced: bool = False
    """Whether a worker died of it, and now tells which part of the file it comes to."""
    lost: tuple[Unread, ...] = ()
    """What of the one file a worker died of and is to be left alone; the locators are below the file."""
    stops_at: Unread | None = None
    """Where the one file is given up, because too much of it ends workers."""
    is_hashed_only: bool = False
    """Whether the digests of the files are all that is asked."""

    @property
    def is_usual(self) -> bool:
        """Whether its files are examined whole, and for the first time."""
        return not (self.is_target or self.is_traced) and self.part == (0, 1)

    def only(self, number: int) -> "Batch":
        """A batch of one of the files."""
        return msgspec.structs.replace(self, names=(self.names[number],))

    def of_part(self, part: int, parts: int) -> "Batch":
        """The same file, one part of its members."""
        return msgspec.structs.replace(self, part=(part, parts))

    def traced(self) -> "Batch":
        """The same, for a second try."""
        return msgspec.structs.replace(self, is_traced=True)

    def path(self, number: int) -> str:
        """Where a file lies. Links are followed only to what the user named."""
        path = os.path.join(self.root, self.names[number])  # noqa: PTH118  (a hundred thousand times)
        return os.path.realpath(path) if self.is_target else path

    def locator(self, number: int) -> str:
        """How reports name a file."""
        return below(self.prefix, text_name(self.names[number].replace(os.sep, "/")))


class DepthTask(msgspec.Struct, frozen=True, kw_only=True):
    """One artifact for the depth readers that are asked about it, so that it is unpacked once for all of them."""

    path: str
    locator: str
    """Of the file."""
    within: str
    """Locator of the artifact asked about."""
    asks: tuple[tuple[str, frozenset[str]], ...]
    """Names of readers, each with its focus."""

    def only(self, number: int) -> "DepthTask":
        """A task of one of the readers."""
        return msgspec.structs.replace(self, asks=(self.asks[number],))


Work = Batch | DepthTask


def answers_due(work: Work) -> int:
    """How many answers a task has: one a file, or one a depth reader."""
    return len(work.names) if isinstance(work, Batch) else len(work.asks)


def largest(work: Work) -> int:
    """Bytes of the file, where there is only one: the large ones go alone. 0 if it is gone."""
    if isinstance(work, Batch) and len(work.names) > 1:
        return 0
    try:
        return os.stat(work.path(0) if isinstance(work, Batch) else work.path).st_size  # noqa: PTH116  (many times)
    except OSError:
        return 0


class Answer(msgspec.Struct, array_like=True):
    """What there is to say of one file."""

    type: str
    size: int = 0
    nested: dict[str, int] = {}
    """Types of what lies inside it and has nothing to say for itself."""
    facts: list[ArtifactFacts] = []
    """Of the file and of what lies inside it, where there is something to say."""
    content: bytes = b""
    """Digest of its bytes, if it was taken."""
    keep: dict[bytes, bytes] = {}
    """For the cache, and for what machines share."""
    keep_here: dict[bytes, bytes] = {}
    """For this machine's cache alone."""
    brought: dict[bytes, bytes] = {}
    """For the cache too: what another machine had read."""
    spent: tuple[int, int] = (0, 0)
    """Entries counted and bytes made to read it; nothing, where the cache knew."""
    used: list[bytes] = []
    """Keys of what the cache knew, to be noted as of use today."""


class _Worker:
    """One process's readers and its view of the cache."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.keys = Keys(plan.rules, plan.limits, plan.context_bytes)
        own = Cache.to_read() if plan.uses_cache else Cache(None)
        self.caches = Caches(own, plan.shared_facts if plan.uses_cache else "")
        self.recall = Recall(self.caches, self.keys, trusts_metadata=plan.trusts_metadata) if plan.uses_cache else None
        self.examiner = Examiner(plan.rules, plan.limits, plan.context_bytes, self.recall, plan.keys)
        self.small_bytes = WORTH_KEEPING_BYTES if plan.uses_cache else SMALL_BYTES


_worker: _Worker | None = None


def prepare(plan: Plan) -> None:
    """Make this process ready for `examine_batch` and `examine_depth`."""
    global _worker  # a worker process has one, and tasks must find it
    _worker = _Worker(plan)


def hash_batch(batch: Batch) -> list[Answer]:
    """The digest of each file; of one that cannot be read there is none."""
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


def examine_batch(batch: Batch, tell: Tell = tells_nobody) -> Iterator[Answer]:
    """Give one answer a file; of a second try, `tell` is told what is come to."""
    assert _worker is not None, "prepare() comes first"
    _worker.examiner.leave_alone(batch.lost, batch.stops_at, tell if batch.is_traced else tells_nobody)
    for number in range(len(batch.names)):
        yield _examined(_worker, batch, number)


def _examined(worker: _Worker, batch: Batch, number: int) -> Answer:
    file = OpenFile(batch.path(number))
    try:
        with file as source:
            digest = TargetDigest(source) if batch.is_target and batch.part[0] == 0 else None
            answer = _of_source(worker, source, batch, number)
            if digest is not None:
                _mark_target(answer, source, batch.locator(number), digest.value())
            if file.has_changed():
                _mark_changed(answer, source, batch, number)
            answer.used = worker.caches.used_again()
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


def _of_source(worker: _Worker, source: BytesSource, batch: Batch, number: int) -> Answer:
    if batch.reader:
        source = source.with_focus(frozenset({"named", *worker.plan.told}))
        wanted = wanted_by(batch.reader)
    else:
        wanted = worker.examiner.table.wanted(source.name, source.head, source)
        if source.size < worker.small_bytes and batch.is_usual and _says_nothing(worker, source, wanted):
            content = blake3(source.view()).digest() if worker.recall is not None else b""
            return Answer(type=wanted.passed_over or wanted.type, size=source.size, content=content)
    if worker.plan.keys:
        source = source.with_keys(worker.plan.keys)
    is_worth_keeping = source.size >= WORTH_KEEPING_BYTES or bool(wanted.readers or wanted.containers)
    is_too_large = batch.part[1] > 1 and source.size > _SPLIT_UNCACHED_FROM_BYTES
    recall = worker.recall
    if recall is None or not is_worth_keeping:
        answer = _examined_anew(worker, source, wanted, batch, number)[1]
        answer.content = digest_of(source) if recall is not None and not is_too_large else b""
        return answer
    recall.taken()  # what a file left that could not be read to its end
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


def _says_nothing(worker: _Worker, source: BytesSource, wanted: Wanted) -> bool:
    """Whether a single look settles a small file, as it does most files of a folder."""
    return worker.examiner.is_silent(source, wanted) and not worker.plan.telling.tells(source.name, wanted.type)


def _take_along(answer: Answer, worker: _Worker, recall: Recall) -> None:
    answer.keep, answer.keep_here = recall.taken()
    answer.brought = worker.caches.brought()


def _examined_anew(
    worker: _Worker, source: BytesSource, wanted: Wanted, batch: Batch, number: int
) -> tuple[list[Found], Answer]:
    budget = Allowance.for_file(worker.plan.limits, source.size)
    found = list(worker.examiner.examine(source, wanted, budget, part=batch.part))
    answer = answer_of(worker.plan, found, batch, number)
    answer.spent = budget.spent
    return found, answer


def _told(plan: Plan, batch: Batch) -> tuple[str, ...]:
    return (batch.reader, *sorted(plan.told)) if batch.reader else ()


def answer_of(plan: Plan, found: Sequence[Found], batch: Batch, number: int) -> Answer:
    """What there is to say of a file: facts where there are any, the rest counted by type."""
    answer = Answer(type="")
    plain: Counter[str] = Counter()
    locator = ""
    for item in found:
        artifact = item.artifact
        if artifact.locator == "":
            answer.type, answer.size = artifact.type, artifact.size
        is_telling = bool(item.structure or item.patterns or item.unread or item.oddities)
        if is_telling or plan.telling.tells(artifact.name, artifact.type):
            locator = locator or batch.locator(number)
            answer.facts.append(placed(item, locator))
        elif artifact.locator:
            plain[artifact.type] += 1
    answer.nested = dict(plain)
    return answer


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
    """A file that is the target itself has its digest in the report, and says so if it is empty."""
    facts = _own_facts(answer, source, locator)
    artifact = msgspec.structs.replace(facts.artifact, sha256=digest)
    notes = Notes(locator)
    if source.size == 0:
        notes.could_not("read", Unreadable(Cause.DAMAGED, "The file is empty: there is nothing to look at."))
    answer.facts.append(msgspec.structs.replace(facts, artifact=artifact, unread=(*facts.unread, *notes.unread)))


def examine_depth(task: DepthTask) -> list[Answer]:
    """What each depth reader says, as facts that add to those of the artifact."""
    assert _worker is not None, "prepare() comes first"
    outer, inner = task.locator, task.within.removeprefix(task.locator)
    try:
        with ExitStack() as held:
            source = held.enter_context(OpenFile(Path(task.path))).with_keys(_worker.plan.keys)
            while source.size >= MEMBERS_FROM_BYTES and inner:  # its members are known one by one
                name, _, rest = inner.removeprefix("!/").partition("!/")
                source = held.enter_context(_worker.examiner.unpacked(source, name))
                outer, inner = f"{outer}!/{name}", f"!/{rest}" if rest else ""
            return _deepened(_worker, source, outer, inner, task.asks)
    except Unreadable as why:
        return [_not_deepened(task.within, inner, outer, reader, why) for reader, _ in task.asks]


def _deepened(
    worker: _Worker, source: BytesSource, outer: str, inner: str, asks: Sequence[tuple[str, frozenset[str]]]
) -> list[Answer]:
    """The answers, from the cache where it has them. Raises `Unreadable` if the artifact is no longer there."""
    content = digest_of(source) if worker.plan.uses_cache else b""
    keys = {ask: worker.keys.of_depth(content, inner, *ask) for ask in asks}
    kept = worker.caches.get(list(keys.values()))
    known = {ask: joined(kept.get(key, b""), msgspec.msgpack.encode({})) for ask, key in keys.items()}
    found = {ask: one[0] for ask, one in known.items() if one is not None}
    brought = worker.caches.brought()
    fresh = {ask: [one] for ask, one in worker.examiner.deepen(source, inner, [a for a in asks if a not in found])}
    found |= fresh
    used = worker.caches.used_again()
    return [
        Answer(
            type=ask[0],
            facts=[placed(item, outer) for item in found[ask]],
            keep={keys[ask]: structure_half(found[ask], {})} if ask in fresh and not was_cut_short(found[ask]) else {},
            used=used if number == 0 else [],
            brought={keys[ask]: brought[keys[ask]]} if keys[ask] in brought else {},
        )
        for number, ask in enumerate(asks)
    ]


def _not_deepened(within: str, inner: str, outer: str, reader: str, why: Unreadable) -> Answer:
    notes = Notes(inner)
    notes.could_not(reader, why)
    found = notes.found(Artifact(locator=inner, name=base_name(within), type=reader, size=0))
    return Answer(type=reader, facts=[placed(found, outer)])
