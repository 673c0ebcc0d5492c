"""What a called expression is called: the module it comes from, with the members that lead to it.

    import * as pkg from "pkg"; pkg.open().read()      pkg.open, pkg.open.read
    const { Client } = require("@scope/pkg");          @scope/pkg.Client
    const c = new Client(); c.send()                   @scope/pkg.Client.send
    lib.start()          (`lib` declared nowhere)      lib.start           a global name
    f(x).start()         (`f` is opaque)               .start              a member of something unknown

`default` is left out, for compilers disagree on where it stands. A call's result carries the call's name.
"""

from typing import TYPE_CHECKING, NamedTuple

from scanner.formats.javascript_program import loaded_module
from scanner.formats.javascript_scopes import Bound, Scope
from scanner.formats.javascript_syntax import first_part, parts_of, string_of, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_MAX_STEPS = 64
"""So many members, calls and names are followed from one expression."""
_MAX_MEMBERS = 12
_TRANSPARENT = frozenset(
    {
        "as_expression",
        "await_expression",
        "instantiation_expression",
        "non_null_expression",
        "parenthesized_expression",
        "satisfies_expression",
    }
)
_IDENTIFIERS = frozenset({"identifier", "jsx_identifier", "shorthand_property_identifier", "this", "type_identifier"})
_RESULT_OF = {
    "assignment_expression": "right",
    "binary_expression": "left",  # `a || b`: the first is what is mostly there
    "new_expression": "constructor",
    "ternary_expression": "consequence",
}


class Name(NamedTuple):
    """Where a value comes from."""

    module: str = ""
    """A specifier."""
    root: str = ""
    """A global name, if there is no module; nothing if the beginning is unknown."""
    members: tuple[str, ...] = ()


def resolve(node: "Node", scope: Scope) -> Name:
    """Follow an expression to the module, the global name or the unknown that it begins with."""
    members: list[str] = []
    at: Node | None = node
    for _ in range(_MAX_STEPS):
        if at is None:
            break
        if at.type in _IDENTIFIERS:
            found = _look_up(at, members, scope)
            if found is None:
                return Name("", "" if at.type == "this" else text_of(at), _tidy(members))
            members[:0] = found.path
            if found.module:
                return Name(found.module, "", _tidy(members))
            at, scope = found.value, found.scope or scope
            continue
        module = loaded_module(at) if at.type == "call_expression" else ""
        if module:
            return Name(module, "", _tidy(members))
        at = _inwards(at, members)
    return Name("", "", _tidy(members))


def _look_up(node: "Node", members: list[str], scope: Scope) -> Bound | None:
    if node.type != "this":
        return scope.find(text_of(node))
    bound = scope.of_this().names.get(f"this.{members[0]}") if members else None
    if bound is not None:
        del members[0]
    return bound


def _inwards(node: "Node", members: list[str]) -> "Node | None":
    """The expression whose result this one takes, with members noted on the way; None where only a run would know."""
    kind = node.type
    if kind in ("member_expression", "nested_identifier", "subscript_expression"):
        return _of_member(node, members)
    if kind == "call_expression":
        return node.child_by_field_name("function")
    if kind in _TRANSPARENT:
        return first_part(node)
    if kind == "sequence_expression":  # `(0, lib.start)()`, as compilers write it
        return node.named_child(node.named_child_count - 1)
    if kind in _RESULT_OF:
        return node.child_by_field_name(_RESULT_OF[kind])
    if kind == "object" and members:
        return _property(node, members)
    return None


def _of_member(node: "Node", members: list[str]) -> "Node | None":
    if node.type == "subscript_expression":
        member = string_of(node.child_by_field_name("index")) or ""
    elif node.type == "nested_identifier":  # `<Library.Element>`
        parts = list(parts_of(node))
        members.insert(0, text_of(parts[-1]) if parts else "")
        return parts[0] if len(parts) > 1 else None
    else:
        member = text_of(node.child_by_field_name("property"))
    members.insert(0, member)
    return node.child_by_field_name("object")


def _property(node: "Node", members: list[str]) -> "Node | None":
    for part in parts_of(node):
        key = part.child_by_field_name("key") if part.type == "pair" else part
        if key is not None and (string_of(key) or text_of(key)) == members[0]:
            del members[0]
            return part.child_by_field_name("value") if part.type == "pair" else part
    return None


def _tidy(members: list[str]) -> tuple[str, ...]:
    """The last members, without `default`; what is no name in the text is written `*`."""
    return tuple(member or "*" for member in members[-_MAX_MEMBERS:] if member != "default")
