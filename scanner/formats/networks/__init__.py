"""Readers of neural networks: one file format a module, found by its place, as everywhere under formats/.

Each reads headers, graph and shapes and gives a `Network` observation by way of a `Blueprint`. Weights are skipped; no
framework is imported, nothing is executed or unpickled.

A reader whose networks can be found inside other files as well (among a program's constants, one behind the other in a
blob) has two things more:

- `MARKS`: literals, one of which stands in every such network
- `extent(data, at, budget) -> Extent | None`: where the network with a mark at `at` begins and ends, if it can be one.
  Nothing in front of `data` belongs to it. Raises `Unreadable` (limit) alone.
"""

import importlib
import pkgutil
from functools import cache
from typing import NamedTuple, Protocol, cast

from scanner.model.source import Budget, Info


class Extent(NamedTuple):
    """Where a network lies in other bytes."""

    start: int
    end: int | None = None
    """None where the format does not tell."""


class FoundInside(Protocol):
    """A reader whose networks are found inside other files."""

    INFO: Info
    MARKS: tuple[bytes, ...]

    def extent(self, data: memoryview, at: int, budget: Budget) -> Extent | None:
        """Where the network with that mark lies."""


@cache
def found_inside() -> tuple[FoundInside, ...]:
    """Every such reader."""
    modules = (importlib.import_module(f"{__name__}.{entry.name}") for entry in pkgutil.iter_modules(__path__))
    return tuple(cast("FoundInside", module) for module in modules if hasattr(module, "MARKS"))
