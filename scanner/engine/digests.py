"""Digests of the files in which findings lie, so that a reader can tell later whether they are still the same."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence

from scanner.model.finding import Finding
from scanner.model.report import Hashed, Target


def hashed(findings: Sequence[Finding], paths: Mapping[str, str], target: Target) -> tuple[Hashed, ...]:
    """SHA-256 of each file that holds evidence, by its locator; `paths` says where the files lie. A file that is the
    target itself has its digest from the one who read it.

    What lies in a container is vouched for by the container's own digest. A file that is gone meanwhile is left out.
    """
    named = {entry.locator.partition("!/")[0] for finding in findings for entry in finding.evidence}
    if target.sha256 and target.locator in named:
        return (Hashed(locator=target.locator, sha256=target.sha256, size=target.size),)
    found = _all_hashed([(locator, paths[locator]) for locator in sorted(named) if locator in paths])
    return tuple(one for one in found if one is not None)


def _all_hashed(files: Sequence[tuple[str, str]]) -> Iterable[Hashed | None]:
    """In threads, if there are several: hashing lets other threads run meanwhile."""
    if len(files) < 2:
        return [_hashed(*file) for file in files]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(_hashed, *zip(*files, strict=True)))


def _hashed(locator: str, path: str) -> Hashed | None:
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123  (flags keep it from following a link)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return Hashed(locator=locator, sha256=digest, size=file.tell())
    except OSError:
        return None
