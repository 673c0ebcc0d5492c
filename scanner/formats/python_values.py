"""What a Python expression may stand for, as far as its text tells: names from imported modules, texts, own code.

A name has a set of candidates, not one value: the branches of a program are all read, none is run. Sets are small and
bounded, and only ever grow while a file is read.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, islice, product

import msgspec

MAX_CANDIDATES = 8
MAX_NAME = 300
MAX_TEXT = 256
MAX_ITEMS = 64
_MAX_CALLS = 2
"""How many calls deep a result is still followed: what a method of an object of a module's class returns."""

_CONSTRUCTING = ("from_", "create", "get_instance", "instance", "load", "new", "build", "open")


class Ref(msgspec.Struct, frozen=True):
    """A name of an imported module, dotted, or what calling one gave."""

    name: str
    calls: int = 0

    def attribute(self, name: str) -> "Ref | None":
        """What stands under that name of the module, class or object."""
        dotted = f"{self.name}.{name}"
        return Ref(dotted, self.calls) if len(dotted) <= MAX_NAME else None

    def result(self) -> "Ref | None":
        """What calling it gives: an object, which is named as the function or class that gave it."""
        if self.calls >= _MAX_CALLS:
            return None
        owner, _, last = self.name.rpartition(".")
        if last.startswith(_CONSTRUCTING) and owner.rpartition(".")[2][:1].isupper():
            return Ref(owner, self.calls + 1)  # Class.from_something() makes one of the class
        return Ref(self.name, self.calls + 1)


class Text(msgspec.Struct, frozen=True):
    """A string constant, or one put together from constants."""

    value: str


class Items(msgspec.Struct, frozen=True):
    """A list, tuple, set or the values of a dictionary; one inside another is laid flat (see `items_of`)."""

    items: "tuple[tuple[Ref | Text | Local, ...], ...]"


@dataclass(slots=True, eq=False)
class Scope:
    """A module, class or function of the file itself."""

    name: str
    """Dotted, from the file's own name on."""
    kind: str
    """`module`, `class` or `function`."""
    parent: "Scope | None" = None
    names: "dict[str, tuple[Value, ...]]" = field(default_factory=dict)
    """For a class also what is assigned to `self.name`."""
    returns: "tuple[Value, ...]" = ()
    bases: "tuple[Value, ...]" = ()
    parameters: tuple[str, ...] = ()
    is_property: bool = False
    has_self: bool = False
    global_names: set[str] = field(default_factory=set)
    was_asked: bool = False
    """Whether anything was looked for in it yet."""


class Local(msgspec.Struct, frozen=True):
    """A class or function of the file itself, or an object of that class."""

    scope: Scope
    is_object: bool = False


Value = Ref | Text | Items | Local
Values = tuple[Value, ...]


def union(*candidates: Iterable[Value | None]) -> Values:
    """All candidates, each once, as many as are kept."""
    groups = [group for group in candidates if group]
    if not groups:
        return ()
    first = groups[0]
    if len(groups) == 1 and isinstance(first, tuple) and len(first) == 1 and first[0] is not None:
        return (first[0],)  # most are of this kind
    found = dict.fromkeys(value for value in chain.from_iterable(groups) if value is not None)
    return tuple(found) if len(found) <= MAX_CANDIDATES else tuple(islice(found, MAX_CANDIDATES))


def texts(values: Values) -> list[str]:
    """The strings among the candidates."""
    return [value.value for value in values if isinstance(value, Text)]


def refs(values: Values) -> list[Ref]:
    """The names of modules among the candidates."""
    return [value for value in values if isinstance(value, Ref)]


def contents(values: Values) -> Values:
    """What the lists and dictionaries among the candidates hold."""
    return union(*(group for value in values if isinstance(value, Items) for group in value.items))


def items_of(groups: Iterable[Values]) -> Items:
    """A list of these candidates. It holds no list itself: shared inner lists would cost exponential time."""
    flat = (
        union((v for v in group if not isinstance(v, Items)), contents(group)) for group in islice(groups, MAX_ITEMS)
    )
    return Items(tuple(tuple(v for v in group if not isinstance(v, Items)) for group in flat))


def joined(parts: Iterable[Values], separator: str = "") -> Values:
    """Texts put together from one candidate of each part; nothing if a part is not known."""
    choices = [texts(part) for part in islice(parts, 2 * MAX_ITEMS)]
    combined = islice(product(*choices), MAX_CANDIDATES)
    return union(Text(text) for chosen in combined if len(text := separator.join(chosen)) <= MAX_TEXT)


def filled(template: Values, arguments: list[Values], placeholder: str) -> Values:
    """Templates with their plain placeholders replaced in order."""
    found: list[Text] = []
    for text in texts(template):
        pieces = text.split(placeholder, MAX_ITEMS)
        if len(pieces) - 1 == len(arguments):
            parts: list[Values] = [(Text(pieces[0]),)]
            for piece, argument in zip(pieces[1:], arguments, strict=True):
                parts += [argument, (Text(piece),)]
            found += [value for value in joined(parts) if isinstance(value, Text)]
    return union(found)
