"""Follows names through the instructions of compiled Python, statement by statement.

No stack is simulated: it would need the effect of every instruction of every version. Instead a rule of the language
is used: the outermost function of a statement is loaded first. What a statement stores is what its first chain of
names gives; the first text behind a chain is taken for its first argument.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from scanner.formats.marshal_tree import Code
from scanner.formats.python_facts import Facts, imported_by, library_of, service_of
from scanner.formats.python_opcodes import Act, PythonVersion
from scanner.formats.python_values import MAX_TEXT, Ref, Text, Values, refs, texts, union
from scanner.model.source import Budget

_MOST_LEVELS = 255
"""Packages up, that an import may go: any number can stand there, and a name with so many dots would be made of it."""
_ROUNDS = 3
_MAX_CHAINS = 200
_IMPORT_FUNCTION = "__import__"


@dataclass(slots=True)
class _Chain:
    """A loaded name with the attributes that follow it."""

    values: Values
    is_function: bool = True
    """False: an object, or the result of an own function, as long as no attribute follows."""
    is_import: bool = False
    is_getattr: bool = False
    is_called: bool = False
    is_counted: bool = False
    argument: Values = ()


@dataclass(slots=True)
class _Statement:
    chains: list[_Chain] = field(default_factory=list)
    text: Values = ()
    number: int = 0
    """The last whole number: of an import, the level."""
    taken: tuple[object, ...] = ()
    """The last constant tuple: of an import, the names taken."""
    is_fresh: bool = False
    """Whether the last instruction made the last chain, so that an attribute continues it."""
    has_code: bool = False
    """Whether it makes a function or class, whose name then is among its texts."""
    called: _Chain | None = None
    """What was called last."""


@dataclass(slots=True)
class Known:
    """What the names of a file may stand for, found so far. It only grows."""

    globals: dict[str, Values] = field(default_factory=dict)
    cells: dict[str, Values] = field(default_factory=dict)
    attributes: dict[str, Values] = field(default_factory=dict)
    """By the attribute's name alone, whichever object it was set on."""
    returned: dict[str, Values] = field(default_factory=dict)
    """By the function's own name."""
    stars: dict[str, None] = field(default_factory=dict)
    """Modules of which all names were imported."""
    has_grown: bool = False

    def keep(self, table: dict[str, Values], name: str, values: Values) -> None:
        """The name may now stand for these, too."""
        known = table.get(name, ())
        grown = union(known, values)
        if grown != known:
            table[name] = grown
            self.has_grown = True


def follow(codes: list[Code], version: PythonVersion, file_name: str, facts: Facts, budget: Budget) -> None:
    """Read all code objects, the module's first, into `facts`, until nothing new is learned."""
    known = Known()
    of_codes: list[dict[str, Values]] = [{} for _ in codes]
    for _ in range(_ROUNDS):
        known.has_grown = False
        for number, (code, local_names) in enumerate(zip(codes, of_codes, strict=True)):
            facts.begin(number, f"code {code.name[:MAX_TEXT]}")
            by = file_name if code.name == "<module>" else f"{file_name}.{code.name[:MAX_TEXT]}"
            reading = _Reading(known, code, local_names, facts, by)
            for act, argument in version.instructions(code.code):
                budget.spend_items()
                reading.step(act, argument)
            reading.step(Act.END, 0)
        if not known.has_grown:
            return


class _Reading:
    """One code object, once."""

    def __init__(self, known: Known, code: Code, local_names: dict[str, Values], facts: Facts, by: str) -> None:
        self._known = known
        self._code = code
        self._locals = local_names
        self._facts = facts
        self._by = by
        self._now = _Statement()
        self._imported = ""
        """The module that names are taken from; empty after a relative import."""
        self._steps = self._table()

    def step(self, act: Act, argument: int) -> None:
        """Follow one instruction."""
        self._steps[act](argument)

    def _table(self) -> dict[Act, Callable[[int], None]]:
        return {
            Act.CONSTANT: self._constant,
            Act.SMALL_NUMBER: self._small_number,
            Act.NAME: self._load_name,
            Act.LOCAL: self._load_local,
            Act.TWO_LOCALS: self._load_two,
            Act.CELL: lambda n: self._load(self._known.cells.get(_at(self._code.cell_names, n), ())),
            Act.ATTRIBUTE: self._attribute,
            Act.IMPORT: self._import,
            Act.IMPORT_FROM: self._import_from,
            Act.STORE_NAME: self._store_name,
            Act.STORE_LOCAL: lambda n: self._store(self._locals, _at(self._code.local_names, n)),
            Act.STORE_TWO_LOCALS: self._store_two,
            Act.STORE_LOAD_LOCAL: self._store_load,
            Act.STORE_CELL: lambda n: self._store(self._known.cells, _at(self._code.cell_names, n)),
            Act.STORE_ATTRIBUTE: lambda n: self._store(self._known.attributes, _at(self._code.names, n)),
            Act.CALL: lambda _: self._call(),
            Act.RETURN: lambda _: self._store(self._known.returned, self._code.name),
            Act.END: lambda _: self._end(),
        }

    def _constant(self, number: int) -> None:
        constants = self._code.constants
        value = constants[number] if number < len(constants) else None
        if isinstance(value, bytes) and len(value) <= MAX_TEXT:
            value = value.decode("latin-1")  # Python 2
        if isinstance(value, Code):
            self._now.has_code = True
        elif isinstance(value, int):
            self._small_number(value)
        elif isinstance(value, tuple):
            self._now.taken = value
        elif isinstance(value, str) and len(value) <= MAX_TEXT:
            self._argument((Text(value),))
        self._now.is_fresh = False

    def _small_number(self, number: int) -> None:
        self._now.number = number
        self._now.is_fresh = False

    def _argument(self, text: Values) -> None:
        if not self._now.chains:
            self._now.text = self._now.text or text
        elif not self._now.chains[-1].argument:
            self._now.chains[-1].argument = text

    def _load_name(self, number: int) -> None:
        name = _at(self._code.names, number)
        values = self._known.globals.get(name)
        if values is not None:
            self._load(values)
        elif name in self._known.returned:
            self._load(self._known.returned[name], is_function=False)
        elif name == _IMPORT_FUNCTION:
            self._load((Ref(name),))
        else:
            self._load(tuple(Ref(f"{module}.{name}") for module in self._known.stars))
            self._now.chains[-1].is_getattr = name == "getattr"

    def _load_local(self, number: int) -> None:
        self._load(self._locals.get(_at(self._code.local_names, number), ()))

    def _load_two(self, numbers: int) -> None:
        self._load_local(numbers >> 4)
        self._load_local(numbers & 15)

    def _load(self, values: Values, *, is_function: bool = True) -> None:
        known_texts = union(Text(text) for text in texts(values))
        if known_texts:
            self._argument(known_texts)
        named = refs(values)
        self._count()
        if len(self._now.chains) < _MAX_CHAINS:
            is_function = is_function and all(ref.calls == 0 for ref in named)
            self._now.chains.append(_Chain(tuple(named), is_function=is_function))
        self._now.is_fresh = True

    def _attribute(self, number: int) -> None:
        name = _at(self._code.names, number)
        if not self._now.is_fresh:
            if self._now.called is None:
                return
            called = self._now.called
            self._count()
            # It continues what was called: the arguments' chains are done with.
            kept = next((n for n, one in enumerate(self._now.chains) if one is called), 0)
            del self._now.chains[kept:]
            self._load(self._result(called))
        chain = self._now.chains[-1]
        of_modules = (ref.attribute(name) for ref in refs(chain.values))
        is_object = any(ref.calls for ref in refs(chain.values)) or not chain.values
        returned = self._known.returned.get(name, ()) if not chain.values else ()
        known = self._known.attributes.get(name, ()) if is_object else ()
        chain.values = union(known or of_modules, returned)
        chain.is_function = not (known or returned)
        if known_texts := union(Text(text) for text in texts(chain.values)):
            self._now.chains.pop()
            self._argument(known_texts)
            self._now.is_fresh = False

    def _count(self) -> None:
        """Count the last chain's names, now that no attribute follows."""
        if not self._now.chains:
            return
        chain = self._now.chains[-1]
        if chain.is_counted or chain.is_import or not chain.is_function or not chain.values:
            return
        chain.is_counted = True
        for ref in refs(chain.values):
            if "." in ref.name:
                self._facts.add_call(ref.name, self._by)

    def _call(self) -> None:
        self._count()
        self._now.is_fresh = False
        for index in reversed(range(len(self._now.chains))):
            chain = self._now.chains[index]
            if chain.is_getattr and not chain.is_called:
                self._get_attribute(chain, self._now.chains[index + 1 :])
                return
            if chain.values and not chain.is_called and (chain.is_function or index == 0):
                chain.is_called = True
                self._now.called = chain
                self._result(chain)
                return

    def _get_attribute(self, chain: _Chain, given: list[_Chain]) -> None:
        """`getattr(x, "name")`: the chain becomes `x.name`."""
        chain.is_getattr = False
        owner = next((one for one in given if one.values), None)
        if owner is not None:
            argument = owner.argument or given[-1].argument
            found = union(*((r.attribute(text) for r in refs(owner.values)) for text in texts(argument)))
            self._now.chains[:] = [chain]
            chain.values, chain.argument = found, ()
            self._count()

    def _result(self, chain: _Chain) -> Values:
        """What calling the chain gives; imports and loads that it makes are counted."""
        if not chain.is_function:
            return chain.values
        found: list[Ref] = []
        for ref in refs(chain.values):
            made = len(found)
            for text in texts(chain.argument):
                if library := library_of(ref.name, text):
                    self._facts.add_library(library)
                if module := imported_by(ref.name, text):
                    self._facts.add_import(module)
                    found.append(Ref(module.partition(".")[0] if ref.name == _IMPORT_FUNCTION else module))
                if service := service_of(ref.name, text):
                    self._facts.add_call(service, self._by)
                    found.append(Ref(service, 1))
            result = ref.result()
            if len(found) == made and result is not None:
                found.append(result)
        return union(found)

    def _import(self, number: int) -> None:
        name = _at(self._code.names, number)
        level, taken = self._now.number, self._now.taken
        self._now = _Statement(taken=taken)
        self._imported = ""
        if 0 < level <= _MOST_LEVELS:
            name = "." * level + name
        elif level > _MOST_LEVELS or not name:
            self._load(())
            return
        if name.strip("."):
            self._facts.add_import(name)
        self._imported = name if taken else name.partition(".")[0]
        if taken == ("*",) or taken == (b"*",):
            self._known.stars.setdefault(name)
        self._load((Ref(self._imported),))
        self._now.chains[-1].is_import = True

    def _import_from(self, number: int) -> None:
        taken = self._now.taken
        self._now = _Statement(taken=taken)
        if self._imported:
            last = _at(self._code.names, number)
            name = self._imported + last if self._imported.endswith(".") else f"{self._imported}.{last}"
            self._facts.add_import(name)
            self._load((Ref(name),))
            self._now.chains[-1].is_import = True
            if not taken:
                self._imported = name  # `import a.b.c as x` takes one part after the other

    def _stored(self) -> Values:
        """What the statement gives."""
        self._count()
        first = next((chain for chain in self._now.chains if chain.values), None)
        if first is None:
            return () if self._now.has_code else self._now.text
        is_result = first.is_called or (self._now.called is not None and not first.is_import)
        return self._result(first) if is_result else first.values

    def _store(self, table: dict[str, Values], name: str) -> None:
        values = self._stored()
        if values and name:
            self._known.keep(table, name, values)
        self._now = _Statement(taken=self._now.taken if self._imported else ())

    def _store_name(self, number: int) -> None:
        name = _at(self._code.names, number)
        if self._code.name != "<module>":
            values = self._stored()
            if values:
                self._known.keep(self._known.attributes, name, values)
        self._store(self._known.globals, name)

    def _store_two(self, numbers: int) -> None:
        values = self._stored()
        for number in (numbers >> 4, numbers & 15):
            if values:
                self._known.keep(self._locals, _at(self._code.local_names, number), values)
        self._now = _Statement()

    def _store_load(self, numbers: int) -> None:
        self._store(self._locals, _at(self._code.local_names, numbers >> 4))
        self._load_local(numbers & 15)

    def _end(self) -> None:
        self._count()
        chains = self._now.chains
        if chains and chains[-1].is_import and not self._now.taken and "." in self._imported:
            return  # `import a.b as x` drops `a` before it stores `a.b`
        self._now = _Statement()


def _at(names: tuple[str, ...], number: int) -> str:
    return names[number] if number < len(names) else ""
