"""A plugin of pytest that keeps what the tests give each reader and container: inputs to begin fuzzing with.

    FRSCAN_RECORD=FOLDER python -m pytest -p tests.fuzz.record tests/formats tests/containers

FOLDER/NAME then holds up to `MOST` files of at most `MOST_BYTES` bytes from which something was read. The fixtures
under fixtures/formats are the smallest of them (see fixtures/README.md).
"""

import os
from collections.abc import Callable, Iterator
from functools import wraps
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from scanner.containers import containers
from scanner.formats import readers
from scanner.model.source import Budget, Source

MOST = 150
MOST_BYTES = 64 << 10


def pytest_configure() -> None:
    """Put a recorder in front of every parser, before any test module imports one."""
    folder = Path(os.environ["FRSCAN_RECORD"])
    for function, modules in (("observe", readers()), ("members", containers())):
        for module in cast("tuple[ModuleType, ...]", modules):
            setattr(module, function, _recording(getattr(module, function), folder / module.INFO.name))


def _recording(parse: Callable[..., Iterator[Any]], folder: Path) -> Callable[..., Iterator[Any]]:
    @wraps(parse)
    def recorded(source: Source, budget: Budget) -> Iterator[Any]:
        is_kept = source.size > MOST_BYTES
        for found in parse(source, budget):
            if not is_kept:
                _keep(source, folder)
                is_kept = True
            yield found

    return recorded


def _keep(source: Source, folder: Path) -> None:
    data = bytes(source.view())
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{sha256(data).hexdigest()[:16]}-{source.name.replace('/', '_')[-60:]}"
    if len(list(folder.iterdir())) < MOST:
        file.write_bytes(data)
