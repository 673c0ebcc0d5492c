"""Digests of the files in which findings lie, so that a reader can tell later whether they are still the same.

Which files those are is known last of all. So the workers, which have nothing left to do then, take the digests of all
files of which the catalogue may say anything, while the main process judges.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from scanner.engine.sources import sha256_of
from scanner.engine.task import Batch
from scanner.engine.workers import Pool
from scanner.model.finding import Finding
from scanner.model.report import Hashed, Target

_FROM_BYTES = 4 << 20
"""Less is hashed sooner than handed out."""
_MOST_BYTES = 1 << 30
"""More is only hashed of files that hold a finding."""


class Digests:
    """SHA-256 of files, by their locators."""

    def __init__(self, pool: Pool, paths: Mapping[str, str]) -> None:
        """`paths` says where the files lie."""
        self._pool = pool
        self._paths = paths
        self._tasks: list[Batch] = []
        self._shares: list[list[str]] = []

    def begin(self, locators: Iterable[str]) -> None:
        """Have the workers take those of files that may be asked for, the smallest first if they are too much."""
        sizes = self._sizes({locator.partition("!/")[0] for locator in locators})
        shares: list[list[str]] = [[] for _ in range(self._pool.jobs)]
        weights = [0] * len(shares)
        for size, locator in sizes:
            if sum(weights) + size > _MOST_BYTES:
                break
            least = weights.index(min(weights))
            shares[least].append(locator)
            weights[least] += size
        if sum(weights) < _FROM_BYTES:
            return
        self._shares = [share for share in shares if share]
        for share in self._shares:
            names = tuple(self._paths[locator] for locator in share)
            self._tasks.append(Batch(root="", names=names, is_hashed_only=True, asks_sha256=True))
            self._pool.begin(self._tasks[-1])
        self._pool.tend()

    def _sizes(self, locators: Iterable[str]) -> list[tuple[int, str]]:
        found: list[tuple[int, str]] = []
        for locator in locators:
            with suppress(OSError, KeyError):
                found.append((os.stat(self._paths[locator]).st_size, locator))  # noqa: PTH116  (of thousands)
        return sorted(found)

    def of(self, findings: Sequence[Finding], target: Target) -> tuple[Hashed, ...]:
        """That of each file that holds evidence. A file that is the target itself has its own from the one who read
        it.

        What lies in a container is vouched for by the container's own digest. A file that is gone meanwhile is left
        out.
        """
        named = {entry.locator.partition("!/")[0] for finding in findings for entry in finding.evidence}
        if target.sha256 and target.locator in named:
            return (Hashed(locator=target.locator, sha256=target.sha256, size=target.size),)
        known = self._known()
        left = [(locator, self._paths[locator]) for locator in sorted(named - known.keys()) if locator in self._paths]
        found = {one.locator: one for one in _all_hashed(left) if one is not None}
        found |= {locator: one for locator, one in known.items() if locator in named}
        return tuple(found[locator] for locator in sorted(found))

    def _known(self) -> dict[str, Hashed]:
        """What the workers have taken."""
        locators = {id(task): share for task, share in zip(self._tasks, self._shares, strict=True)}
        known: dict[str, Hashed] = {}
        for task, number, answer in self._pool.run(self._tasks):
            if answer.content:
                locator = locators[id(task)][number]
                known[locator] = Hashed(locator=locator, sha256=answer.content.hex(), size=answer.size)
        return known


def _all_hashed(files: Sequence[tuple[str, str]]) -> Iterable[Hashed | None]:
    """In threads, if there are several: hashing lets other threads run meanwhile."""
    if len(files) < 2:
        return [_hashed(*file) for file in files]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(_hashed, *zip(*files, strict=True)))


def _hashed(locator: str, path: str) -> Hashed | None:
    told = sha256_of(path)
    return Hashed(locator=locator, sha256=told[0].hex(), size=told[1]) if told is not None else None
