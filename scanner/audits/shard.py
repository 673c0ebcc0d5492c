"""A part of an audit, done in a process of its own.

The work comes by standard input, its length before it (8 bytes, big-endian); the answer goes to standard output. Both
are msgpack. Standard input stays open while somebody waits for the answer: its end ends the process, so that a machine
whose worker was lost does not go on with what another does again.
"""

import os
import sys
import threading

import msgspec

from scanner.audits.run import Work
from scanner.audits.store import ResultRow

LENGTH_BYTES = 8


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a shard."""

    results: tuple[ResultRow, ...] = ()
    """Without the reports, which are in the store."""
    warning: str = ""
    """What was not as it should be and makes no difference to the results, as a sentence."""
    refused: str = ""
    """Why nothing of it could be done here, as a sentence; no other try would help."""


def done(work: Work) -> Answer:
    """Do the work; targets of which the store has a result are not checked again."""
    from scanner.audits.check import checked
    from scanner.audits.store import BadStore, Store
    from scanner.catalogue.knowledge import load_knowledge
    from scanner.engine.crew import Crew
    from scanner.engine.scan import tool_of

    tool = tool_of(load_knowledge())
    if tool != work.tool:
        mine, theirs = (f"{one.name} {one.version} with signatures {one.signatures}" for one in (tool, work.tool))
        return Answer(refused=f"A worker of the cluster has {mine}, and the audit is made with {theirs}.")
    results = []
    try:
        with Store(work.store) as store, Crew(work.shared_facts) as crew:
            for item in work.items:
                result = store.result(work.audit, item.target)
                result = result or checked(work.audit, work.plan, item, store, work.jobs, crew)
                results.append(msgspec.structs.replace(result, report=b""))
    except BadStore as error:
        return Answer(refused=f"On a worker of the cluster: {error}")
    return Answer(results=tuple(results), warning=crew.shared.fault)


def main() -> None:
    """Read the work, do it, answer."""
    given, answers = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever anybody prints is no answer
    length = int.from_bytes(given.read(LENGTH_BYTES), "big")
    work = msgspec.msgpack.decode(given.read(length), type=Work)
    threading.Thread(target=_end_with, args=(given.fileno(),), daemon=True).start()
    answers.write(msgspec.msgpack.encode(done(work)))
    answers.flush()


def _end_with(given: int) -> None:
    os.read(given, 1)
    os._exit(1)
