"""Spreading an audit over a Dask cluster: one that runs already, or one of several processes on this machine.

Shards of a few targets go out; results go straight into the store, under a key of audit and target. So a worker that is
lost costs another try of its shard and no result, and a shard that two workers did counts once. Every shard runs in a
fresh process: a worker has threads and may not have children, a scan must have them.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from scanner.audits.check import failed
from scanner.audits.run import Work
from scanner.audits.shard import LENGTH_BYTES, Answer
from scanner.audits.store import ResultRow, Store

_MOST_TARGETS = 32
"""Of a shard."""
_SHARDS_A_THREAD = 4
"""As many at least, if there are targets enough, so that none waits long for the last."""
_RETRIES = 2
"""Of a shard whose process failed; a lost worker's shard is moved by the scheduler, and not counted here."""
_WAIT_S = 60
"""For a cluster's first worker."""
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class BadFleet(Exception):
    """The cluster cannot do the work, in a sentence for the terminal."""


class Fleet:
    """The cluster that an audit is spread over: `run_audit(…, spread=Fleet(…))`."""

    def __init__(self, scheduler: str = "", warn: Callable[[str], None] = lambda _: None) -> None:
        """`scheduler` is the address of a cluster that runs already, such as `tcp://10.0.0.5:8786`; without it, workers
        are started on this machine and ended with the audit. `warn` as that of `run_audit`."""
        self._scheduler = scheduler
        self._warn = warn

    def __call__(self, work: Work) -> Iterator[ResultRow]:
        """Every target's result, as it comes in. Raises `BadFleet`."""
        if not work.items:
            return
        host = self._scheduler.rpartition("://")[2].rpartition(":")[0]
        if self._scheduler and host not in _LOOPBACK and not work.store.startswith("postgresql"):
            raise BadFleet("a cluster of several machines needs a store that all of them reach: PostgreSQL.")
        with _client(self._scheduler, work.jobs) as client:
            yield from _spread(
                client, msgspec.structs.replace(work, jobs=work.jobs if self._scheduler else 1), self._warn
            )


@contextmanager
def _client(scheduler: str, jobs: int) -> Iterator[Any]:  # Any: distributed ships no types
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise BadFleet("a cluster needs the extra “fleet”: pip install 'frscan[fleet]'.") from error
    os.environ["PYTHONSAFEPATH"] = "1"  # a spawned process must not find modules in the current folder
    if scheduler:
        try:
            with Client(scheduler, timeout=_WAIT_S) as client:
                client.wait_for_workers(1, timeout=_WAIT_S)
                yield client
        except (OSError, TimeoutError, ValueError) as error:
            raise BadFleet(f"the cluster at {scheduler} cannot be used: {error}.") from error
        return
    with (
        LocalCluster(
            n_workers=jobs or os.cpu_count() or 1,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
            silence_logs="CRITICAL",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _spread(client: Any, work: Work, warn: Callable[[str], None]) -> Iterator[ResultRow]:  # Any: as above
    from distributed import as_completed

    def sent(shard: Work) -> Any:
        future = client.submit(check_shard, msgspec.msgpack.encode(shard), pure=False, retries=_RETRIES)
        shards[future.key] = shard
        return future

    shards: dict[str, Work] = {}
    threads = sum(client.nthreads().values())
    waiting = as_completed([sent(shard) for shard in _shards(work, threads)])
    for future in waiting:
        shard = shards.pop(future.key)
        if future.status == "finished":
            yield from _results(msgspec.msgpack.decode(future.result(), type=Answer), warn)
        elif future.status != "error":
            raise BadFleet("the cluster went away; the next run goes on from here.")
        elif len(shard.items) > 1:
            for item in shard.items:
                waiting.add(sent(msgspec.structs.replace(shard, items=(item,))))
        else:
            yield _given_up(shard, future.exception())


def _results(answer: Answer, warn: Callable[[str], None]) -> tuple[ResultRow, ...]:
    if answer.refused:
        raise BadFleet(answer.refused)
    if answer.warning:
        warn(answer.warning)
    return answer.results


def _shards(work: Work, threads: int) -> Iterator[Work]:
    size = max(1, min(_MOST_TARGETS, len(work.items) // (threads * _SHARDS_A_THREAD)))
    for start in range(0, len(work.items), size):
        yield msgspec.structs.replace(work, items=work.items[start : start + size])


def _given_up(shard: Work, why: BaseException) -> ResultRow:
    """A target that no worker could finish is told like any other that could not be checked."""
    (item,) = shard.items
    reason = f"No worker of the cluster could check it to the end ({type(why).__name__})."
    with Store(shard.store) as store:
        return store.result(shard.audit, item.target) or failed(shard.audit, shard.plan, item, store, reason)


class ShardFailed(Exception):
    """The process of a shard ended without an answer."""


def check_shard(work: bytes) -> bytes:
    """On a worker: have a process of its own do the work, and hand on its answer. Raises `ShardFailed`."""
    # -P: the current folder is no place for modules. Its own session: an interrupt at a terminal is the audit's alone.
    command = [sys.executable, "-P", "-c", "from scanner.audits.shard import main; main()"]
    with subprocess.Popen(  # noqa: S603  (a command of our own)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(len(work).to_bytes(LENGTH_BYTES, "big") + work)
        child.stdin.flush()
        answer = child.stdout.read()
        child.stdin.close()
    if child.returncode:
        raise ShardFailed(f"It ended with the status {child.returncode}.")
    return answer
