"""Reads Python expressions: what each may stand for, and, on the way, what it calls and refers to."""

import ast
import re
from collections.abc import Callable, Iterable
from typing import Any

from scanner.formats.python_facts import Facts, imported_by, library_of, service_of
from scanner.formats.python_scopes import Names
from scanner.formats.python_values import (
    MAX_CANDIDATES,
    MAX_TEXT,
    Items,
    Local,
    Ref,
    Scope,
    Text,
    Values,
    contents,
    filled,
    items_of,
    joined,
    refs,
    texts,
    union,
)

_Reader = Callable[[Any, Scope], Values]

_IMPORT_STATEMENT = re.compile(r"(?:^|;)\s*(?:import|from)\s+([\w.]+)")
_LAST_PART = "os.path.join"
_SAME_TEXT = frozenset({"str", "Path", "lower", "strip", "decode", "encode"})


class Expressions:
    """Evaluates expressions to candidates; what is seen on the way goes to `facts`."""

    def __init__(self, names: Names, facts: Facts) -> None:
        self._names = names
        self._facts = facts
        self._readers = self._table()
        self.unspent = 0
        """How many were read that have not been counted yet."""

    def read(self, node: ast.expr, scope: Scope) -> Values:
        """What the expression may stand for. A dotted name of a module that is not called counts as referred to."""
        values = self.quietly(node, scope)
        if values and isinstance(node, ast.Attribute):
            for ref in refs(values):
                if ref.calls == 0:
                    self._add_import(ref.name, node)
        return values

    def quietly(self, node: ast.expr, scope: Scope) -> Values:
        """What the expression may stand for; a dotted name itself is not yet a fact: more may follow it."""
        self.unspent += 1
        return self._readers.get(type(node), self._parts)(node, scope)

    def _table(self) -> dict[type[ast.expr], _Reader]:
        """How each kind of expression is read; of all others, only the parts are."""
        return {
            ast.Attribute: self._attribute,
            ast.Await: self._inner,
            ast.BinOp: self._operation,
            ast.BoolOp: self._either,
            ast.Call: self._call,
            ast.Constant: self._constant,
            ast.Dict: self._dictionary,
            ast.DictComp: self._comprehension,
            ast.FormattedValue: self._inner,
            ast.GeneratorExp: self._comprehension,
            ast.IfExp: self._either,
            ast.JoinedStr: self._joined,
            ast.Lambda: self._lambda,
            ast.List: self._list,
            ast.ListComp: self._comprehension,
            ast.Name: self._name,
            ast.NamedExpr: self._named,
            ast.Set: self._list,
            ast.SetComp: self._comprehension,
            ast.Starred: self._inner,
            ast.Subscript: self._subscript,
            ast.Tuple: self._list,
            ast.Yield: self._yielded,
        }

    # Any: the table above calls each method with the kind of node that stands beside it.

    def _parts(self, node: Any, scope: Scope) -> Values:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.read(child, scope)
        return ()

    def _name(self, node: Any, scope: Scope) -> Values:
        return self._names.look_up(scope, node.id)

    def _attribute(self, node: Any, scope: Scope) -> Values:
        return self._names.attribute(self.quietly(node.value, scope), node.attr)

    def _constant(self, node: Any, _scope: Scope) -> Values:
        return (Text(node.value),) if isinstance(node.value, str) and len(node.value) <= MAX_TEXT else ()

    def _joined(self, node: Any, scope: Scope) -> Values:
        return joined([self.read(part, scope) for part in node.values])

    def _inner(self, node: Any, scope: Scope) -> Values:
        return self.read(node.value, scope)

    def _list(self, node: Any, scope: Scope) -> Values:
        return (items_of([self.read(part, scope) for part in node.elts]),)

    def _dictionary(self, node: Any, scope: Scope) -> Values:
        for key in node.keys:
            if key is not None:
                self.read(key, scope)
        return (items_of([self.read(part, scope) for part in node.values]),)

    def _either(self, node: Any, scope: Scope) -> Values:
        if isinstance(node, ast.BoolOp):
            return union(*[self.read(part, scope) for part in node.values])
        self.read(node.test, scope)
        return union(self.read(node.body, scope), self.read(node.orelse, scope))

    def _subscript(self, node: Any, scope: Scope) -> Values:
        self.read(node.slice, scope)
        return contents(self.read(node.value, scope))

    def _named(self, node: Any, scope: Scope) -> Values:
        values = self.read(node.value, scope)
        self._names.bind(scope, node.target.id, values)
        return values

    def _lambda(self, node: Any, scope: Scope) -> Values:
        inner = self._names.scope_of(node, "<lambda>", scope)
        self._names.add_returns(inner, self.read(node.body, inner))
        return (Local(inner),)

    def _yielded(self, node: Any, scope: Scope) -> Values:
        if node.value is not None:
            self._names.add_returns(scope, self.read(node.value, scope))
        return ()

    def _comprehension(self, node: Any, scope: Scope) -> Values:
        for generator in node.generators:
            values = contents(self.read(generator.iter, scope))
            if isinstance(generator.target, ast.Name):
                self._names.bind(scope, generator.target.id, values)
            for condition in generator.ifs:
                self.read(condition, scope)
        if isinstance(node, ast.DictComp):
            self.read(node.key, scope)
            return (items_of([self.read(node.value, scope)]),)
        return (items_of([self.read(node.elt, scope)]),)

    def _operation(self, node: Any, scope: Scope) -> Values:
        """`a + b + c` without recursion, `"%s" % x`, and `path / "name"`, which ends in that name."""
        if not isinstance(node.op, ast.Add):
            left, right = self.read(node.left, scope), self.read(node.right, scope)
            if isinstance(node.op, ast.Mod):
                given = next((list(v.items) for v in right if isinstance(v, Items)), [right])
                return filled(left, [tuple(group) for group in given], "%s")
            return right if isinstance(node.op, ast.Div) else ()
        parts: list[Values] = []
        at: ast.expr = node
        while isinstance(at, ast.BinOp) and isinstance(at.op, ast.Add):
            parts.append(self.read(at.right, scope))
            at = at.left
        parts.append(self.read(at, scope))
        return joined(reversed(parts))

    def _call(self, node: Any, scope: Scope) -> Values:
        functions = self._super(node, scope) or self.quietly(node.func, scope)
        given = [self.read(argument, scope) for argument in node.args]
        named = {keyword.arg: self.read(keyword.value, scope) for keyword in node.keywords}
        self._count_handed_on(node, [*given, *named.values()], scope)
        if isinstance(node.func, ast.Name) and not functions:
            return self._of_builtin(node, node.func.id, given)
        if isinstance(node.func, ast.Attribute) and not refs(functions):
            owners = self.quietly(node.func.value, scope) if not isinstance(node.func.value, ast.Call) else ()
            if isinstance(node.func.value, (ast.Constant, ast.Name)) and (
                text := _of_text(node.func.attr, owners, given)
            ):
                return text
        return union(*(self._result(function, node, given, named, scope) for function in functions))

    def _count_handed_on(self, node: ast.Call, arguments: Iterable[Values], scope: Scope) -> None:
        """`map(pkg.open, names)`: a function that is handed to another is called there, as far as one can see."""
        for values in arguments:
            for ref in refs(values) if values else ():
                if ref.calls == 0 and "." in ref.name.lstrip("."):
                    self._facts.add_call(ref.name, scope.name, node.lineno)

    def _result(
        self,
        function: Ref | Text | Items | Local,
        node: ast.Call,
        given: list[Values],
        named: dict[str | None, Values],
        scope: Scope,
    ) -> Values:
        if isinstance(function, Ref):
            return self._of_module(function, node, given, named, scope)
        if isinstance(function, Local):
            return self._of_own(function, given, named)
        return ()

    def _of_module(
        self, function: Ref, node: ast.Call, given: list[Values], named: dict[str | None, Values], scope: Scope
    ) -> Values:
        """Count a call of an imported function or class; what it gives."""
        self._facts.add_call(function.name, scope.name, node.lineno)
        first = given[0] if given else named.get("service_name") or named.get("name") or ()
        if function.name == _LAST_PART and given:
            return given[-1]
        found: list[Ref] = []
        for text in texts(first):
            if library := library_of(function.name, text):
                self._facts.add_library(library, node.lineno)
            if module := imported_by(function.name, text):
                self._facts.add_import(module, node.lineno)
                found.append(Ref(module))
            if service := service_of(function.name, text):
                self._facts.add_call(service, scope.name, node.lineno)
                found.append(Ref(service, 1))
        return union(found) or union((function.result(),))

    def _of_own(self, function: Local, given: list[Values], named: dict[str | None, Values]) -> Values:
        """A call of the file's own function or class: its parameters may be what is given, it gives what it returns."""
        if function.scope.kind != "class":
            self._hand_over(function.scope, given, named)
            return self._names.returns_of(function.scope)
        made = Local(function.scope, is_object=True)
        methods = self._names.attribute((made,), "__call__" if function.is_object else "__init__")
        for method in methods:
            if isinstance(method, Local) and method.scope.kind == "function":
                self._hand_over(method.scope, given, named)
                if function.is_object:
                    return self._names.returns_of(method.scope)
        return () if function.is_object else (made,)

    def _hand_over(self, scope: Scope, given: list[Values], named: dict[str | None, Values]) -> None:
        plain = scope.parameters[1:] if scope.has_self else scope.parameters
        for name, values in [*zip(plain, given, strict=False), *named.items()]:
            if name is not None and name in scope.parameters and values:
                self._names.bind(scope, name, values)

    def _of_builtin(self, node: ast.Call, name: str, given: list[Values]) -> Values:
        """Calls of built-in functions that lead to names: getattr, __import__, exec of a constant."""
        first = given[0] if given else ()
        if name == "getattr" and len(given) >= 2:
            found = union(*(self._names.attribute(first, text) for text in texts(given[1])))
            for ref in refs(found):
                if ref.calls == 0:
                    self._add_import(ref.name, node)
            return found
        modules = [text for text in texts(first) if imported_by(name, text)]
        if name == "exec":
            modules = [match[1] for text in texts(first) for match in _IMPORT_STATEMENT.finditer(text)]
        for module in modules:
            self._add_import(module, node)
        if modules:
            return union(Ref(module.partition(".")[0]) for module in modules)
        return first if name in _SAME_TEXT else ()

    def _add_import(self, name: str, node: ast.expr) -> None:
        self._facts.add_import(name, node.lineno)

    def _super(self, node: ast.Call, scope: Scope) -> Values:
        """`super().method`: that of the classes which the enclosing class is made from."""
        match node.func:
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name):
                owner = scope.parent
                bases = self._names.bases_of(owner) if owner is not None and owner.kind == "class" else ()
                objects = (Ref(b.name, 1) if isinstance(b, Ref) else b for b in bases if isinstance(b, (Ref, Local)))
                return self._names.attribute(union(objects), name)
        return ()


def _of_text(method: str, owners: Values, given: list[Values]) -> Values:
    """What a method of a string constant gives."""
    if method == "join" and len(given) == 1:
        lists = [value.items for value in given[0] if isinstance(value, Items)]
        parts = [joined([tuple(group) for group in items], separator) for items in lists for separator in texts(owners)]
        return union(*parts[:MAX_CANDIDATES])
    if method == "format":
        return filled(owners, given, "{}")
    return owners if method in _SAME_TEXT else ()
