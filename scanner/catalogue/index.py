"""The index: which indicators could an observation match? One look-up, not one test per indicator.

Patterns without a wildcard stand in a dictionary. Those with one are filed under the literal text before it, so
that a name is only tried against patterns whose beginning it has.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import msgspec

from scanner.catalogue.network_pattern import fits
from scanner.catalogue.pattern import overlap
from scanner.catalogue.pattern_table import PatternTable
from scanner.catalogue.product_names import (
    loose_company,
    loose_name,
    plain_company,
    plain_name,
    spelled_id,
    spellings,
    with_makers,
)
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
_ASKED_IN_WAYS_OF_THEIR_OWN = frozenset({ByteHit, Network, Product, Config})
ACTION = "iam:"
"""What the names of actions that policies allow begin with. They are written with wildcards, and in any case."""
_SWITCHES = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}
"""Other words for switched on and off (YAML 1.1, and the files of many programs)."""
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


class IndexForm(msgspec.Struct, frozen=True, array_like=True):
    """An index as it can be kept: technologies are decoded when something of theirs matches."""

    technologies: list[msgspec.Raw]
    """Without their examples, which no scan asks about."""
    ids: dict[str, int]
    """Where each stands."""
    places: list[tuple[int, int]]
    """Of each entry: its technology, and which of that one's entries it is."""
    tables: dict[IndicatorKind, PatternTable[int]]
    """Patterns by kind, standing for entries."""
    networks: list[int]
    """The entries that ask for a network's structure."""
    near: PatternTable[int]
    """Names that a listed product may resemble, in their loose form."""
    makers: list[str]
    """What stands behind the bar of patterns `name|maker`."""
    actions: list[tuple[str, int]]
    """Patterns over actions that policies allow, in lower case, with the entry they stand for."""


class Index:
    """All indicators of a catalogue, ready to be asked."""

    def __init__(self, technologies: tuple[Technology, ...]) -> None:
        self._form = _form_of(technologies)
        self._entries = {number: tuple(entries_of(one)) for number, one in enumerate(technologies)}
        self._knows_maker = lru_cache(1 << 14)(self._maker_is_known)

    @classmethod
    def restored(cls, form: IndexForm) -> "Index":
        """An index that was kept."""
        index = cls(())
        index._form = form
        return index

    @property
    def form(self) -> IndexForm:
        """What to keep."""
        return self._form

    def entry(self, key: str) -> Entry | None:
        """The entry of that key, if there is one."""
        technology = self._form.ids.get(key.rpartition("#")[0])
        found = self._of_technology(technology) if technology is not None else ()
        return next((entry for entry in found if entry.key == key), None)

    def _of_technology(self, number: int) -> tuple[Entry, ...]:
        if number not in self._entries:
            technology = msgspec.msgpack.decode(self._form.technologies[number], type=Technology)
            self._entries[number] = tuple(entries_of(technology))
        return self._entries[number]

    def _entry(self, number: int) -> Entry:
        technology, place = self._form.places[number]
        return self._of_technology(technology)[place]

    def _look_up(self, kind: IndicatorKind, name: str) -> Iterable[int]:
        table = self._form.tables.get(kind)
        return table.look_up(name) if table is not None else ()

    def of_observation(self, observation: Observation) -> Iterator[Entry]:
        """Entries whose pattern the observation matches, each once."""
        if isinstance(observation, ByteHit):
            entry = self.entry(observation.pattern)
            if entry is not None:
                yield entry
            return
        if isinstance(observation, Network):
            entries = map(self._entry, self._form.networks)
            yield from (e for e in entries if e.indicator.network and fits(e.indicator.network, observation))
            return
        if isinstance(observation, Product):
            yield from self._of_product(observation)
            return
        if isinstance(observation, Config) and observation.name.startswith(ACTION):
            action = observation.name.lower()
            yield from (self._entry(number) for pattern, number in self._form.actions if overlap(pattern, action))
            return
        yield from self._looked_up(names_of(observation))

    def knows(self, observation: Observation) -> bool:
        """Whether there is such an entry. Of nearly all observations of a large app there is none."""
        if type(observation) in _ASKED_IN_WAYS_OF_THEIR_OWN:
            return any(True for _ in self.of_observation(observation))
        tables = self._form.tables
        for kind, name in names_of(observation):
            table = tables.get(kind)
            for _ in table.look_up(name) if table is not None else ():
                return True
        return False

    def _of_product(self, product: Product) -> Iterator[Entry]:
        """The same for a product: lists hold millions, and hardly any has a maker that the catalogue knows."""
        names = _names_of_product(product, with_maker=self._knows_maker(product.publisher))
        yield from self._looked_up(names)

    def _looked_up(self, names: Iterable[tuple[IndicatorKind, str]]) -> Iterator[Entry]:
        seen: set[int] = set()
        for kind, name in names:
            for number in self._look_up(kind, name):
                if number not in seen:
                    seen.add(number)
                    yield self._entry(number)

    def _maker_is_known(self, publisher: str) -> bool:
        """Whether any pattern `name|maker` could fit, by the longest text of its maker's part."""
        return bool(self._form.makers) and self._makers_text.search(publisher.lower()) is not None

    @cached_property
    def _makers_text(self) -> re.Pattern[str]:
        texts = {max(re.split(r"[*?]", maker), key=len) for maker in self._form.makers}
        return re.compile("|".join(map(re.escape, sorted(texts))))

    def of_file_name(self, name: str) -> Iterator[Entry]:
        """Entries of kind `file` whose pattern a base name matches."""
        yield from map(self._entry, self._look_up(IndicatorKind.FILE, name.lower()))

    def near(self, product: Product) -> Iterator[Entry]:
        """Entries whose name a listed product only resembles, for a person to look at."""
        seen: set[str] = set()
        loose = loose_name(plain_name(product.name))
        for name in dict.fromkeys((loose, loose_company(product.publisher) + loose)):
            for entry in map(self._entry, self._form.near.look_up(name)):
                if entry.technology.id not in seen:
                    seen.add(entry.technology.id)
                    yield entry

    def patterns(self, kind: IndicatorKind) -> PatternTable[int]:
        """The patterns of a kind; of those over names of files and libraries, in lower case."""
        return self._form.tables.get(kind) or PatternTable()


def _form_of(technologies: tuple[Technology, ...]) -> IndexForm:
    form = IndexForm([], {}, [], {}, [], PatternTable(), [], [])
    for number, technology in enumerate(technologies):
        kept = msgspec.msgpack.encode(msgspec.structs.replace(technology, examples=()))
        form.technologies.append(msgspec.Raw(kept))
        form.ids[technology.id] = number
        for place, entry in enumerate(entries_of(technology)):
            kind, value = entry.indicator.kind, entry.indicator.value
            if entry.indicator.network is not None:
                form.networks.append(len(form.places))
            else:
                table = form.tables.setdefault(kind, PatternTable())
                table.add(value.lower() if kind in _CASELESS else value, len(form.places))
            if kind is IndicatorKind.CONFIG and value.startswith(ACTION):
                form.actions.append((value.lower(), len(form.places)))
            if kind is IndicatorKind.PRODUCT and "|" in value:
                form.makers.append(value.lower().partition("|")[2])
            for near in _near_spellings(entry):
                form.near.add(near, len(form.places))
            form.places.append((number, place))
    return form


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


Names = tuple[tuple[IndicatorKind, str], ...]
"""Kinds of indicator, each with a spelling to look up among its patterns."""


def names_of(observation: object) -> Names:
    """Under which indicator kind and by which spellings an observation is looked up."""
    find = _NAMES.get(type(observation))
    return find(observation) if find is not None else ()


def _names_of_class(observation: ClassName) -> Names:
    language, name = observation.language, observation.name
    outer = name.partition("$")[0]
    spellings = (name,) if outer == name else (name, outer)
    # A Swift type's name begins with its module's: defining or naming it is use of what was imported.
    modules = _modules(language, name) if language == "swift" else ()
    return (*((IndicatorKind.CLASS, f"{language}:{spelling}") for spelling in spellings), *modules)


def _names_of_call(observation: Call) -> Names:
    language, name = observation.language, observation.name
    # In these languages a call names the module it comes from: it is use of what was imported.
    modules = _modules(language, name) if language in _MODULE_LANGUAGES else ()
    return ((IndicatorKind.CALL, f"{language}:{name}"), *modules)


def _names_of_library(observation: Library) -> Names:
    lower = observation.name.lower()
    bare = bare_library_name(lower)
    spellings = (lower,) if bare == lower else (lower, bare)
    return tuple((IndicatorKind.LIBRARY, spelling) for spelling in spellings)


def _names_of_entry(observation: AndroidEntry) -> Names:
    bare = f"{observation.entry}:{observation.name}"
    return ((IndicatorKind.ANDROID, bare), (IndicatorKind.ANDROID, f"{bare}={observation.value}"))


def _names_of_setting(observation: Config) -> Names:
    name, value = observation.name, observation.value
    spelled = (name, f"{name}={value}", *([f"{name}={_SWITCHES[value]}"] if value in _SWITCHES else []))
    return tuple((IndicatorKind.CONFIG, spelling) for spelling in spelled)


def bare_library_name(name: str) -> str:
    """A library's name without the version that some systems put after `.so`."""
    return _SO_VERSION.sub(r"\1", name) if ".so." in name else name


def _names_of_product(product: Product, *, with_maker: bool = True) -> Names:
    """Every spelling of its name, also with its maker, and its identifiers; package URLs are asked for as packages."""
    names = spellings(product.name, product.publisher)
    if with_maker:
        names += with_makers(names, product.publisher)
    found = [(IndicatorKind.PRODUCT, name) for name in names]
    for listed in product.ids:
        kind = IndicatorKind.PACKAGE if listed[:4].lower() == "pkg:" else IndicatorKind.PRODUCT
        found += [(kind, spelling) for spelling in spelled_id(listed)]
    return tuple(found)


def _modules(language: str, name: str) -> Names:
    """A dotted or slashed name with everything it lies in: importing a part is importing the whole."""
    ends = [match.start() for match in _BOUNDARY.finditer(name, 1)]
    return tuple((IndicatorKind.IMPORT, f"{language}:{name[:end]}") for end in (*ends, len(name)))


_NAMES: dict[type, Callable[[Any], Names]] = {  # Any: each takes observations of its class
    ClassName: _names_of_class,
    Package: lambda package: ((IndicatorKind.PACKAGE, package.purl.lower()),),
    Import: lambda found: _modules(found.language, found.name),
    Call: _names_of_call,
    Library: _names_of_library,
    Symbol: lambda symbol: ((IndicatorKind.SYMBOL, symbol.name),),
    Digest: lambda digest: ((IndicatorKind.HASH, f"{digest.algorithm}:{digest.value}"),),
    AndroidEntry: _names_of_entry,
    Config: _names_of_setting,
    Product: _names_of_product,
    Service: lambda service: ((IndicatorKind.SERVICE, service.name),),
    Signer: lambda signer: ((IndicatorKind.SIGNER, signer.name),),
}
