"""Workers: processes that read hostile bytes and may die of it without hurting the scan.

Work travels as names, answers come home as msgpack; neither carries a file's contents. A worker that crashes, hangs
or swells costs the file at hand: its batch is examined again one file at a time, and the file at fault is recorded.
Where the system has an alarm clock, it ends a worker that takes too long over one file, whatever that one is doing.
"""

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import TimeoutError as OutOfTime
from concurrent.futures import wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import msgspec

from scanner.engine.examine import OUT_OF_MEMORY
from scanner.engine.task import Answer, Batch, DepthTask, Plan, Work, examine_batch, examine_depth, prepare
from scanner.model.artifact import Artifact, ArtifactFacts, Unread
from scanner.model.locator import base_name
from scanner.model.vocabulary import Cause

_GRACE_S = 20.0
"""Beyond the budget's own limit, before a worker that does not answer is ended."""
_WATCH_S = 1.0
_LOCK_S = 10.0
"""A worker killed while it fetches work takes the lock of the queue with it; how long the others wait for it."""
_STALL_S = 60.0
"""How long nobody may work while work waits: then a task died with a worker that had not yet said it has it."""
_ALARM_STATUS = -14
"""The exit status of a process that SIGALRM ended."""

_TOO_SLOW = "Reading it took longer than the scan's limit allows."
_seconds_a_file = 0.0
_answers = msgspec.msgpack.Decoder(list[Answer])


def start(plan: Plan, parent: int) -> None:
    """Make this process a worker that does not outlive the scan."""
    if sys.platform == "linux":
        import resource

        # RLIMIT_AS would also count mapped files and break the reading of large ones.
        limit = plan.limits.worker_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would be a copy of what was scanned
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the main process, which ends its workers
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    global _seconds_a_file
    _seconds_a_file = plan.limits.seconds + _GRACE_S
    prepare(plan)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(1)


def work(task: Work) -> bytes:
    """Do a batch or a depth task."""
    if isinstance(task, DepthTask):
        _wind_alarm(_seconds_a_file)
        answers = [examine_depth(task)]
    else:
        answers = [answer for number in range(len(task.names)) for answer in _one_file(task.only(number))]
    _wind_alarm(0.0)
    return msgspec.msgpack.encode(answers)


def _one_file(batch: Batch) -> list[Answer]:
    _wind_alarm(_seconds_a_file)
    return examine_batch(batch)


def _wind_alarm(seconds: float) -> None:
    """The system ends this process after so long (0: never); no code of ours needs to run for that."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


_Asked = tuple[Any, Any]
"""A pool and the future of what it was asked; the library that makes both has no types."""


class Pool:
    """Worker processes. Started with the first work, ended with the `with` block."""

    def __init__(self, plan: Plan, jobs: int) -> None:
        self._plan = plan
        self._jobs = jobs
        self._pool: Any = None
        self._futures: list[Any] = []

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is None:
            return
        if kind is not None:
            self.stop()
            return
        self._pool.close()
        self._pool.join()

    def stop(self) -> None:
        """End all workers, whatever they are doing; new work starts new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()
            pool.join()

    def run(self, tasks: Iterable[Work]) -> Iterator[tuple[Work, int, Answer]]:
        """Do all tasks; yield task, number of the file in it, and answer, in the order of the tasks."""
        self._futures.clear()
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
        for number, (piece, future) in enumerate([(piece, self._schedule(piece)) for piece in pieces]):
            answers = self._result(future)
            answer = _lost(piece, answers) if isinstance(answers, Unread) else answers[0]
            yield task, number, answer

    def _schedule(self, task: Work) -> _Asked:
        if self._pool is not None and not self._pool.active:
            self.stop()
        if self._pool is None:
            self._pool = _started(self._plan, self._jobs)
        files = len(task.names) if isinstance(task, Batch) else 1
        timeout_s = (self._plan.limits.seconds + _GRACE_S) * files + _GRACE_S
        future = self._pool.schedule(work, args=(task,), timeout=timeout_s)
        self._futures.append(future)
        return self._pool, future

    def _wait(self, pool: Any, future: Any) -> None:
        """Wait for an answer; a pool that broke or stalled will not give it. Raises `BrokenProcessPool`."""
        last_at_work = time.monotonic()
        while not wait([future], _WATCH_S).done:
            now = time.monotonic()
            if any(other.running() for other in self._futures):
                last_at_work = now
            elif now - last_at_work > _STALL_S and pool is self._pool:
                self.stop()
            if not pool.active and not future.done():
                raise BrokenProcessPool

    def _result(self, asked: _Asked) -> list[Answer] | Unread:
        from pebble import ProcessExpired

        pool, future = asked
        try:
            self._wait(pool, future)
            return _answers.decode(future.result())
        except OutOfTime:
            return _loss(Cause.TIMED_OUT, _TOO_SLOW)
        except MemoryError:
            return _loss(Cause.LIMIT, OUT_OF_MEMORY)
        except ProcessExpired as error:
            if error.exitcode == _ALARM_STATUS:
                return _loss(Cause.TIMED_OUT, _TOO_SLOW)
            status = f"exit status {error.exitcode}"
            return _loss(Cause.CRASHED, f"Reading it ended the worker process ({status}); the scan went on without it.")
        except BrokenProcessPool:  # nobody can say over which file: all are examined again, one by one
            return _loss(Cause.CRASHED, "The worker processes ended while it was being read.")


def _started(plan: Plan, jobs: int) -> Any:
    from pebble import CONSTS, ProcessPool

    CONSTS.channel_lock_timeout = _LOCK_S
    # A spawned child would otherwise find modules in the current folder, which may be the target.
    os.environ["PYTHONSAFEPATH"] = "1"
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPool(jobs, context=context, initializer=start, initargs=(plan, os.getpid()))


def _loss(cause: Cause, reason: str) -> Unread:
    return Unread(locator="", stage="read", cause=cause, reason=reason)


def _lost(task: Work, loss: Unread) -> Answer:
    locator = task.within if isinstance(task, DepthTask) else task.locator(0)
    artifact = Artifact(locator=locator, name=base_name(locator), type="unread", size=0)
    unread = msgspec.structs.replace(loss, locator=locator)
    return Answer(type="unread", facts=[ArtifactFacts(artifact=artifact, unread=(unread,))])
