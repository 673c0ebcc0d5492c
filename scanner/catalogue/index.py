"""The index: which indicators could an observation match? One look-up, not one test per indicator.

Patterns without a wildcard stand in a dictionary. Those with one are filed under the literal text before it, so
that a name is only tried against patterns whose beginning it has.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from scanner.catalogue.network_pattern import fits
from scanner.catalogue.pattern_table import PatternTable
from scanner.catalogue.product_names import loose_name, plain_company, plain_name, spelled_id, spellings, with_makers
from scanner.model.network import NetworkPattern
from scanner.model.observation import (
    AndroidEntry,
    ByteHit,
    Call,
    ClassName,
    Config,
    Digest,
    Import,
    Library,
    Network,
    Observation,
    Package,
    Product,
    Service,
    Signer,
    Symbol,
)
from scanner.model.technology import Indicator, Technology
from scanner.model.vocabulary import IndicatorKind

_SO_VERSION = re.compile(r"(\.so)(\.\d+)+$")
_CASELESS = {IndicatorKind.LIBRARY, IndicatorKind.FILE, IndicatorKind.PRODUCT, IndicatorKind.PACKAGE}
_BOUNDARY = re.compile(r"[./]")
_MODULE_LANGUAGES = {"python", "js"}
_NEAR_LETTERS = 7
"""Shorter names resemble too much."""
BYTE_KINDS = {IndicatorKind.STRING, IndicatorKind.ENDPOINT, IndicatorKind.SYMBOL, IndicatorKind.YARA}
"""Kinds that are also, or only, looked for in bytes."""


class Entry(NamedTuple):
    """An indicator with its technology and the key by which a report's evidence leads back to it."""

    key: str
    technology: Technology
    indicator: Indicator


def entries_of(technology: Technology) -> Iterator[Entry]:
    """Every indicator of a technology, those under `all` after the one that holds them."""
    for number, indicator in enumerate(technology.indicators):
        key = f"{technology.id}#{number}"
        yield Entry(key, technology, indicator)
        for part, condition in enumerate(indicator.all_of):
            yield Entry(f"{key}.{part}", technology, condition)


class Index:
    """All indicators of a catalogue, ready to be asked."""

    def __init__(self, technologies: tuple[Technology, ...]) -> None:
        self.entries: dict[str, Entry] = {}
        self._tables: dict[IndicatorKind, PatternTable[Entry]] = defaultdict(PatternTable)
        self._networks: list[tuple[NetworkPattern, Entry]] = []
        self._near: PatternTable[Entry] = PatternTable()
        self._makers: set[str] = set()
        self._knows_maker = lru_cache(1 << 14)(self._maker_is_known)
        for technology in technologies:
            for entry in entries_of(technology):
                self.entries[entry.key] = entry
                kind, value = entry.indicator.kind, entry.indicator.value
                if entry.indicator.network is not None:
                    self._networks.append((entry.indicator.network, entry))
                    continue
                self._tables[kind].add(value.lower() if kind in _CASELESS else value, entry)
                if kind is IndicatorKind.PRODUCT and "|" in value:
                    self._makers.add(value.lower().partition("|")[2])
                for near in _near_spellings(entry):
                    self._near.add(near, entry)

    def of_observation(self, observation: Observation) -> Iterator[Entry]:
        """Entries whose pattern the observation matches, each once."""
        if isinstance(observation, ByteHit):
            entry = self.entries.get(observation.pattern)
            if entry is not None:
                yield entry
            return
        if isinstance(observation, Network):
            yield from (entry for pattern, entry in self._networks if fits(pattern, observation))
            return
        if isinstance(observation, Product):
            yield from self._of_product(observation)
            return
        yield from self._looked_up(names_of(observation))

    def _of_product(self, product: Product) -> Iterator[Entry]:
        """The same for a product: lists hold millions, and hardly any has a maker that the catalogue knows."""
        names = _names_of_product(product, with_maker=self._knows_maker(product.publisher))
        yield from self._looked_up(names)

    def _looked_up(self, names: Iterable[tuple[IndicatorKind, str]]) -> Iterator[Entry]:
        seen: set[str] = set()
        for kind, name in names:
            for entry in self._tables[kind].look_up(name):
                if entry.key not in seen:
                    seen.add(entry.key)
                    yield entry

    def _maker_is_known(self, publisher: str) -> bool:
        """Whether any pattern `name|maker` could fit, by the longest text of its maker's part."""
        return bool(self._makers) and self._makers_text.search(publisher.lower()) is not None

    @cached_property
    def _makers_text(self) -> re.Pattern[str]:
        texts = {max(re.split(r"[*?]", maker), key=len) for maker in self._makers}
        return re.compile("|".join(map(re.escape, sorted(texts))))

    def of_file_name(self, name: str) -> Iterator[Entry]:
        """Entries of kind `file` whose pattern a base name matches."""
        yield from self._tables[IndicatorKind.FILE].look_up(name.lower())

    def near(self, product: Product) -> Iterator[Entry]:
        """Entries whose name a listed product only resembles, for a person to look at."""
        seen: set[str] = set()
        plain = plain_name(product.name)
        company = plain_company(product.publisher)
        for name in dict.fromkeys((loose_name(plain), loose_name(f"{company} {plain}"))):
            for entry in self._near.look_up(name):
                if entry.technology.id not in seen:
                    seen.add(entry.technology.id)
                    yield entry

    def file_patterns(self) -> tuple[str, ...]:
        """The patterns over base names, in lower case."""
        return tuple(
            sorted({e.indicator.value.lower() for e in self.entries.values() if e.indicator.kind is IndicatorKind.FILE})
        )


def _near_spellings(entry: Entry) -> Iterator[str]:
    """The loose form of a product's name, whole and without its maker's; none so short that it names anything."""
    value = entry.indicator.value
    if entry.indicator.kind is not IndicatorKind.PRODUCT or "|" in value or " " not in value.strip("*"):
        return
    head, star = (value[:-1], "*") if value.endswith("*") else (value, "")
    if "*" in head or "?" in head:
        return
    plain, maker = plain_name(head), plain_company(entry.technology.vendor).partition(" ")[0]
    for name in dict.fromkeys((plain, plain.removeprefix(f"{maker} "))):
        loose = loose_name(name)
        if len(loose) >= _NEAR_LETTERS:
            yield loose + star


def names_of(observation: Observation) -> tuple[tuple[IndicatorKind, str], ...]:
    """Under which indicator kind and by which spellings an observation is looked up."""
    match observation:
        case Package(purl=purl):
            return ((IndicatorKind.PACKAGE, purl.lower()),)
        case Import(language=language, name=name):
            return _modules(language, name)
        case Call(language=language, name=name):
            # In these languages a call names the module it comes from: it is use of what was imported.
            modules = _modules(language, name) if language in _MODULE_LANGUAGES else ()
            return ((IndicatorKind.CALL, f"{language}:{name}"), *modules)
        case ClassName(language=language, name=name):
            outer = name.partition("$")[0]
            spellings = (name,) if outer == name else (name, outer)
            return tuple((IndicatorKind.CLASS, f"{language}:{spelling}") for spelling in spellings)
        case Library(name=name):
            lower = name.lower()
            bare = bare_library_name(lower)
            spellings = (lower,) if bare == lower else (lower, bare)
            return tuple((IndicatorKind.LIBRARY, spelling) for spelling in spellings)
        case Symbol(name=name):
            return ((IndicatorKind.SYMBOL, name),)
        case Digest(algorithm=algorithm, value=value):
            return ((IndicatorKind.HASH, f"{algorithm}:{value}"),)
        case _:
            return _names_of_listed(observation)


def bare_library_name(name: str) -> str:
    """A library's name without the version that some systems put after `.so`."""
    return _SO_VERSION.sub(r"\1", name)


def _names_of_product(product: Product, *, with_maker: bool = True) -> tuple[tuple[IndicatorKind, str], ...]:
    """Every spelling of its name, also with its maker, and its identifiers; package URLs are asked for as packages."""
    names = spellings(product.name, product.publisher)
    if with_maker:
        names += with_makers(names, product.publisher)
    found = [(IndicatorKind.PRODUCT, name) for name in names]
    for listed in product.ids:
        kind = IndicatorKind.PACKAGE if listed[:4].lower() == "pkg:" else IndicatorKind.PRODUCT
        found += [(kind, spelling) for spelling in spelled_id(listed)]
    return tuple(found)


def _modules(language: str, name: str) -> tuple[tuple[IndicatorKind, str], ...]:
    """A dotted or slashed name with everything it lies in: importing a part is importing the whole."""
    ends = [match.start() for match in _BOUNDARY.finditer(name, 1)]
    return tuple((IndicatorKind.IMPORT, f"{language}:{name[:end]}") for end in (*ends, len(name)))


def _names_of_listed(observation: Observation) -> tuple[tuple[IndicatorKind, str], ...]:
    """The spellings of what manifests, settings and inventories list."""
    match observation:
        case AndroidEntry(entry=entry, name=name, value=value):
            bare = f"{entry}:{name}"
            return ((IndicatorKind.ANDROID, bare), (IndicatorKind.ANDROID, f"{bare}={value}"))
        case Config(name=name, value=value):
            return ((IndicatorKind.CONFIG, name), (IndicatorKind.CONFIG, f"{name}={value}"))
        case Product():
            return _names_of_product(observation)
        case Service(name=name):
            return ((IndicatorKind.SERVICE, name),)
        case Signer(name=name):
            return ((IndicatorKind.SIGNER, name),)
        case _:
            return ()
