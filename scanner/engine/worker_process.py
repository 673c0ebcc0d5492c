"""One worker process: it reads hostile bytes for the scan, and may die of it.

It is asked over a pipe and answers over it. Where the system has an alarm clock, that ends a process which takes too
long over one file, whatever it is doing then.
"""

import gc
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection

import msgspec

from scanner.engine import memory
from scanner.engine.garbage import COLLECTED_AFTER
from scanner.engine.so_far import SoFar
from scanner.engine.task import DepthTask, Plan, Work, largest
from scanner.engine.worker import examine_batch, examine_depth, hash_batch, prepare

READY = b"ready"
"""The first message of a worker: it has what it needs."""
OUT_OF_MEMORY_ANSWER = b""
AT = b"\xc1"
"""Begins a message of which part of a file is come to; no answer begins so, for msgpack does not use this byte."""
SO_FAR = b"\xc1\xc1"
"""Begins a message of how far the file at hand is; no name of a stage begins so."""
GRACE_S = 20.0
"""Beyond the budget's own limit, before a worker that does not answer is ended."""
_WATCH_S = 1.0


def serve(connection: Connection, plan: Plan, parent: int) -> None:
    """Be a worker until the pipe ends."""
    _start(plan, parent)
    with suppress(EOFError, OSError):  # the scan is over, or was ended
        connection.send_bytes(READY)
        while True:
            task = connection.recv()
            seconds_a_file = plan.limits.seconds_for(largest(task)) + GRACE_S
            connection.send_bytes(_answered(task, seconds_a_file, connection))


def _tell(connection: Connection, stage: str, locator: str) -> None:
    connection.send_bytes(AT + f"{stage} {locator}".encode())


def _tell_so_far(connection: Connection, so_far: SoFar) -> None:
    connection.send_bytes(SO_FAR + msgspec.msgpack.encode(so_far))


def _answered(task: Work, seconds_a_file: float, connection: Connection) -> bytes:
    try:
        return _work(task, seconds_a_file, connection)
    except MemoryError:
        return OUT_OF_MEMORY_ANSWER


def _start(plan: Plan, parent: int) -> None:
    """Make this process a worker that does not outlive the scan."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would be a copy of what was scanned
    if memory.SYSTEM_BOUNDS_IT:
        # RLIMIT_AS would also count mapped files and break the reading of large ones.
        limit = plan.limits.worker_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the main process, which ends its workers
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        # The pipe does not tell: where workers are forked, they hold each other's ends of it.
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    prepare(plan)
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH_S)
    os._exit(1)


def _work(task: Work, seconds_a_file: float, connection: Connection) -> bytes:
    """Do a batch or a depth task."""
    _wind_alarm(seconds_a_file)
    if isinstance(task, DepthTask):
        _wind_alarm(seconds_a_file * len(task.asks))
        answers = examine_depth(task)
    elif task.is_hashed_only:
        answers = hash_batch(task)
    else:
        tell, tell_so_far = partial(_tell, connection), partial(_tell_so_far, connection)
        answers = list(examine_batch(task, tell, partial(_wind_alarm, seconds_a_file), tell_so_far))
    _wind_alarm(0.0)
    return msgspec.msgpack.encode(answers)


def _wind_alarm(seconds: float) -> None:
    """The system ends this process after so long (0: never); no code of ours needs to run for that."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)
