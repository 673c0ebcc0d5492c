"""Rust crates: what Cargo.toml asks for and Cargo.lock locked."""

import re
from collections.abc import Iterator

from scanner.formats.packages.dependencies import PROJECT, requires
from scanner.formats.packages.purls import package_purl
from scanner.formats.packages.toml_tree import Toml, tables, told_of_toml
from scanner.formats.text_lines import numbered_lines, text_of
from scanner.model.observation import Observation, Package, Requires
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="cargo",
    version=3,
    line="Rust crates that a project asks for and locks",
    specification="https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html",
    limits="Ranges of versions are not resolved.",
    names=("cargo.toml", "cargo.lock"),
)

_KINDS = {"dependencies": Scope.RUNTIME, "dev-dependencies": Scope.DEV, "build-dependencies": Scope.DEV}
_PATHS = (
    *((kind, "*") for kind in _KINDS),
    *(("target", "*", kind, "*") for kind in _KINDS),
    ("workspace", "dependencies", "*"),
)
_ASKED = re.compile(r' "([^"\s]{1,200})(?: [^"]{0,300})?",?$')
_FIELD = re.compile(r'(name|version|source) = "([^"]{1,200})"')


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each crate as declared.

    Raises:
        Unreadable: damaged, when Cargo.toml is no TOML; limit, when the file is too large.
    """
    if source.name.lower() == "cargo.lock":
        yield from _locked(source, budget)
        return
    data = text_of(source, budget, 4 * 1024 * 1024).encode("utf-8", "replace")
    yield from told_of_toml(data, lambda tree: _of_project(tree, budget))


def _of_project(tree: Toml, budget: Budget) -> Iterator[Package]:
    for path in _PATHS:
        for place, entry in tables(tree, path):
            budget.spend_items()
            values = entry if isinstance(entry, dict) else {"version": entry}
            name = values.get("package")
            version = values.get("version")
            exact = version.removeprefix("=").strip() if isinstance(version, str) and version.startswith("=") else ""
            scope = next((_KINDS[key] for key in path if key in _KINDS), Scope.RUNTIME)
            if values.get("optional") is True:
                scope = Scope.EXTRA
            yield from _crate(name if isinstance(name, str) else place.rpartition(".")[2], exact, place, scope)


def _locked(source: Source, budget: Budget) -> Iterator[Package | Requires]:
    fields: dict[str, str] = {}
    asked: list[str] = []
    start = 0
    for number, line in numbered_lines(source, budget):
        if line.startswith("["):
            yield from _entry(fields, asked, f"line {start}", budget)
            fields, asked, start = {}, [], number
        field, item = (_FIELD.match(line), _ASKED.match(line)) if start else (None, None)
        if field:
            fields[field[1]] = field[2]
        elif item:
            asked.append(item[1])
    yield from _entry(fields, asked, f"line {start}", budget)


def _entry(fields: dict[str, str], asked: list[str], place: str, budget: Budget) -> Iterator[Package | Requires]:
    """A crate and what it asks for; one without a source is the project itself."""
    name = fields.get("name", "")
    yield from _crate(name, fields.get("version", ""), place)
    by = package_purl("cargo", name) if fields.get("source") else PROJECT
    yield from requires(by, (package_purl("cargo", each) for each in asked), place, budget)


def _crate(name: str, version: str, place: str, scope: Scope = Scope.RUNTIME) -> Iterator[Package]:
    purl = package_purl("cargo", name)
    if purl is not None:
        yield Package(purl=purl, version=version, role="declares", scope=scope, place=place)
