"""Workers: processes that read hostile bytes and may die of it without hurting the scan.

Work travels as names, answers come home as msgpack; neither carries a file's contents. Each worker has a pipe of its
own and one task at a time, so it is known over what a worker died. One that crashes, hangs or swells costs the artifact
at hand: its batch is examined again one file at a time, the worker then telling which member it comes to; where it dies
again, that one is recorded, and the rest of the file is examined without it.

A pool of our own, because the libraries for it share one queue among the workers, whose lock dies with the worker that
holds it, and load for 60 to 80 ms, a third of what a small scan may take.
"""

import multiprocessing
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from multiprocessing.connection import Connection, wait
from typing import Any

import msgspec

from scanner.engine import memory
from scanner.engine.budget import OUT_OF_MEMORY
from scanner.engine.job import Job
from scanner.engine.so_far import SoFar
from scanner.engine.task import Answer, DepthTask, Plan, Work, answers_due, largest
from scanner.engine.worker_process import AT, GRACE_S, OUT_OF_MEMORY_ANSWER, READY, SO_FAR, serve
from scanner.model.artifact import Artifact, ArtifactFacts, Unread
from scanner.model.locator import base_name
from scanner.model.vocabulary import Cause

_WAIT_S = 1.0
"""How long nothing is looked at but the pipes."""
_STARTS = 20
"""Workers that die before they are ready, one after another, until no more are started."""
_START_S = 60.0
"""How long a worker may take to be ready."""
_END_S = 5.0
"""How long a worker that was asked to end may take."""
_ALARM_STATUS = -14
"""The exit status of a process that SIGALRM ended."""
_SWOLLEN_BYTES = 512 << 20
"""What a worker may hold that goes on with the next target."""

_TOO_SLOW = "Reading it took longer than the scan's limit allows."
_NO_WORKER = "No worker process could be started to read it."
_answers = msgspec.msgpack.Decoder(list[Answer])
_so_far = msgspec.msgpack.Decoder(SoFar)


class _Worker:
    """A process, the pipe to it, and what it has to do."""

    def __init__(self, plan: Plan) -> None:
        # A spawned child would otherwise find modules in the current folder, which may be the target.
        os.environ["PYTHONSAFEPATH"] = "1"
        # Any: what kind of context it is, the types do not say.
        context: Any = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, plan, os.getpid(), self.pipe), daemon=True)
        self._process.start()
        theirs.close()
        self.is_ready = False
        self.job: Job | None = None
        self.so_far = SoFar()
        """How far the file at hand is."""
        self._ends_at = time.monotonic() + _START_S
        self._limits = plan.limits

    def give(self, job: Job) -> None:
        """Hand it a job. Raises `OSError` if it is gone."""
        self.job, self.so_far = job, SoFar()
        limit_s = self._limits.seconds_for(largest(job.work)) + GRACE_S
        self._ends_at = time.monotonic() + limit_s * job.files + GRACE_S
        self.pipe.send(job.work)

    def has_swollen(self, limit_bytes: int) -> bool:
        """Whether it holds more than that, beside the file at hand."""
        mapped = largest(self.job.work) if self.job is not None else 0
        return memory.own_bytes(self._process.pid or 0, mapped) > limit_bytes

    def comes_to(self, message: bytes) -> None:
        """It tells which part of the file it comes to."""
        if self.job is not None:
            stage, _, locator = message.removeprefix(AT).decode("utf-8").partition(" ")
            self.job.at = (stage, locator)

    def has_started(self, *, is_ready: bool) -> None:
        """It has said whether it has what it needs."""
        self.is_ready = is_ready
        self._ends_at = float("inf")

    def take_back(self) -> Job | None:
        """What it had to do, and now has done."""
        job, self.job = self.job, None
        self._ends_at = float("inf")
        return job

    @property
    def is_late(self) -> bool:
        """Whether it should have answered long ago."""
        return time.monotonic() > self._ends_at

    def end(self, within_s: float = 0.0) -> int | None:
        """End it, by force if it takes longer; its exit status."""
        self.pipe.close()
        self._process.join(within_s)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        status: int | None = self._process.exitcode
        self._process.close()
        return status


def _serve(theirs: Connection, plan: Plan, parent: int, ours: Connection) -> None:
    """In the child: the end of the pipe that is the parent's is not ours to hold."""
    ours.close()
    serve(theirs, plan, parent)


def nobody_asked(*_: object) -> None:
    """What is done where nobody wants to know."""


class Pool:
    """Worker processes. Started with the first work, ended with the `with` block."""

    def __init__(self, plan: Plan, jobs: int) -> None:
        self._plan = plan
        self.jobs = jobs
        """How many there are at most."""
        self.beat: Callable[[], None] = nobody_asked
        """Called at least once a second while there is work."""
        self.answered: Callable[[Work, int, int], None] = nobody_asked
        """Called with each answer that comes in: of which task, from which file of it, of how many."""
        self.meanwhile: Callable[[], None] = nobody_asked
        """Called once, as soon as some worker is at work: what has to be done here anyway."""
        self._kept: dict[bytes, bytes] = {}
        self._inside = SoFar()
        """Of jobs that are done, as far as was told."""
        self._workers: list[_Worker] = []
        self._waiting: deque[Job] = deque()
        self._done: dict[int, dict[int, list[Answer]]] = {}
        self._tickets = count()
        self._begun: dict[int, Work] = {}
        """By their tickets, those tasks that were given out before the others were known."""
        self._asked: dict[int, Work] = {}
        """By their tickets, all tasks in their order."""
        self._failed_starts = 0

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self.stop()
        self.end()

    def end_the_swollen(self) -> None:
        """Go on without workers that hold what they needed for an earlier target."""
        for worker in [w for w in self._workers if w.has_swollen(_SWOLLEN_BYTES)]:
            self._workers.remove(worker)
            worker.end(_END_S)

    def end(self) -> None:
        """End the workers, which have nothing to do."""
        while self._workers:
            self._workers.pop().end(_END_S)

    def stop(self) -> None:
        """End all workers, whatever they are doing; new work starts new ones."""
        self._waiting.clear()
        self._begun.clear()
        while self._workers:
            self._workers.pop().end()

    def run(self, tasks: Iterable[Work]) -> Iterator[tuple[Work, int, Answer]]:
        """Do all tasks; yield task, number of the file in it, and answer, in the order of the tasks.

        Of these some may have begun.
        """
        self._line_up(tasks)
        self._failed_starts = 0
        for ticket, task in self._asked.items():
            while sum(map(len, self._done.get(ticket, {}).values())) < answers_due(task):
                self._give_out()
                self._spend_the_wait()
                self._take_in()
                self.beat()
            yield from self._answers_of(ticket)

    def begin(self, task: Work) -> None:
        """Have a task done that will be among those to run, and those after it as soon as a worker is free."""
        ticket = next(self._tickets)
        self._begun[ticket] = task
        self._waiting.append(Job(ticket, 0, task, is_retry=False))

    def tend(self) -> None:
        """Go on with what has begun, without waiting for anything."""
        if self._begun:
            self._give_out()
            self._take_in(within_s=0.0)

    def _line_up(self, tasks: Iterable[Work]) -> None:
        """Put what is to be done in the order of the tasks, and forget what is none of these."""
        begun = {id(task): ticket for ticket, task in self._begun.items()}
        self._begun = {}
        self._asked = {}
        for task in tasks:
            ticket = begun.get(id(task))
            if ticket is None:
                ticket = next(self._tickets)
                self._waiting.append(Job(ticket, 0, task, is_retry=False))
            self._asked[ticket] = task
        places = {ticket: place for place, ticket in enumerate(self._asked)}
        waiting = [job for job in self._waiting if job.ticket in places]
        self._waiting = deque(sorted(waiting, key=lambda job: places[job.ticket]))
        self._done = {ticket: found for ticket, found in self._done.items() if ticket in places}
        for ticket, found in self._done.items():
            for number, answers in found.items():
                self.answered(self._asked[ticket], number, len(answers))

    def left_over(self) -> Iterator[tuple[Work, int, Answer]]:
        """What was answered and not yielded when `run` was left: of a batch that lost files, those up to the first."""
        for ticket in [ticket for ticket in self._asked if ticket in self._done]:
            yield from self._answers_of(ticket)

    def _answers_of(self, ticket: int) -> Iterator[tuple[Work, int, Answer]]:
        found = self._done.pop(ticket)
        at = 0
        for number in sorted(found):
            if number != at:
                return
            yield from ((self._asked[ticket], at + n, answer) for n, answer in enumerate(found[number]))
            at += len(found[number])

    def at_hand(self) -> SoFar:
        """What has been at hand the longest, by its locator, which is empty if there is nothing; and how much is done
        of what lies inside files that take long, those that are done among them."""
        busy = [worker for worker in self._workers if worker.job is not None]
        all_told = [self._inside, *(worker.so_far for worker in busy)]
        files, size = sum(one.files for one in all_told), sum(one.size for one in all_told)
        return SoFar(_come_to(busy[0]) if busy else "", files, size)

    def kept(self) -> dict[bytes, bytes]:
        """What is to be kept of files that are at hand, as far as it was not asked before."""
        kept, self._kept = self._kept, {}
        return kept

    def _give_out(self) -> None:
        """Keep every worker busy, and have as many as there is work for."""
        busy = sum(worker.job is not None for worker in self._workers)
        while len(self._workers) < min(self.jobs, busy + len(self._waiting)) and self._failed_starts < _STARTS:
            self._workers.append(_Worker(self._plan))
        if not self._workers:
            while self._waiting:
                self._lose(self._waiting.popleft(), _loss(Cause.CRASHED, _NO_WORKER), is_final=True)
        for worker in list(self._workers):
            if worker.is_ready and worker.job is None and self._waiting:
                self._give(worker, self._waiting.popleft())

    def _give(self, worker: _Worker, job: Job) -> None:
        try:
            worker.give(job)
        except OSError:  # it died while it had nothing to do
            worker.job = None
            self._waiting.appendleft(job)
            self._bury(worker)

    def _spend_the_wait(self) -> None:
        if any(worker.job is not None for worker in self._workers):
            meanwhile, self.meanwhile = self.meanwhile, nobody_asked
            meanwhile()

    def _take_in(self, within_s: float | None = None) -> None:
        """Wait for something to happen, and keep what was answered."""
        if within_s is None:
            within_s = _WAIT_S if memory.SYSTEM_BOUNDS_IT else memory.LOOK_S
        by_pipe: dict[Any, _Worker] = {worker.pipe: worker for worker in self._workers}
        for pipe in wait(list(by_pipe), within_s):
            self._hear(by_pipe[pipe])
        for worker in [w for w in self._workers if w.is_late]:
            self._bury(worker, _loss(Cause.TIMED_OUT, _TOO_SLOW))
        if not memory.SYSTEM_BOUNDS_IT:
            for worker in [w for w in self._workers if w.has_swollen(self._plan.limits.worker_bytes)]:
                self._bury(worker, _loss(Cause.LIMIT, OUT_OF_MEMORY))

    def _hear(self, worker: _Worker) -> None:
        try:
            message = worker.pipe.recv_bytes()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if not worker.is_ready:
            worker.has_started(is_ready=message == READY)
            self._failed_starts = 0
            return
        if message.startswith(SO_FAR):
            worker.so_far = _so_far.decode(message[len(SO_FAR) :])
            self._kept |= worker.so_far.keep
            return
        if message.startswith(AT):
            worker.comes_to(message)
            return
        job = worker.take_back()
        if job is None:
            return
        self._inside.files += worker.so_far.files
        self._inside.size += worker.so_far.size
        if self._waiting:
            self._give(worker, self._waiting.popleft())  # before anything else, so that it need not wait
        if message == OUT_OF_MEMORY_ANSWER:
            self._lose(job, _loss(Cause.LIMIT, OUT_OF_MEMORY))
        else:
            self._keep(job, _answers.decode(message))

    def _keep(self, job: Job, answers: list[Answer]) -> None:
        task = self._asked.get(job.ticket)
        if task is not None or job.ticket in self._begun:
            self._done.setdefault(job.ticket, {})[job.number] = answers
        if task is not None:
            self.answered(task, job.number, len(answers))

    def _bury(self, worker: _Worker, why: Unread | None = None) -> None:
        """A worker is gone, or is to go: what it had at hand is lost."""
        self._workers.remove(worker)
        self._failed_starts += not worker.is_ready
        status = worker.end(0.0 if why else _END_S)
        if worker.job is not None:
            self._lose(worker.job, why or _death(status))

    def _lose(self, job: Job, why: Unread, *, is_final: bool = False) -> None:
        """Try again in pieces, then without what was at hand; what is lost again is recorded."""
        pieces = list(job.pieces())
        if not (is_final or job.is_retry):
            self._waiting.extendleft(reversed(pieces))
            return
        less = None if is_final else job.without(why)
        if less is not None:
            self._waiting.appendleft(less)
            return
        for piece in pieces:
            piece.number = job.number if job.is_retry else piece.number
            self._keep(piece, [_lost(piece.work, why)])


def _come_to(worker: _Worker) -> str:
    """The locator of what a worker came to last, as far as it told."""
    work = worker.job.work if worker.job is not None else None
    if work is None or worker.so_far.locator:
        return worker.so_far.locator
    return work.asks[0].locator if isinstance(work, DepthTask) else work.locator(0)


def _death(status: int | None) -> Unread:
    if status == _ALARM_STATUS:
        return _loss(Cause.TIMED_OUT, _TOO_SLOW)
    return _loss(
        Cause.CRASHED, f"Reading it ended the worker process (exit status {status}); the scan went on without it."
    )


def _loss(cause: Cause, reason: str) -> Unread:
    return Unread(locator="", stage="read", cause=cause, reason=reason)


def _lost(task: Work, loss: Unread) -> Answer:
    locator = task.asks[0].locator if isinstance(task, DepthTask) else task.locator(0)
    artifact = Artifact(locator=locator, name=base_name(locator), type="unread", size=0)
    unread = msgspec.structs.replace(loss, locator=locator)
    return Answer(type="unread", facts=[ArtifactFacts(artifact=artifact, unread=(unread,))])
