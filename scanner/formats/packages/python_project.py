"""What a Python project asks for: pyproject.toml, setup.cfg, setup.py (parsed, never run), Pipfile."""

import ast
import re
from collections.abc import Iterator

from scanner.formats.packages.purls import pypi_purl
from scanner.formats.packages.requirements import declared
from scanner.formats.packages.toml_tree import Toml, tables, told_of_toml
from scanner.formats.python_tree import statements
from scanner.model.observation import Observation, Owns, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause, Scope

INFO = Info(
    name="python-project",
    version=3,
    line="Python projects: the package made here, and what it asks for",
    specification="https://packaging.python.org/en/latest/specifications/pyproject-toml/ and "
    "https://setuptools.pypa.io/en/latest/userguide/declarative_config.html",
    limits="Ranges of versions are not resolved. Of setup.py only constants are read: lists that it puts together when "
    "it runs, or reads from files, are not known.",
    names=("pyproject.toml", "setup.cfg", "setup.py", "pipfile"),
)

_MAX_BYTES = 4 * 1024 * 1024
_MAX_DEPTH = 12
_LISTS: dict[tuple[str, ...], Scope] = {
    ("project", "dependencies"): Scope.RUNTIME,
    ("project", "optional-dependencies", "*"): Scope.EXTRA,
    ("dependency-groups", "*"): Scope.DEV,
    ("build-system", "requires"): Scope.DEV,
    ("tool", "uv", "dev-dependencies"): Scope.DEV,
    ("tool", "pdm", "dev-dependencies", "*"): Scope.DEV,
    ("tool", "hatch", "envs", "*", "dependencies"): Scope.DEV,
    ("tool", "hatch", "envs", "*", "extra-dependencies"): Scope.DEV,
    ("tool", "flit", "metadata", "requires"): Scope.RUNTIME,
}
"""Keys under which a list of requirements stands; `*` is any key."""
_TABLES: dict[tuple[str, ...], Scope] = {
    ("tool", "poetry", "dependencies"): Scope.RUNTIME,
    ("tool", "poetry", "dev-dependencies"): Scope.DEV,
    ("tool", "poetry", "group", "*", "dependencies"): Scope.DEV,
    ("tool", "pixi", "pypi-dependencies"): Scope.RUNTIME,
    ("packages",): Scope.RUNTIME,
    ("dev-packages",): Scope.DEV,
}
"""Keys under which a table from name to version stands: Poetry's, Pixi's, Pipfile's."""
_NAMES: tuple[tuple[str, ...], ...] = (("project",), ("tool", "poetry"), ("tool", "flit", "metadata"))
_EXACT = re.compile(r"\s*={0,3}\s*(\d[\w.!+-]*)\s*")
_SETUP_LISTS = {
    "install_requires": Scope.RUNTIME,
    "setup_requires": Scope.DEV,
    "tests_require": Scope.DEV,
    "requires": Scope.RUNTIME,
}
_EXTRAS = "extras_require"


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the package made here, if it is named, with its folder; then each requirement as declared.

    Raises:
        Unreadable: damaged, when the file is not what its name says; limit, when it is larger than 4 MiB or too deep.
    """
    if source.size > _MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The project file is larger than 4 MiB and was not read.")
    budget.spend_bytes(2 * source.size)
    data = bytes(source.view())
    name = source.name.lower()
    if name == "setup.py":
        yield from _of_setup(data, budget)
    elif name == "setup.cfg":
        yield from _of_configuration(data, budget)
    else:
        yield from told_of_toml(data, lambda tree: _of_toml(tree, budget))


def _made_here(name: str, version: str, place: str) -> Iterator[Observation]:
    purl = pypi_purl(name)
    if purl is not None:
        yield Package(purl=purl, version=version, role="installed", place=place)
        yield Owns(purl=purl, version=version, path="./", place=place)


def _of_toml(tree: Toml, budget: Budget) -> Iterator[Observation]:
    for path in _NAMES:
        for where, table in tables(tree, path):
            if isinstance(table, dict) and isinstance(table.get("name"), str):
                version = table.get("version")
                yield from _made_here(table["name"], version if isinstance(version, str) else "", f"{where}.name")
    for path, scope in _LISTS.items():
        for where, entries in tables(tree, path):
            yield from _of_list(entries if isinstance(entries, list) else [], where, scope, budget)
    for path, scope in _TABLES.items():
        for where, table in tables(tree, path):
            yield from _of_table(table if isinstance(table, dict) else {}, where, scope, budget)


def _of_list(entries: list[object], where: str, scope: Scope, budget: Budget) -> Iterator[Package]:
    for index, entry in enumerate(entries):
        budget.spend_items()
        package = declared(entry, f"{where}[{index}]", scope=scope) if isinstance(entry, str) else None
        if package is not None:
            yield package


def _of_table(table: Toml, where: str, scope: Scope, budget: Budget) -> Iterator[Package]:
    for name, wanted in table.items():
        budget.spend_items()
        purl = pypi_purl(name) if name != "python" else None
        if purl is not None:
            # Poetry calls what belongs to an extra optional.
            is_extra = isinstance(wanted, dict) and wanted.get("optional") is True
            yield Package(
                purl=purl,
                version=_exact(wanted),
                role="declares",
                scope=Scope.EXTRA if is_extra else scope,
                place=f"{where}.{name}",
            )


def _exact(wanted: object) -> str:
    """The version that Poetry or Pipenv pins, if it is one alone."""
    if isinstance(wanted, dict):
        wanted = wanted.get("version")
    match = _EXACT.fullmatch(wanted) if isinstance(wanted, str) else None
    return match[1] if match else ""


def _of_configuration(data: bytes, budget: Budget) -> Iterator[Observation]:
    from configparser import Error, RawConfigParser

    parser = RawConfigParser(strict=False, allow_no_value=True)
    try:
        parser.read_string(data.decode("utf-8", "backslashreplace"))
    except (Error, AttributeError) as error:  # AttributeError: what it says of a line that goes on from a bare key
        reason = str(error).splitlines()[0][:200]
        raise Unreadable(Cause.DAMAGED, f"The configuration cannot be read: {reason}.") from error
    name, version = (parser.get("metadata", key, fallback=None) or "" for key in ("name", "version"))
    yield from _made_here(name, "" if ":" in version else version, "metadata.name")
    options = [("options", key, scope) for key, scope in _SETUP_LISTS.items()]
    extras = "options.extras_require"
    if parser.has_section(extras):
        options += [(extras, key, Scope.EXTRA) for key in parser.options(extras)]
    for section, key, scope in options:
        for index, line in enumerate((parser.get(section, key, fallback=None) or "").splitlines()):
            budget.spend_items()
            package = declared(line, f"{section}.{key}[{index}]", scope=scope)
            if package is not None:
                yield package


def _of_setup(data: bytes, budget: Budget) -> Iterator[Observation]:
    constants: dict[str, ast.expr] = {}
    calls: list[ast.Call] = []
    pending: list[ast.AST] = [*reversed(statements(data, budget).body)]
    while pending:
        node = pending.pop()
        budget.spend_items()
        if isinstance(node, ast.Assign):
            constants.update({target.id: node.value for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.Call) and _called(node) == "setup":
            calls.append(node)
        pending += [*ast.iter_child_nodes(node)][::-1]
    strings = _Strings(constants, budget)
    for call in calls:
        given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        name, version = (next(strings.of(given.get(key)), ("", 0))[0] for key in ("name", "version"))
        yield from _made_here(name, version, f"line {call.lineno}")
        for key, scope in (*_SETUP_LISTS.items(), (_EXTRAS, Scope.EXTRA)):
            for text, line in strings.of(given.get(key)):
                package = declared(text, f"line {line}", scope=scope)
                if package is not None:
                    yield package


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


class _Strings:
    """The strings in a list, a dictionary's values or a sum, also where a name stands for it; each with its line."""

    def __init__(self, constants: dict[str, ast.expr], budget: Budget) -> None:
        self._constants = constants
        self._budget = budget

    def of(self, node: ast.expr | None, depth: int = 0) -> Iterator[tuple[str, int]]:
        """Depth-first; a name that stands for itself ends where it is `_MAX_DEPTH` deep."""
        self._budget.spend_items()
        inner: list[ast.expr] = []
        match node:
            case ast.Constant(value=str(text)):
                for part in text.splitlines():
                    yield part, node.lineno
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.Dict(values=parts):
                inner = parts
            case ast.BinOp(left=left, right=right):
                inner = [left, right]
            case ast.Name(id=name) if name in self._constants:
                inner = [self._constants[name]]
        for each in inner if depth < _MAX_DEPTH else ():
            yield from self.of(each, depth + 1)
