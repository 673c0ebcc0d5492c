"""The syntax of JavaScript and TypeScript, parsed by tree-sitter; broken source as far as it goes.

Each node is visited once, with a cursor: asking a node for its parent, or running a query, takes time that grows with
the depth of the tree, and hostile source nests a million brackets.
"""

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from scanner.model.source import Budget

if TYPE_CHECKING:
    from tree_sitter import Language, Node, Parser, Tree

Dialect = Literal["javascript", "typescript", "tsx"]

_SPEND_EVERY = 1000
_MAX_SECOND_TRY_BYTES = 1024 * 1024
_MAX_TEXT = 500
_CLOSED = frozenset({"string", "regex", "comment"})
"""Types of nodes in which nothing is called, loaded or declared."""
MAX_CHILDREN = 500
"""So many parts of a list or object are looked at."""


class Visit(NamedTuple):
    """The cursor enters a node or, if `leaves`, has left it."""

    node: "Node"
    leaves: bool = False


@cache
def _parser(dialect: Dialect) -> "Parser":
    from tree_sitter import Language, Parser

    if dialect == "javascript":
        import tree_sitter_javascript

        return Parser(Language(tree_sitter_javascript.language()))
    import tree_sitter_typescript

    typescript = dialect == "typescript"
    grammar = tree_sitter_typescript.language_typescript if typescript else tree_sitter_typescript.language_tsx
    return Parser(Language(grammar()))


def parsed(data: bytes, dialect: Dialect) -> "Tree":
    """The tree of a source text; where plain JavaScript does not parse, the other grammar is asked too.

    What is written in `.js` files often has types in it, which the grammar of typed source reads better. Recovering
    from errors takes up to four seconds for 1 MiB of nothing but errors; sound source takes a fifth of one.
    """
    tree = _parser(dialect).parse(data)
    if dialect == "javascript" and tree.root_node.has_error and len(data) <= _MAX_SECOND_TRY_BYTES:
        other = _parser("tsx").parse(data)
        if not other.root_node.has_error:
            return other
    return tree


def visits(tree: "Tree", wanted: frozenset[str], scopes: frozenset[str], budget: Budget) -> Iterator[Visit]:
    """The named nodes of the types `wanted` and `scopes` in the order of the text; `scopes` once more when left."""
    entering, leaving = _kinds(tree.language, wanted | scopes), _kinds(tree.language, scopes)
    closed = _kinds(tree.language, _CLOSED)
    cursor = tree.walk()
    named = 0  # since the last were spent; punctuation is not counted: there is no more of it than text
    entered = True
    while True:
        node = cursor.node
        assert node is not None
        kind = node.kind_id  # a number, where the type is a text that is made anew each time
        if entered:
            named += node.is_named
            if named >= _SPEND_EVERY:
                budget.spend_items(named)
                named = 0
            if kind in entering:
                yield Visit(node)
            if kind not in closed and cursor.goto_first_child():
                continue
        if kind in leaving:
            yield Visit(node, leaves=True)
        entered = cursor.goto_next_sibling()
        if not entered and not cursor.goto_parent():
            break
    budget.spend_items(named)


@cache
def _kinds(language: "Language", types: frozenset[str]) -> frozenset[int]:
    """The numbers under which a grammar knows types of named nodes: `class` is also the name of a keyword."""
    numbers = (language.id_for_node_kind(name, True) for name in types)  # noqa: FBT003  (the library's own)
    return frozenset(number for number in numbers if number is not None)


def text_of(node: "Node | None") -> str:
    """The source text of a name; nothing for one that is no name by its length."""
    if node is None or node.end_byte - node.start_byte > _MAX_TEXT or node.text is None:
        return ""
    return node.text.decode("utf-8", "backslashreplace")


def string_of(node: "Node | None") -> str | None:
    """The value of a string literal, or of a template without a placeholder; None for anything else."""
    if node is None or node.type not in ("string", "template_string"):
        return None
    text = text_of(node)
    return None if "\\" in text or (node.type == "template_string" and "${" in text) else text[1:-1]


def parts_of(node: "Node | None") -> "Iterator[Node]":
    """The first named children, without comments."""
    if node is not None:
        for number in range(min(node.named_child_count, MAX_CHILDREN)):
            child = node.named_child(number)
            if child is not None and child.type != "comment":
                yield child


def first_part(node: "Node | None") -> "Node | None":
    """The first named child that is no comment."""
    return next(parts_of(node), None)
