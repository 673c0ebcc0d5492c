"""Readers and containers as the engine knows them: what each says of itself at hand, its module only when it is used.

Loading all their modules takes longer than a small scan. So what they say is kept, under the names, sizes and times of
their files, and a module is imported when a file wants it.
"""

import importlib
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import msgspec
from blake3 import blake3

from scanner.catalogue.cache_file import looks_below, read_cached, write_cached
from scanner.containers import Container
from scanner.model.source import Info, Reader

_SUFFIX = ".readers"
_ROOMS = ("formats", "containers")
_OFFERED = ("confirms", "find", "members", "observe", "parts", "regions", "share", "type_of", "wants")
_SAID = ("RANDOM_ACCESS", "SPLITS", "UNKNOWN", "WHOLE")


class _Known(msgspec.Struct, frozen=True, array_like=True):
    """What a module says."""

    module: str
    info: Info
    offers: frozenset[str]
    """Which functions it has."""
    says: dict[str, bool]


class Lazy:
    """Stands for a reader's or container's module, which is imported when one of its functions is asked for."""

    def __init__(self, known: _Known) -> None:
        self.INFO = known.info
        self.offers = known.offers
        self._module = known.module
        for name, value in known.says.items():
            setattr(self, name, value)

    def __getattr__(self, name: str) -> Any:  # Any: whatever the module has under that name
        if name not in self.offers:
            raise AttributeError(name)
        value = getattr(importlib.import_module(self._module), name)
        setattr(self, name, value)
        return value


def offers(reader: Reader | Container, function: str) -> bool:
    """Whether it has the function, without importing its module to find out."""
    return function in reader.offers if isinstance(reader, Lazy) else hasattr(reader, function)


def readers() -> tuple[Reader, ...]:
    """Every reader, sorted by name."""
    return tuple(cast("Reader", one) for one in _all() if "observe" in one.offers)


def containers() -> tuple[Container, ...]:
    """Every container, sorted by name."""
    return tuple(cast("Container", one) for one in _all() if "members" in one.offers)


@cache
def _all() -> tuple[Lazy, ...]:
    key = _key()
    data = read_cached(key, _SUFFIX)
    if data is not None:
        try:
            return tuple(map(Lazy, msgspec.msgpack.decode(data, type=list[_Known])))
        except (msgspec.DecodeError, ValueError):
            pass
    known = list(_asked())
    write_cached(key, _SUFFIX, msgspec.msgpack.encode(known))
    return tuple(map(Lazy, known))


def _asked() -> Iterator[_Known]:
    """Import all modules and ask them."""
    from scanner.containers import containers as container_modules
    from scanner.formats import readers as reader_modules

    for found in (*reader_modules(), *container_modules()):
        module = cast("ModuleType", found)
        offered = frozenset(name for name in _OFFERED if hasattr(module, name))
        says = {name: bool(getattr(module, name)) for name in _SAID if hasattr(module, name)}
        yield _Known(module.__name__, module.INFO, offered, says)


def _key() -> str:
    """Names what exactly these files say."""
    package = Path(__file__).resolve().parent.parent
    looks = "".join(line for room in _ROOMS for line in looks_below(str(package / room)))
    looked_at = blake3(looks.encode("utf-8", "surrogateescape"))
    return f"readers-{sys.version_info[:2]} {msgspec.__version__} {looked_at.hexdigest()}"
