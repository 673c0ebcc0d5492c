"""Readers: one file format a module, found by its place.

A reader is a module with

- `INFO`: `scanner.model.source.Info`
- optionally `wants(name, head) -> bool`, which refines a hit of INFO's names, suffixes or magics by the base name
  (lower case) and the first `HEAD_BYTES` bytes
- `observe(source, budget) -> Iterator[Observation]`, which yields what it reads before it raises `Unreadable`
- optionally `regions(source, budget) -> Iterator[Region]`, which names the parts of a file for byte hits

A reader imports its heavy libraries inside the function that needs them.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from scanner.model.source import Reader


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader under this package, sorted by name."""
    found = sorted(_reader_modules(__name__), key=lambda module: module.INFO.name)
    return tuple(found)


def _reader_modules(package: str) -> Iterator[ModuleType]:
    root = importlib.import_module(package)
    for entry in pkgutil.iter_modules(root.__path__, f"{package}."):
        if entry.ispkg:
            yield from _reader_modules(entry.name)
            continue
        module = importlib.import_module(entry.name)
        if hasattr(module, "INFO"):
            yield module
