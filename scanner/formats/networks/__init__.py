"""Readers of neural networks: one file format a module, found by its place, as everywhere under formats/.

Each reads headers, graph and shapes and gives a `Network` observation by way of a `Blueprint`. Weights are skipped; no
framework is imported, nothing is executed or unpickled.

A reader whose networks can be found inside other files as well (among a program's constants, one behind the other in a
blob) has two things more:

- `MARKS`: literals, one of which stands in every such network
- `extent(data, at, budget) -> Extent | None`: where the network with a mark at `at` begins and ends, if it can be one.
  Nothing in front of `data` belongs to it. Raises `Unreadable` (limit) alone.

A reader of a format that holds weights as they are in memory may have `blocks(source, budget) -> Iterator[memoryview]`:
the bytes of each block, in any order, for a digest over the weights (`network_weights`). Raises `Unreadable`.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import NamedTuple, Protocol, cast

from scanner.model.source import Budget, Info, Source


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


class WithBlocks(Protocol):
    """A reader that gives the bytes of weights."""

    INFO: Info

    def blocks(self, source: Source, budget: Budget) -> Iterator[memoryview]:
        """The blocks of weights."""


@cache
def found_inside() -> tuple[FoundInside, ...]:
    """Every reader whose networks are found inside other files."""
    return tuple(cast("FoundInside", module) for module in _modules() if hasattr(module, "MARKS"))


@cache
def with_blocks() -> tuple[WithBlocks, ...]:
    """Every reader that gives the bytes of weights."""
    return tuple(cast("WithBlocks", module) for module in _modules() if hasattr(module, "blocks"))


def _modules() -> Iterator[ModuleType]:
    return (importlib.import_module(f"{__name__}.{entry.name}") for entry in pkgutil.iter_modules(__path__))
