"""A JavaScript or TypeScript text as a program: its scopes, the modules it asks for, the places where it calls.

One walk collects scopes and places; names are resolved afterwards, for a text may call what it declares further down.
What a function is called, and what it receives, is noted at the node around it, which the walk visits before.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from scanner.formats.javascript_scopes import OPAQUE, Bound, Scope, bindings_of
from scanner.formats.javascript_syntax import first_part, parts_of, string_of, text_of, visits
from scanner.model.source import Budget

if TYPE_CHECKING:
    from tree_sitter import Node, Tree

_FUNCTIONS = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)
_CLASSES = frozenset({"abstract_class_declaration", "class", "class_declaration"})
_BLOCKS = frozenset({"catch_clause", "for_in_statement", "for_statement", "statement_block"})
SCOPES = _FUNCTIONS | _CLASSES | _BLOCKS
_LOADERS = frozenset({"require", "__require", "__webpack_require__", "importScripts"})
"""Functions that take a module's name: of CommonJS, of bundlers, of workers."""
_DEFINERS = frozenset({"define", "require", "requirejs"})
"""Functions that take a list of modules and a function to receive them (AMD)."""
_MAX_NAME = 100


class Asked(NamedTuple):
    """A module that the text asks for; lines count from 0."""

    specifier: str
    line: int


class Called(NamedTuple):
    """A place where something is called, made with `new`, or shown as an element of a page; lines count from 0."""

    callee: "Node"
    scope: Scope
    line: int


@dataclass(slots=True)
class Program:
    """What one walk collects."""

    name: str
    """What calls outside of any named function are by."""
    asked: list[Asked] = field(default_factory=list)
    called: list[Called] = field(default_factory=list)
    error_bytes: int = 0
    """Bytes that fit no rule of the grammar."""


def collect(tree: "Tree", program: Program, budget: Budget) -> None:
    """Walk the tree and fill in the program.

    Raises:
        Unreadable: limit, when the tree has more nodes than the budget allows.
    """
    collector = _Collector(program)
    for node, leaves in visits(tree, frozenset(collector.actions), SCOPES, budget):
        if leaves:
            collector.leave()
        else:
            collector.enter(node)


def loaded_module(call: "Node") -> str:
    """The specifier that a call loads, `require("pkg")`, `import("pkg")` or `helper(require("pkg"))`; or nothing."""
    function, first = call.child_by_field_name("function"), _first_argument(call)
    if function is None or first is None:
        return ""
    if function.type == "import" or (function.type == "identifier" and text_of(function) in _LOADERS):
        return string_of(first) or ""
    inner = first.child_by_field_name("function") if first.type == "call_expression" else None
    if function.type in ("identifier", "member_expression") and inner is not None and text_of(inner) in _LOADERS:
        # `__importStar(require("pkg"))`: compilers wrap what they load, to join two conventions for `default`.
        return string_of(_first_argument(first)) or ""
    return ""


def _first_argument(call: "Node") -> "Node | None":
    arguments = call.child_by_field_name("arguments")
    return first_part(arguments) if arguments is not None and arguments.type == "arguments" else None


class _Collector:
    """The state of one walk."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._scope = Scope(by=program.name)
        self._kind = ""
        """Of the declaration that was last entered."""
        self._error_end = 0
        self._names: dict[int, str] = {}
        """Names given to functions and classes that are values, by the node's id."""
        self._received: dict[int, list[Bound]] = {}
        """What functions that are arguments receive, by the node's id."""
        self.actions: dict[str, Callable[[Node], None]] = {
            "lexical_declaration": self._declaration,
            "variable_declaration": self._declaration,
            "variable_declarator": self._declarator,
            "assignment_expression": self._assignment,
            "pair": self._named_value,
            "field_definition": self._field,
            "public_field_definition": self._field,
            "import_statement": self._import,
            "export_statement": self._source_of_export,
            "import_require_clause": self._import_require,
            "call_expression": self._call,
            "new_expression": self._new,
            "jsx_opening_element": self._element,
            "jsx_self_closing_element": self._element,
            "ERROR": self._error,
        }
        """What is done with nodes, by their type."""

    def enter(self, node: "Node") -> None:
        kind = node.type
        action = self.actions.get(kind)
        if action is not None:
            action(node)
        if kind in SCOPES:
            self._open(node)

    def leave(self) -> None:
        self._scope = self._scope.outer or self._scope

    def _open(self, node: "Node") -> None:
        own = text_of(node.child_by_field_name("name"))
        name = self._names.pop(node.id, "") or own
        outer = self._scope
        if own and node.type != "method_definition":
            outer.home("var").bind(own, OPAQUE)
        by = f"{outer.by}.{name}" if name and outer.is_class else name or outer.by
        scope = Scope(by=by, outer=outer, is_function=node.type in _FUNCTIONS, is_class=node.type in _CLASSES)
        self._bind(scope, _parameters(node), self._received.pop(node.id, []))
        self._scope = scope

    def _bind(self, scope: Scope, patterns: "Iterable[Node]", received: list[Bound]) -> None:
        for number, pattern in enumerate(patterns):
            for name, bound in bindings_of(pattern, received[number] if number < len(received) else OPAQUE):
                scope.bind(name, bound)

    def _value(self, node: "Node | None") -> Bound:
        return OPAQUE if node is None else Bound(value=node, scope=self._scope)

    def _declaration(self, node: "Node") -> None:
        self._kind = "var" if node.type == "variable_declaration" else "const"

    def _declarator(self, node: "Node") -> None:
        pattern, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        self._keep_name(value, pattern)
        scope = self._scope.home(self._kind)
        for name, bound in bindings_of(pattern, self._value(value)):
            scope.bind(name, bound)

    def _assignment(self, node: "Node") -> None:
        left, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        self._keep_name(value, left)
        if left is None:
            return
        if left.type == "member_expression":
            self._member_of_this(left, value)
            return
        for name, bound in bindings_of(left, self._value(value)):
            self._scope.assign(name, bound)

    def _member_of_this(self, left: "Node", value: "Node | None") -> None:
        target, member = left.child_by_field_name("object"), left.child_by_field_name("property")
        if target is not None and target.type == "this":
            self._scope.of_this().bind(f"this.{text_of(member)}", self._value(value))

    def _field(self, node: "Node") -> None:
        name, value = _field_name(node), node.child_by_field_name("value")
        self._keep_name(value, name)
        if value is not None:
            self._scope.of_this().bind(f"this.{text_of(name)}", self._value(value))

    def _named_value(self, node: "Node") -> None:
        self._keep_name(node.child_by_field_name("value"), node.child_by_field_name("key"))

    def _keep_name(self, value: "Node | None", name: "Node | None") -> None:
        if value is not None and name is not None and value.type in SCOPES and not name.type.endswith("_pattern"):
            text = text_of(name)
            if len(text) <= _MAX_NAME:
                self._names[value.id] = text

    def _import(self, node: "Node") -> None:
        specifier = string_of(node.child_by_field_name("source"))
        if specifier is None:
            return
        self._ask(specifier, node)
        clause = next((part for part in parts_of(node) if part.type == "import_clause"), None)
        for name, member in _imported(clause):
            path = () if member in ("", "default") else (member,)
            self._scope.bind(name, Bound(module=specifier, path=path))

    def _source_of_export(self, node: "Node") -> None:
        specifier = string_of(node.child_by_field_name("source"))
        if specifier is not None:
            self._ask(specifier, node)

    def _import_require(self, node: "Node") -> None:
        specifier = string_of(node.child_by_field_name("source"))
        if specifier is not None:
            self._ask(specifier, node)
            self._scope.bind(text_of(first_part(node)), Bound(module=specifier))

    def _ask(self, specifier: str, node: "Node") -> None:
        self._program.asked.append(Asked(specifier, node.start_point[0]))

    def _call(self, node: "Node") -> None:
        function = node.child_by_field_name("function")
        if function is None:
            return
        if function.type == "import" or text_of(function) in _LOADERS:
            for argument in parts_of(node.child_by_field_name("arguments")):
                specifier = string_of(argument)
                if specifier is not None:
                    self._ask(specifier, node)
        if function.type == "member_expression":
            self._handed_on(node, function)
        elif text_of(function) in _DEFINERS:
            self._defined(node)
        self._keep_call(function, node)

    def _handed_on(self, node: "Node", function: "Node") -> None:
        """`promise.then((value) => …)`: the function receives what was promised."""
        first = _first_argument(node) if text_of(function.child_by_field_name("property")) == "then" else None
        if first is not None and first.type in _FUNCTIONS:
            self._received[first.id] = [self._value(function.child_by_field_name("object"))]

    def _defined(self, node: "Node") -> None:
        """`define(["pkg"], (pkg) => …)`: the function receives the modules."""
        modules: list[Bound] = []
        for part in parts_of(node.child_by_field_name("arguments")):
            if part.type == "array":
                for specifier in map(string_of, parts_of(part)):
                    self._ask(specifier or "", node)
                    modules.append(Bound(module=specifier or ""))
            elif part.type in _FUNCTIONS:
                self._received[part.id] = modules

    def _new(self, node: "Node") -> None:
        constructor = node.child_by_field_name("constructor")
        if constructor is not None:
            self._keep_call(constructor, node)

    def _element(self, node: "Node") -> None:
        name = node.child_by_field_name("name")
        # A small letter begins the page's own elements.
        if name is not None and (name.type != "identifier" or text_of(name)[:1].isupper()):
            self._keep_call(name, node)

    def _keep_call(self, callee: "Node", node: "Node") -> None:
        self._program.called.append(Called(callee, self._scope, node.start_point[0]))

    def _error(self, node: "Node") -> None:
        # Errors inside an error are bytes of it.
        self._program.error_bytes += max(node.end_byte - max(node.start_byte, self._error_end), 0)
        self._error_end = max(node.end_byte, self._error_end)


def _field_name(node: "Node") -> "Node | None":
    return node.child_by_field_name("property") or node.child_by_field_name("name")


def _parameters(node: "Node") -> "Iterator[Node]":
    for field_name in ("parameters", "parameter"):
        found = node.child_by_field_name(field_name)
        if found is not None and found.type == "formal_parameters":
            yield from parts_of(found)
        elif found is not None:
            yield found
    if node.type == "for_in_statement" and node.child_by_field_name("kind") is not None:
        left = node.child_by_field_name("left")
        if left is not None:
            yield left


def _imported(clause: "Node | None") -> Iterator[tuple[str, str]]:
    """Local name and imported member of each import; no member for the whole module."""
    for part in parts_of(clause):
        if part.type == "identifier":
            yield text_of(part), ""
        elif part.type == "namespace_import":
            yield text_of(first_part(part)), ""
        else:
            for one in parts_of(part):
                member = text_of(one.child_by_field_name("name"))
                yield text_of(one.child_by_field_name("alias")) or member, member
