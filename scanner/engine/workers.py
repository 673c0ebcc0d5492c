"""Workers: processes that read hostile bytes and may die of it without hurting the scan.

Work travels as names, answers come home as msgpack; neither carries a file's contents. A worker that crashes, hangs
or swells costs the file at hand: its batch is examined again one file at a time, and the file at fault is recorded.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError as OutOfTime
from typing import Any

import msgspec

from scanner.engine.task import Answer, Batch, DepthTask, Plan, Work, examine_batch, examine_depth, prepare
from scanner.model.artifact import Artifact, ArtifactFacts, Unread
from scanner.model.locator import base_name
from scanner.model.vocabulary import Cause

_GRACE_S = 20.0
"""Beyond the budget's own limit, before a worker that does not answer is ended."""
_WATCH_S = 1.0

_answers = msgspec.msgpack.Decoder(list[Answer])


def start(plan: Plan, parent: int) -> None:
    """Make this process a worker that does not outlive the scan."""
    if sys.platform == "linux":
        import resource

        # RLIMIT_AS would also count mapped files and break the reading of large ones.
        limit = plan.limits.worker_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the main process, which ends its workers
    if os.name == "posix":
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    prepare(plan)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(1)


def work(task: Work) -> bytes:
    """Do a batch or a depth task."""
    answers = examine_batch(task) if isinstance(task, Batch) else [examine_depth(task)]
    return msgspec.msgpack.encode(answers)


class Pool:
    """Worker processes. Started with the first work, ended with the `with` block."""

    def __init__(self, plan: Plan, jobs: int) -> None:
        self._plan = plan
        self._jobs = jobs
        self._pool: Any = None

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is None:
            return
        if kind is None:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()

    def run(self, tasks: Iterable[Work]) -> Iterator[tuple[Work, int, Answer]]:
        """Do all tasks; yield task, number of the file in it, and answer, in the order of the tasks."""
        pending = [(task, self._schedule(task)) for task in tasks]
        for task, future in pending:
            answers = self._result(future)
            if isinstance(answers, Unread):
                yield from self._alone(task)
            else:
                yield from ((task, number, answer) for number, answer in enumerate(answers))

    def _alone(self, task: Work) -> Iterator[tuple[Work, int, Answer]]:
        """After a loss: a batch file by file, anything else once more."""
        alone: list[Work] = [task]
        pieces = [task.only(n) for n in range(len(task.names))] if isinstance(task, Batch) else alone
        for number, piece in enumerate(pieces):
            answers = self._result(self._schedule(piece))
            answer = _lost(piece, answers) if isinstance(answers, Unread) else answers[0]
            yield task, number, answer

    def _schedule(self, task: Work) -> Any:
        if self._pool is None:
            self._pool = _started(self._plan, self._jobs)
        files = len(task.names) if isinstance(task, Batch) else 1
        return self._pool.schedule(work, args=(task,), timeout=self._plan.limits.seconds * files + _GRACE_S)

    def _result(self, future: Any) -> list[Answer] | Unread:
        from pebble import ProcessExpired

        try:
            return _answers.decode(future.result())
        except OutOfTime:
            return Unread(
                locator="", stage="read", cause=Cause.TIMED_OUT, reason="Reading it took longer than the limit allows."
            )
        except MemoryError:
            return Unread(
                locator="", stage="read", cause=Cause.LIMIT, reason="Reading it took more memory than the limit allows."
            )
        except ProcessExpired as error:
            reason = f"Reading it ended the worker process (exit status {error.exitcode}); the scan went on without it."
            return Unread(locator="", stage="read", cause=Cause.CRASHED, reason=reason)


def _started(plan: Plan, jobs: int) -> Any:
    from pebble import ProcessPool

    # A spawned child would otherwise find modules in the current folder, which may be the target.
    os.environ["PYTHONSAFEPATH"] = "1"
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPool(jobs, context=context, initializer=start, initargs=(plan, os.getpid()))


def _lost(task: Work, loss: Unread) -> Answer:
    locator = task.within if isinstance(task, DepthTask) else task.locator(0)
    artifact = Artifact(locator=locator, name=base_name(locator), type="unread", size=0)
    unread = msgspec.structs.replace(loss, locator=locator)
    return Answer(type="unread", facts=[ArtifactFacts(artifact=artifact, unread=(unread,))])
