"""The program's own sources that a source map carries, read as scripts are."""

from collections.abc import Iterator

from scanner.formats.source_map import facts_of_sources
from scanner.formats.source_map import wants as wants
from scanner.model.observation import Observation
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="source-map-sources",
    version=3,
    line="Source maps: imports and calls of the sources they carry",
    specification="ECMA-426: https://tc39.es/ecma426/",
    limits="Read up to 12 MiB in all; the sources of packages are not.",
    suffixes=(".map",),
    after_words=("js",),
)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield modules imported and calls.

    Raises:
        Unreadable: damaged, when it is no source map; limit, when it is nested too deeply or carries too much.
    """
    budget.spend_bytes(source.size)
    yield from facts_of_sources(bytes(source.view()), source.focus, budget)
