"""Rust crates: what Cargo.toml asks for and Cargo.lock locked."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.packages.toml_tree import tables, toml
from scanner.formats.text_lines import numbered_lines, text_of
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="cargo",
    version=1,
    line="Rust crates that a project asks for and locks",
    specification="https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html",
    limits="Ranges of versions are not resolved.",
    names=("cargo.toml", "cargo.lock"),
)

_KINDS = ("dependencies", "dev-dependencies", "build-dependencies")
_PATHS = (
    *((kind, "*") for kind in _KINDS),
    *(("target", "*", kind, "*") for kind in _KINDS),
    ("workspace", "dependencies", "*"),
)
_FIELD = re.compile(r'(name|version|source) = "([^"]{1,200})"')


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each crate as declared.

    Raises:
        Unreadable: damaged, when Cargo.toml is no TOML; limit, when the file is too large.
    """
    if source.name.lower() == "cargo.lock":
        yield from _locked(source, budget)
        return
    tree = toml(text_of(source, budget, 4 * 1024 * 1024).encode("utf-8", "replace"))
    for path in _PATHS:
        for place, entry in tables(tree, path):
            budget.spend_items()
            values = entry if isinstance(entry, dict) else {"version": entry}
            name = values.get("package")
            version = values.get("version")
            exact = version.removeprefix("=").strip() if isinstance(version, str) and version.startswith("=") else ""
            yield from _crate(name if isinstance(name, str) else place.rpartition(".")[2], exact, place)


def _locked(source: Source, budget: Budget) -> Iterator[Package]:
    fields: dict[str, str] = {}
    start = 0
    for number, line in numbered_lines(source, budget):
        if line.startswith("["):
            yield from _crate(fields.get("name", ""), fields.get("version", ""), f"line {start}")
            fields, start = {}, number
        field = _FIELD.match(line) if start else None
        if field:
            fields[field[1]] = field[2]
    yield from _crate(fields.get("name", ""), fields.get("version", ""), f"line {start}")


def _crate(name: str, version: str, place: str) -> Iterator[Package]:
    purl = package_purl("cargo", name)
    if purl is not None:
        yield Package(purl=purl, version=version, role="declares", place=place)
