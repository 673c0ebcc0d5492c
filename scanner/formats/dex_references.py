"""Who refers to certain classes of a DEX file: superclass, interfaces, fields, signatures, and every instruction.

The depth reader of `dex`: asked about classes (`source.focus`), it names the classes and methods that use them, which
tells an app that uses a library from one that only ships it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.formats.dalvik import Names, named
from scanner.formats.dex_bodies import members_of, method_name, units_at
from scanner.formats.dex_tables import NO_INDEX, Damage, DexTables, dex_headers, dotted
from scanner.model.observation import Call, ClassName, Observation
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import IndicatorKind

INFO = Info(
    name="dex-references",
    version=1,
    line="Which classes and methods of an Android executable use the classes asked about",
    specification="https://source.android.com/docs/core/runtime/dalvik-bytecode",
    limits="At most 2,000 pairs a file and 50 a class are told. Annotations and the types that handlers catch are not "
    "followed, nor is reflection.",
    depth=True,
    deepens=("dex",),
    asks=(IndicatorKind.CLASS, IndicatorKind.CALL),
)

_MOST_PAIRS = 2000
_MOST_PAIRS_A_NAME = 50


class _Focus:
    """What was asked: dotted class names, and prefixes that end in `.*`."""

    def __init__(self, words: frozenset[str]) -> None:
        self._names = frozenset(word for word in words if not word.endswith(".*"))
        self._prefixes = tuple(sorted(word[:-1] for word in words if word.endswith(".*")))

    def fits(self, name: str) -> bool:
        return name in self._names or name.startswith(self._prefixes)

    def is_own(self, name: str, by: str) -> bool:
        """Whether `by` is the class itself, lies inside it, or belongs to the same prefix asked about."""
        if by == name or by.startswith(f"{name}$"):
            return True
        return any(name.startswith(prefix) and by.startswith(prefix) for prefix in self._prefixes)


class _Pairs:
    """The distinct pairs told so far, within their limits."""

    def __init__(self, focus: _Focus) -> None:
        self._focus = focus
        self._seen: set[tuple[str, str]] = set()
        self._told: Counter[str] = Counter()

    @property
    def full(self) -> bool:
        return len(self._seen) >= _MOST_PAIRS

    def class_name(self, name: str, by: str, place: str) -> Iterator[Observation]:
        if self._is_new(name, name, by, by):
            yield ClassName(language="java", role="references", name=name, by=by, place=place)

    def call(self, owner: str, name: str, by_class: str, by: str, place: str) -> Iterator[Observation]:
        if self._is_new(owner, name, by_class, by):
            yield Call(language="java", name=name, by=by, place=place)

    def _is_new(self, owner: str, name: str, by_class: str, by: str) -> bool:
        pair = (name, by)
        if pair in self._seen or self.full or self._told[name] >= _MOST_PAIRS_A_NAME:
            return False
        if not by or self._focus.is_own(owner, by_class):
            return False
        self._seen.add(pair)
        self._told[name] += 1
        return True


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Rows of the id tables that mention a class asked about, with the names of those classes."""

    types: dict[int, str]
    fields: dict[int, tuple[str, ...]]
    """The field's owner and its type, so far as they were asked about."""
    methods: dict[int, tuple[str, str]]
    """Owner and dotted name of the methods to be called."""
    signatures: dict[int, tuple[str, ...]]
    """Method index → the classes its parameters and result are of."""

    @property
    def indices(self) -> frozenset[int]:
        return frozenset(self.types) | frozenset(self.fields) | frozenset(self.methods)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield `ClassName` and `Call` with `by`, once a pair, for the classes in `source.focus`.

    A class that refers to itself, or to its own prefix, is left out.

    Raises:
        Unreadable: After everything readable, where the file is damaged.
    """
    if not source.focus:
        return
    damage = Damage()
    focus = _Focus(source.focus)
    pairs = _Pairs(focus)
    for tables in dex_headers(source, budget, damage):
        wanted = _wanted(tables, focus)
        if wanted.types:
            yield from _Walk(tables, budget, wanted, pairs).classes()
    damage.stop()


def _wanted(tables: DexTables, focus: _Focus) -> _Wanted:
    names = (dotted(descriptor) for descriptor in tables.descriptors)
    types = {number: name for number, name in enumerate(names) if name and focus.fits(name)}
    if not types:
        return _Wanted({}, {}, {}, {})
    fields = {
        number: tuple(types[index] for index in (owner, of) if index in types)
        for number, (owner, of, _) in enumerate(tables.fields())
        if owner in types or of in types
    }
    protos = {
        number: mentioned
        for number, (_, result, parameters) in enumerate(tables.protos())
        if (mentioned := _of_types(types, (result, *tables.types_at(parameters, tables.place("proto_ids", number)))))
    }
    methods, signatures = {}, {}
    for number, (owner, proto, name) in enumerate(tables.methods()):
        if owner in types:
            place = tables.place("method_ids", number)
            methods[number] = types[owner], f"{types[owner]}.{tables.name(name, place)}"
        if proto in protos:
            signatures[number] = protos[proto]
    return _Wanted(types, fields, methods, signatures)


def _of_types(types: dict[int, str], indices: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(types[index] for index in indices if index in types))


class _Walk:
    """One walk over the classes below a header."""

    def __init__(self, tables: DexTables, budget: Budget, wanted: _Wanted, pairs: _Pairs) -> None:
        self._tables = tables
        self._budget = budget
        self._wanted = wanted
        self._indices = wanted.indices
        self._pairs = pairs
        self._methods = tables.methods()

    def classes(self) -> Iterator[Observation]:
        for number, row in enumerate(self._tables.class_defs()):
            if self._pairs.full:
                return
            place = self._tables.place("class_defs", number)
            by = self._tables.class_name(row[0])
            above = (row[2],) if row[2] != NO_INDEX else ()
            for name in _of_types(self._wanted.types, above + self._tables.types_at(row[3], place)):
                yield from self._pairs.class_name(name, by, place)
            for member in members_of(self._tables, row, place, self._budget):
                if member.is_method:
                    yield from self._method(member.number, member.code, by)
                else:
                    for name in self._wanted.fields.get(member.number, ()):
                        yield from self._pairs.class_name(name, by, f"field_ids[{member.number}] in {place}")

    def _method(self, index: int, code: int, by: str) -> Iterator[Observation]:
        place = self._tables.place("method_ids", index)
        for name in self._wanted.signatures.get(index, ()):
            yield from self._pairs.class_name(name, by, place)
        if not code:
            return
        for kind, number, at in named(units_at(self._tables, code, place), self._indices, self._budget):
            where = f"code of {place} at {at:04x}"
            if kind is Names.METHOD and number in self._wanted.methods:
                owner, name = self._wanted.methods[number]
                yield from self._pairs.class_name(owner, by, where)
                yield from self._pairs.call(owner, name, by, f"{by}.{self._name_of(index)}".rstrip("."), where)
            elif kind is Names.TYPE and number in self._wanted.types:
                yield from self._pairs.class_name(self._wanted.types[number], by, where)
            elif kind is Names.FIELD:
                for name in self._wanted.fields.get(number, ()):
                    yield from self._pairs.class_name(name, by, where)

    def _name_of(self, index: int) -> str:
        return method_name(self._tables, self._methods, index)
