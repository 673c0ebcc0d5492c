"""Scopes of JavaScript source: which value or module a name stands for, where it can be read from the text alone.

const a = require("pkg");        a       ─► module pkg
const { b: c } = new a.B();      c       ─► value `new a.B()`, member b
import("pkg").then((d) => …)     d       ─► module pkg
(e) => e.f()                     e       ─► opaque: only the running program knows
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from scanner.formats.javascript_syntax import parts_of, string_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_PATTERN_DEPTH = 8
_NAMES = frozenset({"identifier", "shorthand_property_identifier_pattern", "type_identifier"})


class Bound(NamedTuple):
    """What a name stands for: a module, or a value in the text, or (neither) something opaque."""

    module: str = ""
    value: "Node | None" = None
    scope: "Scope | None" = None
    """Where the value's own names are looked up."""
    path: tuple[str, ...] = ()
    """Members of the module or value."""

    @property
    def is_opaque(self) -> bool:
        """Whether nothing is known of it but that the name is taken."""
        return not self.module and self.value is None


OPAQUE = Bound()


@dataclass(slots=True, eq=False)
class Scope:
    """A function, class, block or the whole text."""

    by: str
    """The innermost function or class with a name, or the text's own name."""
    outer: "Scope | None" = None
    is_function: bool = True
    """Whether `var` is declared here, not further out."""
    is_class: bool = False
    names: dict[str, Bound] = field(default_factory=dict)

    def bind(self, name: str, bound: Bound) -> None:
        """Let the name stand for something here; what is known goes before what is opaque, the first before later."""
        known = self.names.get(name)
        if name and (known is None or (known.is_opaque and not bound.is_opaque)):
            self.names[name] = bound

    def assign(self, name: str, bound: Bound) -> None:
        """Give a value to a name that was declared here or further out; if nowhere, it is a global one."""
        for scope in self.outwards():
            if name in scope.names or scope.outer is None:
                scope.bind(name, bound)
                return

    def find(self, name: str) -> Bound | None:
        """What the name stands for; None if nothing in this text declares it."""
        for scope in self.outwards():
            bound = scope.names.get(name)
            if bound is not None:
                return bound
        return None

    def outwards(self) -> "Iterator[Scope]":
        """This scope and those around it."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.outer

    def home(self, kind: str) -> "Scope":
        """The scope in which a declaration of a kind (`var`, `const`, …) puts its names."""
        if kind != "var":
            return self
        return next(scope for scope in self.outwards() if scope.is_function or scope.outer is None)

    def of_this(self) -> "Scope":
        """The scope that holds the members of `this`: the class around, or the whole text."""
        return next(scope for scope in self.outwards() if scope.is_class or scope.outer is None)


def bindings_of(pattern: "Node | None", bound: Bound) -> Iterator[tuple[str, Bound]]:
    """The names that a pattern declares, `{ a, b: { c }, d = 1 }`, each with the member that it takes."""
    waiting: list[tuple[Node | None, tuple[str, ...] | None, int]] = [(pattern, (), 0)]
    while waiting:
        node, path, depth = waiting.pop()
        if node is None or depth > _MAX_PATTERN_DEPTH:
            continue
        if node.type in _NAMES:
            known = path is not None and not bound.is_opaque
            members = (*path, *_own_member(node)) if path is not None else ()
            yield text_of(node), bound._replace(path=(*bound.path, *members)) if known else OPAQUE
        else:
            waiting += [(inner, _within(path, key), depth + 1) for inner, key in _inner_patterns(node)]


def _own_member(name: "Node") -> tuple[str, ...]:
    return (text_of(name),) if name.type == "shorthand_property_identifier_pattern" else ()


def _within(path: tuple[str, ...] | None, key: str | None) -> tuple[str, ...] | None:
    if path is None or key is None:
        return None
    return (*path, key) if key else path


def _inner_patterns(node: "Node") -> "Iterator[tuple[Node | None, str | None]]":
    """The patterns inside one: with the member's name, with nothing if it is the same value, None if unknown."""
    match node.type:
        case "object_pattern":
            yield from ((part, "") for part in parts_of(node))
        case "pair_pattern":
            key = node.child_by_field_name("key")
            yield node.child_by_field_name("value"), string_of(key) or text_of(key) or None
        case "object_assignment_pattern" | "assignment_pattern":
            yield node.child_by_field_name("left"), ""
        case "required_parameter" | "optional_parameter":
            yield node.child_by_field_name("pattern"), ""
        case "array_pattern" | "rest_pattern":
            yield from ((part, None) for part in parts_of(node))
        case _:
            return
