"""Names in Python code: which scope holds them, and what was bound to them so far."""

import ast
from collections.abc import Iterable, Iterator
from itertools import repeat

from scanner.formats.python_values import Local, Ref, Scope, Value, Values, union

_MAX_BASES = 16
_MAX_STARS = 4

_Asked = str | Scope
_BASES, _GLOBALS, _STARS = "class", "global", "*"
"""Stand among the names for what has none; as names, Python has them not."""


class Names:
    """All scopes of one file. What is bound only ever grows.

    What is asked is noted by its name, or by the scope whose returns are asked for, and so is when each of these last
    grew: what is read again must tell nothing new if nothing that it asked for has grown.
    """

    def __init__(self, module: Scope) -> None:
        self.module = module
        self.has_grown = False
        """Whether anything new was bound since this was last set to False."""
        self.asked: set[_Asked] = set()
        """What was asked for since this was last replaced."""
        self.growths = 0
        """How often anything grew so far."""
        self._grew: dict[_Asked, int] = {}
        self._scopes: dict[ast.AST, Scope] = {}
        self._stars: list[str] = []
        self._of_modules: dict[tuple[str, str], Values] = {}
        """Attributes that were set on objects of imported classes: `app.client = …`."""
        self._of_unknown: dict[str, Values] = {}
        """Attributes that were set on objects nothing is known of."""

    def grew(self, asked: Iterable[_Asked], after: int) -> bool:
        """Whether any of these has grown after so many growths."""
        return max(map(self._grew.get, asked, repeat(0)), default=0) > after

    def scope_of(self, node: ast.AST, name: str, parent: Scope) -> Scope:
        """The scope that a class, function or lambda opens: one for each node, however often it is read."""
        known = self._scopes.get(node)
        if known is None:
            known = Scope(
                f"{parent.name}.{name}"[:300], "class" if isinstance(node, ast.ClassDef) else "function", parent
            )
            self._scopes[node] = known
            if not isinstance(node, ast.ClassDef):
                self._prepare(known, node)
        return known

    def _prepare(self, scope: Scope, node: ast.AST) -> None:
        """A function's parameters and what its decorators say of it."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            scope.parameters = tuple(a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))
        decorators = {_last_name(d) for d in getattr(node, "decorator_list", ())}
        scope.is_property = any(name.endswith("property") for name in decorators)
        in_class = scope.parent is not None and scope.parent.kind == "class"
        scope.has_self = in_class and isinstance(node, ast.stmt) and "staticmethod" not in decorators
        if scope.has_self and scope.parameters and scope.parent is not None:
            self.bind(scope, scope.parameters[0], (Local(scope.parent, is_object=True),))

    def bind(self, scope: Scope, name: str, values: Values) -> None:
        """The name may now stand for these, too."""
        self.asked.add(_GLOBALS)
        if name in scope.global_names:
            scope = self.module
        scope.names[name] = self._grown(scope.names.get(name), values, name if scope.was_asked else None)

    def make_global(self, scope: Scope, names: Iterable[str]) -> None:
        """In this scope, these are names of the module."""
        known = len(scope.global_names)
        scope.global_names.update(names)
        if len(scope.global_names) != known:
            self._note(_GLOBALS)

    def derive(self, scope: Scope, bases: Values) -> None:
        """The class is made from these, too."""
        known = len(scope.bases)
        scope.bases = union(scope.bases, bases)
        if len(scope.bases) != known and scope.was_asked:
            self._note(_BASES)

    def bind_attribute(self, owners: Values, name: str, values: Values) -> None:
        """The attribute of these objects may now be one of these, too."""
        for owner in owners:
            if isinstance(owner, Local):
                self.bind(owner.scope, name, values)
            elif isinstance(owner, Ref):
                key = (owner.name, name)
                self._of_modules[key] = self._grown(self._of_modules.get(key), values, name)
        if not owners and values:
            self._of_unknown[name] = self._grown(self._of_unknown.get(name), values, name)

    def add_returns(self, scope: Scope, values: Values) -> None:
        """The function may return these, too."""
        scope.returns = self._grown(scope.returns, values, scope)

    def returns_of(self, scope: Scope) -> Values:
        """What the function may return."""
        self.asked.add(scope)
        return scope.returns

    def bases_of(self, scope: Scope) -> Values:
        """What the class is made from."""
        self.asked.add(_BASES)
        scope.was_asked = True
        return scope.bases

    def add_star(self, module: str) -> None:
        """All names of that module are names here."""
        if module not in self._stars and len(self._stars) < _MAX_STARS:
            self._stars.append(module)
            self.has_grown = True
            self._note(_STARS)

    def look_up(self, scope: Scope, name: str) -> Values:
        """What a name may stand for here: in the functions around and the module, as Python resolves it."""
        self.asked.add(name)
        at: Scope | None = scope
        while at is not None:
            at.was_asked = True
            if name in at.names and (at is scope or at.kind != "class"):
                return at.names[name]
            at = at.parent
        self.asked.add(_STARS)
        return tuple(Ref(f"{module}.{name}") for module in self._stars)

    def attribute(self, owners: Values, name: str) -> Values:
        """What an attribute of these may be."""
        self.asked.add(name)
        if not owners:
            return self._of_unknown.get(name, ())
        if len(owners) == 1:
            return self._of_one(owners[0], name)
        return union(*(self._of_one(owner, name) for owner in owners))

    def _of_one(self, owner: Value, name: str) -> Values:
        if isinstance(owner, Ref):
            return self._of_modules.get((owner.name, name)) or _kept(owner.attribute(name))
        if isinstance(owner, Local):
            return union(*self._of_class(owner.scope, name))
        return ()

    def _of_class(self, scope: Scope, name: str) -> Iterator[Values]:
        """The attribute in a class of the file, else in the classes it is made from."""
        pending, seen = [scope], {id(scope)}
        while pending and len(seen) <= _MAX_BASES:
            at = pending.pop()
            at.was_asked = True
            if name in at.names:
                for value in at.names[name]:
                    is_property = isinstance(value, Local) and not value.is_object and value.scope.is_property
                    yield self.returns_of(value.scope) if is_property and isinstance(value, Local) else (value,)
                return
            for base in self.bases_of(at):
                if isinstance(base, Ref):
                    yield _kept(Ref(base.name, max(base.calls, 1)).attribute(name))
                elif isinstance(base, Local) and id(base.scope) not in seen:
                    seen.add(id(base.scope))
                    pending.append(base.scope)

    def _grown(self, known: Values | None, values: Values, what: _Asked | None) -> Values:
        """`what`: what those that asked for it asked for; None if nobody can have asked yet."""
        grown = union(known or (), values) if values else known or ()
        if known is None or len(grown) != len(known):
            self.has_grown = True
            if what is not None:
                self._note(what)
        return grown

    def _note(self, what: _Asked) -> None:
        self.growths += 1
        self._grew[what] = self.growths


def _kept(value: Value | None) -> Values:
    return () if value is None else (value,)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
