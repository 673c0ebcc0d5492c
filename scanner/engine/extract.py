"""Extracting: the bytes of one artifact, by its locator, for whoever wants to see for themselves what was seen.

Whatever a scan can open is opened the same way here, so that there is always a way to a piece of evidence: no usual
program takes a file out of a firmware image or a stack of container layers.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from scanner.catalogue.knowledge import load_knowledge
from scanner.engine.budget import Allowance, Limits
from scanner.engine.examine import Examiner
from scanner.engine.sources import BytesSource, OpenFile
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause


def extract(locator: str, write: Callable[[memoryview], object], keys: tuple[bytes, ...] = ()) -> None:
    """Write what lies at a locator whose beginning is a path on this machine.

    `keys` may open encrypted volumes. Raises `Unreadable` where nothing lies there, and where it cannot be read to its
    end, once what came before was written; `CatalogueError` for broken signatures, by which files are looked into.
    """
    path, inner = _apart(locator)
    limits = Limits()
    examiner = Examiner(load_knowledge().rules, limits, 0, keys=keys)
    with OpenFile(path) as source:
        budget = Allowance.for_file(limits, source.size)
        _write(examiner, source.with_keys(keys) if keys else source, inner, budget, write)


def _apart(locator: str) -> tuple[Path, list[str]]:
    """The file, whose own name may hold the mark, and the names from there to the artifact."""
    parts = locator.split("!/")
    for end in range(1, len(parts) + 1):
        path = Path("!/".join(parts[:end]))
        if path.is_file():
            return path, parts[end:]
    raise Unreadable(Cause.VANISHED, f"There is no file {parts[0]}.")


def _write(
    examiner: Examiner,
    source: BytesSource,
    inner: Sequence[str],
    budget: Budget,
    write: Callable[[memoryview], object],
) -> None:
    if not inner:
        for piece in source.pieces():
            write(piece)
        return
    for _, unpacked in examiner.unpacked(source, inner[:1], budget):
        with unpacked as member:
            _write(examiner, member, inner[1:], budget, write)
            if unpacked.stopped is not None:
                raise unpacked.stopped
            return
    raise Unreadable(Cause.VANISHED, f"{source.name} was opened, and nothing called {inner[0]} lies in it.")
