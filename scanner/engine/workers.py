"""Workers: processes that read hostile bytes and may die of it without hurting the scan.

Tasks travel as paths, facts come home as msgpack; neither carries a file's contents. A worker that crashes or
overruns costs the file at hand, which is reported.
"""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import TimeoutError as OutOfTime
from typing import Any

import msgspec

from scanner.engine.examine import Examiner, Plan, Task
from scanner.model.artifact import Artifact, ArtifactFacts, Unread
from scanner.model.locator import base_name
from scanner.model.vocabulary import Cause

_GRACE_S = 30.0
"""Beyond the budget's own limit, before a worker that does not answer is ended."""
_MEMORY_BYTES = 4 << 30
"""What one worker may allocate. Mapped files do not count (RLIMIT_AS would count them)."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[ArtifactFacts])
_examiner: Examiner | None = None


def prepare(plan: Plan) -> None:
    """Make this process a worker."""
    global _examiner
    _examiner = Examiner(plan)
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY_BYTES, _MEMORY_BYTES))


def work(tasks: Sequence[Task]) -> list[bytes]:
    """Examine each task's file; one answer a task."""
    assert _examiner is not None, "prepare() makes a process a worker before any work reaches it"
    return [_encoder.encode(list(_examiner.examine(task))) for task in tasks]


def run(batches: Sequence[Sequence[Task]], plan: Plan, *, jobs: int) -> Iterator[tuple[Task, list[ArtifactFacts]]]:
    """Examine every task in worker processes; answers come in the order of the batches.

    A batch whose worker died is examined again one file at a time, so that only the file at fault is lost.
    """
    if not batches:
        return
    with _Pool(plan, jobs) as pool:
        pending = [(batch, pool.schedule(batch)) for batch in batches]
        for batch, future in pending:
            answers = pool.result(future)
            if isinstance(answers, Unread) and len(batch) > 1:
                for task in batch:
                    alone = pool.result(pool.schedule([task]))
                    yield task, _facts_or_loss(task, alone)
                continue
            for number, task in enumerate(batch):
                yield (
                    task,
                    _facts_or_loss(task, answers if isinstance(answers, Unread) else answers[number : number + 1]),
                )


def _facts_or_loss(task: Task, answer: list[bytes] | Unread) -> list[ArtifactFacts]:
    if not isinstance(answer, Unread):
        return _decoder.decode(answer[0])
    locator = task.within or task.locator
    artifact = Artifact(locator=locator, name=base_name(locator), type="unread", size=0)
    return [ArtifactFacts(artifact=artifact, unread=(msgspec.structs.replace(answer, locator=locator),))]


class _Pool:
    """pebble's pool, with our start method and our words for what can go wrong."""

    def __init__(self, plan: Plan, jobs: int) -> None:
        self._plan = plan
        self._jobs = jobs
        self._pool: Any = None

    def __enter__(self) -> "_Pool":
        from pebble import ProcessPool

        # A spawned child would otherwise find modules in the current folder, which may be the target.
        os.environ["PYTHONSAFEPATH"] = "1"
        context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self._pool = ProcessPool(self._jobs, context=context, initializer=prepare, initargs=(self._plan,))
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()

    def schedule(self, batch: Sequence[Task]) -> Any:
        seconds = self._plan.limits.seconds * len(batch) + _GRACE_S
        return self._pool.schedule(work, args=(batch,), timeout=seconds)

    def result(self, future: Any) -> list[bytes] | Unread:
        from pebble import ProcessExpired

        try:
            answer: list[bytes] = future.result()
        except OutOfTime:
            reason = "Reading it took longer than the scan's limit allows."
            return Unread(locator="", stage="read", cause=Cause.TIMED_OUT, reason=reason)
        except (ProcessExpired, MemoryError) as error:
            reason = f"Reading it ended the worker process ({type(error).__name__}); the rest of the scan went on."
            return Unread(locator="", stage="read", cause=Cause.CRASHED, reason=reason)
        return answer
