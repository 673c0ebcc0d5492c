"""Batches: how files are dealt out, so that no core waits for another."""

from collections.abc import Iterator, Sequence
from functools import cache
from operator import attrgetter
from pathlib import Path

import msgspec

from scanner.engine.discover import Table
from scanner.engine.task import Batch
from scanner.model.source import HEAD_BYTES
from scanner.targets import Entry

BATCH_BYTES = 8 << 20
BATCH_FILES = 256
_BATCHES_A_JOB = 4
SPLIT_FROM_BYTES = 32 << 20
"""A container larger than this is dealt out by its members, where they can be reached in any order."""
SPLIT_ALONE_FROM_BYTES = 8 << 20
"""The same for one with more in it than in a core's share of all files: the other cores would wait for its worker."""
_PARTS_A_JOB = 1
"""Each part lists all members, so more parts would cost more than waiting for the slowest one does."""


def batches_of(
    root: str, prefix: str, entries: Sequence[Entry], jobs: int, *, is_target: bool
) -> Iterator[tuple[Batch, list[Entry]]]:
    """Deal the files out.

    Large files alone, small ones together: what is in one batch is lost together when its worker dies. A file that is
    the target itself may be meant for one reader.
    """
    if is_target and entries and entries[0].reader:
        (entry,) = entries
        batch = _batch(root, prefix, [entry], is_target=True)
        yield msgspec.structs.replace(batch, reader=entry.reader), [entry]
        return
    most = max(1, min(BATCH_FILES, len(entries) // (jobs * _BATCHES_A_JOB)))
    held: list[Entry] = []
    size = 0
    share = sum(map(_size, entries)) // jobs
    split_from = min(SPLIT_FROM_BYTES, max(SPLIT_ALONE_FROM_BYTES, share))
    for entry in sorted(sorted(entries, key=attrgetter("name")), key=_size, reverse=True):  # of equals, by name
        own = entry.stat[0]
        parts = _parts(entry, jobs) if own >= split_from else 1
        if parts > 1:
            whole = Batch(root=root, names=(entry.name,), prefix=prefix, is_target=is_target)
            yield from ((whole.of_part(number, parts), [entry]) for number in range(parts))
            continue
        if held and (size + own > BATCH_BYTES or len(held) >= most):
            yield _batch(root, prefix, held, is_target=is_target), held
            held, size = [], 0
        held.append(entry)
        size += own
    if held:
        yield _batch(root, prefix, held, is_target=is_target), held


def _batch(root: str, prefix: str, held: Sequence[Entry], *, is_target: bool) -> Batch:
    return Batch(root=root, names=tuple(entry.name for entry in held), prefix=prefix, is_target=is_target)


def _size(entry: Entry) -> int:
    return entry.stat[0]


def _parts(entry: Entry, jobs: int) -> int:
    """In how many parts a large file is examined: one, unless it is a container that can be split."""
    return jobs * _PARTS_A_JOB if jobs > 1 and can_split(entry) else 1


def can_split(entry: Entry) -> bool:
    """Whether a file is a container whose members can be reached in any order."""
    path = Path(entry.root) / entry.name
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return False
    wanted = _table().wanted(path.name, head)
    return bool(wanted.containers) and all(
        container.RANDOM_ACCESS and getattr(container, "WHOLE", True) and getattr(container, "SPLITS", True)
        for container in wanted.containers
    )


@cache
def _table() -> Table:
    return Table()
