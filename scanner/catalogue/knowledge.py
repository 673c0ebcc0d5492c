"""Knowledge: all that a scan needs of the catalogue, compiled once and kept in one piece.

What is kept answers to the names, sizes, times and inodes of the signature files and of the code that compiles them:
reading those files to see whether they changed would take longer than all the rest of a small scan.
"""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import msgspec
from blake3 import blake3

from scanner.catalogue.cache_file import looks_below, read_cached, write_cached
from scanner.catalogue.index import Index, IndexForm
from scanner.catalogue.installed import folder_in_use
from scanner.catalogue.load import Catalogue, load_catalogue
from scanner.catalogue.rules import ByteRules, byte_rules

_SUFFIX = ".knowledge"
_ROOMS = ("catalogue", "model", "containers")
"""Whose code decides what is kept."""
_ENGINES = ("yara", "hyperscan", "msgspec")
"""Packages whose other version may not read what is kept."""


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    version: str
    date: str
    technologies: int
    rules: ByteRules
    index: IndexForm


class Knowledge:
    """A catalogue, compiled."""

    def __init__(self, kept: _Kept, index: Index, encoded: bytes) -> None:
        self.version = kept.version
        """Of the signatures, as reports name it."""
        self.date = kept.date
        """The day of the set, or nothing."""
        self.technologies = kept.technologies
        """How many there are."""
        self.rules = kept.rules
        self.index = index
        self._encoded = encoded

    @cached_property
    def digest(self) -> bytes:
        """Of all of it: what decides what a scan finds."""
        return bytes(blake3(self._encoded).digest())


def knowledge_of(catalogue: Catalogue) -> Knowledge:
    """Compile a catalogue."""
    index = Index(catalogue.technologies)
    kept = _kept(catalogue, index)
    return Knowledge(kept, index, msgspec.msgpack.encode(kept))


def load_knowledge(takes_time: Callable[[], None] = lambda: None) -> Knowledge:
    """The knowledge of the signatures in use, compiled now, which `takes_time` is told, or before.

    Raises `CatalogueError` with every mistake found in them.
    """
    key = _key(folder_in_use())
    data = read_cached(key, _SUFFIX)
    if data is not None:
        try:
            kept = msgspec.msgpack.decode(data, type=_Kept)
            return Knowledge(kept, Index.restored(kept.index), data)
        except (msgspec.DecodeError, ValueError):
            pass
    takes_time()
    catalogue = load_catalogue()
    index = Index(catalogue.technologies)
    made = _kept(catalogue, index)
    encoded = msgspec.msgpack.encode(made)
    write_cached(key, _SUFFIX, encoded)
    return Knowledge(made, index, encoded)


def _kept(catalogue: Catalogue, index: Index) -> _Kept:
    rules = byte_rules(catalogue)
    return _Kept(catalogue.version, catalogue.date, len(catalogue.technologies), rules, index.form)


def _key(signatures: Path) -> str:
    """Names what is compiled from exactly these files by exactly this code on this machine."""
    looked_at = blake3("".join(_looks(signatures)).encode("utf-8", "surrogateescape"))
    # The name of the machine stands for its processor: compiled patterns are made for one.
    machine = f"{sys.version_info[:2]} {platform.machine()} {platform.node()}"
    return f"knowledge-{machine}-{looked_at.hexdigest()}"


def _looks(signatures: Path) -> Iterator[str]:
    package = Path(__file__).resolve().parent.parent
    for folder in (signatures, *(package / room for room in _ROOMS)):
        yield from looks_below(str(folder))
    for name in _ENGINES:
        spec = find_spec(name)
        yield f"{name} {_status(Path(spec.origin).stat()) if spec is not None and spec.origin else None}\n"


def _status(status: os.stat_result) -> str:
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"
