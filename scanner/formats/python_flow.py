"""Reads Python statements: follows names from imports through assignments, arguments and returns to calls.

Nothing is run. All branches are read, order is ignored, and what asked for candidates that have grown is read again, at
most `_ROUNDS` times in all. What the file's own functions are given and return is followed; other files are not.
"""

import ast
from collections.abc import Iterator

from scanner.formats.python_expressions import Expressions
from scanner.formats.python_facts import Facts
from scanner.formats.python_scopes import Names
from scanner.formats.python_values import Items, Local, Ref, Scope, Text, Values, contents, items_of, refs, union
from scanner.model.source import Budget

_ROUNDS = 4
_WITHOUT_BLOCKS = (ast.Expr, ast.Assign, ast.Return, ast.Import, ast.ImportFrom, ast.AnnAssign, ast.AugAssign)

_Block = tuple[list[ast.stmt], Scope]


class _Reading:
    """A statement, and what its last reading asked for."""

    __slots__ = ("after", "asked", "scope", "statement")

    def __init__(self, statement: ast.stmt, scope: Scope) -> None:
        self.statement = statement
        self.scope = scope
        self.asked: set[str | Scope] = set()
        self.after = 0
        """How often anything had grown before it."""


class Flow:
    """The statements of one file, or of all cells of a notebook, read into `facts`."""

    def __init__(self, name: str, facts: Facts, budget: Budget) -> None:
        self._facts = facts
        self._budget = budget
        self._names = Names(Scope(name, "module"))
        self._expressions = Expressions(self._names, facts)
        self.is_too_deep = False
        """Whether an expression was nested too deeply to be followed."""

    def read(self, body: list[ast.stmt]) -> None:
        """Read statements until nothing new is learned."""
        self._names.has_grown = False
        readings = self._first_readings(body)
        for _ in range(_ROUNDS - 1):
            if not self._names.has_grown:
                return
            self._names.has_grown = False
            for reading in readings:
                if self._names.grew(reading.asked, reading.after):
                    self._read(reading)

    def _first_readings(self, body: list[ast.stmt]) -> list[_Reading]:
        """Read every statement once; all readings, in the order in which the statements stand."""
        readings: list[_Reading] = []
        # An own stack: a chain of `elif` nests as deep as it is long.
        pending: list[tuple[Iterator[ast.stmt], Scope]] = [(iter(body), self._names.module)]
        while pending:
            block, scope = pending[-1]
            statement = next(block, None)
            if statement is None:
                pending.pop()
                continue
            reading = _Reading(statement, scope)
            readings.append(reading)
            pending += [(iter(inner), of) for inner, of in reversed(self._read(reading))]
        return readings

    def _read(self, reading: _Reading) -> list[_Block]:
        """Read one statement; returns the blocks in it."""
        self._budget.spend_items(1 + self._expressions.unspent)
        self._expressions.unspent = 0
        reading.after = self._names.growths
        self._names.asked = reading.asked = set()
        try:
            return self._statement(reading.statement, reading.scope)
        except RecursionError:
            self.is_too_deep = True
            return _blocks(reading.statement, reading.scope)

    def _statement(self, node: ast.stmt, scope: Scope) -> list[_Block]:
        """Read a statement's own expressions; returns the blocks in it."""
        match node:
            case ast.Import() | ast.ImportFrom():
                self._import(node, scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return [self._definition(node, scope)]
            case ast.Assign(targets=targets, value=value):
                values = self._expressions.read(value, scope)
                for target in targets:
                    self._assign(target, values, scope)
            case _:
                self._other(node, scope)
        return _blocks(node, scope)

    def _other(self, node: ast.stmt, scope: Scope) -> None:
        match node:
            case ast.AnnAssign(target=target, annotation=annotation):
                given = self._expressions.read(node.value, scope) if node.value is not None else ()
                self._assign(target, union(self._annotated(annotation, scope), given), scope)
            case ast.AugAssign(target=target, op=op, value=value):
                whole = ast.copy_location(ast.BinOp(left=target, op=op, right=value), node)
                self._assign(target, self._expressions.read(whole, scope), scope)
            case ast.Return(value=returned) if returned is not None:
                self._names.add_returns(scope, self._expressions.read(returned, scope))
            case ast.Global(names=names):
                self._names.make_global(scope, names)
            case _:
                self._compound(node, scope)

    def _compound(self, node: ast.stmt, scope: Scope) -> None:
        match node:
            case ast.For(target=target, iter=iterated) | ast.AsyncFor(target=target, iter=iterated):
                self._assign(target, contents(self._expressions.read(iterated, scope)), scope)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    values = self._expressions.read(item.context_expr, scope)
                    if item.optional_vars is not None:
                        self._assign(item.optional_vars, values, scope)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self._expressions.read(child, scope)

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self._facts.add_import(alias.name, node.lineno)
                bound = alias.name if alias.asname else alias.name.partition(".")[0]
                self._names.bind(scope, alias.asname or bound, (Ref(bound),))
            return
        module = "." * node.level + (node.module or "")
        if node.module:
            self._facts.add_import(module, node.lineno)
        for alias in node.names:
            if alias.name == "*":
                self._names.add_star(module)
                continue
            dotted = f"{module}.{alias.name}" if node.module else module + alias.name
            self._facts.add_import(dotted, node.lineno)
            self._names.bind(scope, alias.asname or alias.name, (Ref(dotted),))

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, scope: Scope) -> _Block:
        inner = self._names.scope_of(node, node.name, scope)
        for decorator in node.decorator_list:
            self._expressions.read(decorator, scope)
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                self._names.derive(inner, self._derived_from(base, inner, scope))
        else:
            for parameter, annotation, default in _parameters(node.args):
                values = self._annotated(annotation, scope) if annotation is not None else ()
                given = self._expressions.read(default, scope) if default is not None else ()
                self._names.bind(inner, parameter, union(values, given))
        self._names.bind(scope, node.name, (Local(inner),))
        return node.body, inner

    def _derived_from(self, base: ast.expr, inner: Scope, scope: Scope) -> Values:
        """A class made from an imported one uses it as a call of it would."""
        values = self._expressions.read(base, scope)
        for ref in refs(values):
            if ref.calls == 0:
                self._facts.add_call(ref.name, inner.name, base.lineno)
        return values

    def _annotated(self, annotation: ast.expr, scope: Scope) -> Values:
        """Objects of the classes that an annotation names, also inside `Optional[...]` and the like."""
        found: list[Ref | Local] = []
        pending = [annotation]
        while pending:
            node = pending.pop()
            if isinstance(node, ast.Subscript):
                pending.append(node.slice)
            elif isinstance(node, ast.BinOp):
                pending += [node.left, node.right]
            elif isinstance(node, ast.Tuple):
                pending += node.elts
            else:
                for value in self._expressions.read(node, scope):
                    if isinstance(value, Ref) and value.calls == 0 and "." in value.name:
                        found.append(Ref(value.name, 1))
                    elif isinstance(value, Local):
                        found.append(Local(value.scope, is_object=True))
        return union(found)

    def _assign(self, target: ast.expr, values: Values, scope: Scope) -> None:
        match target:
            case ast.Name(id=name):
                self._names.bind(scope, name, values)
            case ast.Attribute(value=owner, attr=name):
                self._names.bind_attribute(self._expressions.quietly(owner, scope), name, values)
            case ast.Subscript(value=owner):
                if values:
                    self._assign(owner, (items_of([values]),), scope)
            case ast.Starred(value=inner):
                self._assign(inner, values, scope)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                lists = [v.items for v in values if isinstance(v, Items) and len(v.items) == len(targets)]
                for index, part in enumerate(targets):
                    each = union(*(items[index] for items in lists))
                    self._assign(part, each or _unpacked(values), scope)


def _unpacked(values: Values) -> Values:
    """What the parts of an unknown tuple may be: each as the object that gave it."""
    return tuple(value for value in values if not isinstance(value, (Items, Text)))


def _parameters(args: ast.arguments) -> Iterator[tuple[str, ast.expr | None, ast.expr | None]]:
    """Name, annotation and default value of each parameter."""
    plain = [*args.posonlyargs, *args.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(args.defaults)) + [*args.defaults]
    for parameter, default in zip([*plain, *args.kwonlyargs], [*defaults, *args.kw_defaults], strict=True):
        yield parameter.arg, parameter.annotation, default


def _blocks(node: ast.stmt, scope: Scope) -> list[_Block]:
    """The blocks of a compound statement, with those of its handlers and cases."""
    if isinstance(node, _WITHOUT_BLOCKS):
        return []
    blocks: list[_Block] = []
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        for part in getattr(node, name, ()) or ():
            if isinstance(part, ast.stmt):
                blocks.append((getattr(node, name), scope))
                break
            if isinstance(part, ast.match_case) and part.guard is not None:
                blocks.append(([ast.copy_location(ast.Expr(part.guard), part.guard)], scope))
            blocks.append((part.body, scope))
    return blocks
