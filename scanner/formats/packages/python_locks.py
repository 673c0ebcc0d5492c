"""Lock files of Python projects: poetry.lock, uv.lock, pdm.lock, pylock.toml, Pipfile.lock."""

import re
from collections.abc import Iterator

from scanner.formats.json_pieces import told_of_json
from scanner.formats.json_tree import Json
from scanner.formats.packages.dependencies import PROJECT, requires
from scanner.formats.packages.purls import pypi_purl
from scanner.formats.packages.toml_tree import Toml, told_of_toml
from scanner.model.observation import Observation, Package, Requires
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause, Scope

INFO = Info(
    name="python-lock",
    version=3,
    line="Python lock files: each package with its version, and which asks for which",
    specification="pylock.toml: https://packaging.python.org/en/latest/specifications/pylock-toml/; the others as "
    "their tools write them: https://python-poetry.org, https://docs.astral.sh/uv, https://pdm-project.org, "
    "https://pipenv.pypa.io",
    limits="Environment markers are not evaluated. Pipenv does not write down which package asks for which.",
    names=("poetry.lock", "uv.lock", "pdm.lock", "pipfile.lock", "pylock.toml"),
    suffixes=(".toml",),
)

_MAX_BYTES = 32 * 1024 * 1024
_OWN = ("editable", "virtual")
"""Kinds of source (uv) that say: the project itself."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}")
_MAIN = frozenset({"main", "default"})


def wants(name: str, _head: bytes) -> bool:
    """Whether it is one of the names, or a pylock with a name of its own."""
    return name in INFO.names or (name.startswith("pylock.") and name.endswith(".toml"))


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each locked package as declared.

    Raises:
        Unreadable: damaged, when it is not the TOML or JSON it should be; limit, when it is too large or too deep.
    """
    if source.size > _MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The lock file is larger than 32 MiB and was not read.")
    budget.spend_bytes(2 * source.size)
    data = bytes(source.view())
    if source.name.lower() == "pipfile.lock":
        yield from told_of_json(source, budget, lambda tree: _of_pipenv(tree, budget))
        return
    yield from told_of_toml(data, lambda tree: _of_locked(tree, budget))


def _of_locked(tree: Toml, budget: Budget) -> Iterator[Package | Requires]:
    for key in ("package", "packages"):
        entries = tree.get(key)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            budget.spend_items()
            if isinstance(entry, dict):
                yield from _entry(entry, f"{key}[{index}]", budget)


def _entry(entry: Toml, place: str, budget: Budget) -> Iterator[Package | Requires]:
    """A package, unless it is the project itself, and what it asks for."""
    by: str | None = PROJECT
    if not _is_own(entry):
        name = entry.get("name")
        by = pypi_purl(name) if isinstance(name, str) else None
        yield from _locked(name, entry.get("version"), place, _scope(entry))
    yield from requires(by, _names(entry.get("dependencies")), place, budget)
    for key, scope in (("optional-dependencies", Scope.EXTRA), ("dev-dependencies", Scope.DEV)):
        groups = entry.get(key)
        for asked in groups.values() if isinstance(groups, dict) else ():
            yield from requires(by, _names(asked), place, budget, scope)


def _names(asked: object) -> Iterator[str | None]:
    """Package URLs of a list of requirements or of tables with a `name`, or of a table by name."""
    for each in asked if isinstance(asked, (list, dict)) else ():
        name = each.get("name") if isinstance(each, dict) else each
        match = _NAME.match(name) if isinstance(name, str) else None
        yield pypi_purl(match[0]) if match else None


def _scope(entry: Toml) -> Scope:
    """Poetry and PDM say in which groups a package is; those that are not the main one are for developers."""
    groups = entry.get("groups")
    if entry.get("category") == "dev" or (
        isinstance(groups, list) and groups and not _MAIN.intersection(map(str, groups))
    ):
        return Scope.DEV
    return Scope.EXTRA if entry.get("optional") is True else Scope.RUNTIME


def _is_own(entry: Toml) -> bool:
    origin = entry.get("source")
    return isinstance(origin, dict) and any(key in origin for key in _OWN)


def _locked(name: object, version: object, place: str, scope: Scope = Scope.RUNTIME) -> Iterator[Package]:
    purl = pypi_purl(name) if isinstance(name, str) else None
    if purl is not None:
        given = version.removeprefix("==") if isinstance(version, str) else ""
        yield Package(purl=purl, version=given, role="declares", scope=scope, place=place)


def _of_pipenv(sections: Json, budget: Budget) -> Iterator[Package]:
    for section, entries in sections.items():
        if section.startswith("_") or not isinstance(entries, dict):
            continue
        for name, entry in entries.items():
            budget.spend_items()
            version = entry.get("version") if isinstance(entry, dict) else ""
            scope = Scope.DEV if section == "develop" else Scope.RUNTIME
            yield from _locked(name, version, f"{section}.{name}", scope)
