"""Source maps: the packages whose modules went into a bundle, and the program's own sources that the map carries.

A map lists the files a bundle was made of (`sources`), mostly with their text (`sourcesContent`): a minified bundle
has lost its module names, and its map gives them back.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from scanner.formats.javascript_facts import MAX_BYTES, Text, dialect_of, javascript_facts
from scanner.formats.javascript_modules import installed_module
from scanner.formats.javascript_relevance import asks_for
from scanner.formats.packages.purls import npm_purl
from scanner.model.observation import Call, Import, Observation, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="source-map",
    version=3,
    line="Source maps: packages that went into a bundle",
    specification="ECMA-426: https://tc39.es/ecma426/",
    limits="Only maps that name a known package are read. "
    "The texts of sources have a reader of their own. No map is fetched.",
    suffixes=(".map",),
    after_words=("npm",),
)

_MAX_SECTIONS = 1000
_GUARDS = (b")]}'", b")]}")
"""Lines that servers put before JSON so that it cannot be loaded as a script (ECMA-426 §7)."""
_BEGINNING = re.compile(rb"\s*(?:\)\]\}[^\n]{0,20}\n\s*)?\{")
_BY_NUMBER = re.compile(rb"\\u00(?:2[27d-fD-F]|3[0-9]|4|5[0-9aAfF]|6|7[0-9aA])")
"""A letter of a name, or what stands around one, that is written by its number."""
_SCRIPTS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_Texts = Annotated[list[Any], msgspec.Meta(max_length=1_000_000)]
"""Any: a damaged map holds anything, and one odd entry should not cost the others."""


class _Map(msgspec.Struct):
    sources: _Texts | None = None
    sources_content: _Texts | None = msgspec.field(name="sourcesContent", default=None)


class _Section(msgspec.Struct):
    map: _Map | None = None


class _SourceMap(_Map):
    sections: list[_Section] | None = None


def wants(_name: str, head: bytes) -> bool:
    """Whether it begins as such JSON does: `.map` has other meanings."""
    return head.lstrip()[:1] in (b"{", b")") and b'"' in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield packages as installed, by the paths of sources.

    Raises:
        Unreadable: damaged, when it is no source map; limit, when it is nested too deeply.
    """
    budget.spend_bytes(source.size)
    yield from packages_of_map(bytes(source.view()), budget)


def packages_of_map(data: bytes, budget: Budget) -> Iterator[Package]:
    """The packages in a source map's bytes; raises as `observe` does."""
    seen: set[str] = set()
    for prefix, part in _parts(data):
        yield from _packages(part, prefix, seen, budget)


def facts_of_sources(data: bytes, focus: frozenset[str], budget: Budget) -> Iterator[Import | Call | Package]:
    """What the program's own sources in a source map's bytes import and call, those that ask for one of `focus`.

    Raises:
        Unreadable: as `observe` does; limit, when the sources are longer than 12 MiB together.
    """
    if not _may_ask_for(data, focus):
        return
    left = MAX_BYTES
    for prefix, part in _parts(data):
        for number, name, text in _own_sources(part):
            budget.spend_items()
            content = text.encode("utf-8", "replace")
            left -= len(content)
            if left < 0:
                raise Unreadable(Cause.LIMIT, "The map carries more than 12 MiB of sources; the rest was not read.")
            budget.spend_bytes(len(content))
            if not asks_for(content, focus):
                continue
            place = f"{prefix}sourcesContent[{number}] line {{}}"
            kept = Text(content, dialect_of(name), name, place=place, lies_beside_its_files=False)
            yield from javascript_facts(kept, budget)


def _may_ask_for(data: bytes, focus: frozenset[str]) -> bool:
    """Whether anything in the map asks for one of `focus`, told without reading it as JSON.

    What does not begin as a map does is read, so that it is told what is wrong with it.
    """
    if not _BEGINNING.match(data) or (b"\\u00" in data and _BY_NUMBER.search(data)):
        return True
    escaped = (name.encode("utf-8").replace(b"/", b"\\/") for name in focus if "/" in name and b"\\/" in data)
    return any(name in data for name in escaped) or asks_for(data, focus)


def _parts(data: bytes) -> Iterator[tuple[str, _Map]]:
    """The map itself and those of its sections, each with the beginning of places in it."""
    whole = _decoded(data)
    yield "", whole
    for number, section in enumerate((whole.sections or ())[:_MAX_SECTIONS]):
        if section.map is not None:
            yield f"sections[{number}].", section.map


def _decoded(data: bytes) -> _SourceMap:
    if data.startswith(_GUARDS):
        data = data[data.find(b"\n") + 1 :]
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_SourceMap)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(Cause.DAMAGED, f"The source map is not the JSON it should be: {error}.") from error
    except RecursionError as error:
        raise Unreadable(Cause.LIMIT, "The source map is nested too deeply to be read.") from error


def _packages(part: _Map, prefix: str, seen: set[str], budget: Budget) -> Iterator[Package]:
    for number, path in enumerate(part.sources or ()):
        budget.spend_items()
        module = installed_module(path) if isinstance(path, str) else None
        purl = npm_purl(module.package) if module is not None else None
        if module is not None and purl is not None and purl not in seen:
            seen.add(purl)
            yield Package(purl=purl, version=module.version, role="installed", place=f"{prefix}sources[{number}]")


def _own_sources(part: _Map) -> Iterator[tuple[int, str, str]]:
    """Number, base name and text of each source that belongs to no package."""
    for number, (path, text) in enumerate(zip(part.sources or (), part.sources_content or (), strict=False)):
        if isinstance(path, str) and isinstance(text, str) and "node_modules/" not in path:
            name = path.partition("?")[0].rpartition("/")[2]
            if name.lower().endswith(_SCRIPTS):
                yield number, name, text
