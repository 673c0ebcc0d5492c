"""Pixi, which manages environments of conda: what a project asks for, and its lock file."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import conda_purl, pypi_purl
from scanner.formats.packages.toml_tree import Toml, tables, told_of_toml
from scanner.formats.text_lines import numbered_lines, text_of
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="pixi",
    version=1,
    line="Pixi: packages of conda and PyPI that a project asks for, and those of its lock file",
    specification="https://pixi.sh/latest/reference/pixi_manifest/, …/workspace/lockfile/",
    limits="Which package of a lock file asks for which is not read.",
    names=("pixi.toml", "pixi.lock"),
)

_MAX_BYTES = 64 * 1024 * 1024
_TABLES = ("dependencies", "host-dependencies", "build-dependencies", "run-dependencies", "pypi-dependencies")
_AROUND: tuple[tuple[str, ...], ...] = ((), ("feature", "*"), ("target", "*"), ("feature", "*", "target", "*"))
_EXACT = re.compile(r"==?\s*(\d[\w.!+]*)")
_ENTRY = re.compile(r"- (?:kind: )?(conda|pypi)\b:?\s*(\S*)")
_FIELD = re.compile(r"  (name|version): ['\"]?([\w.!+-]{1,200})['\"]?\s*$")
_FILE = re.compile(r"/([^/\s]{1,200})-([^/\s-]{1,100})-[^/\s-]{1,200}\.(?:conda|tar\.bz2)$")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package as declared.

    Raises:
        Unreadable: damaged, when the project's file is no TOML; limit, when a file is too large.
    """
    if source.name.lower().endswith(".lock"):
        yield from _locked(source, budget)
    else:
        data = text_of(source, budget, 4 * 1024 * 1024).encode("utf-8", "replace")
        yield from told_of_toml(data, lambda tree: _asked(tree, budget))


def _asked(tree: Toml, budget: Budget) -> Iterator[Package]:
    for around in _AROUND:
        for table in _TABLES:
            for place, wanted in tables(tree, (*around, table, "*")):
                budget.spend_items()
                name = place.rpartition(f"{table}.")[2]
                given = wanted.get("version") if isinstance(wanted, dict) else wanted
                exact = _EXACT.fullmatch(given) if isinstance(given, str) else None
                kind = "pypi" if table == "pypi-dependencies" else "conda"
                yield from _package(kind, name, exact[1] if exact else "", place)


def _locked(source: Source, budget: Budget) -> Iterator[Package]:
    """The list under `packages:`; of a package of conda older forms say name and version, newer ones the file."""
    kind, fields, start, inside = "", {"name": "", "version": ""}, 0, False
    for number, line in numbered_lines(source, budget, _MAX_BYTES):
        entry, field = _ENTRY.match(line), _FIELD.match(line)
        if not line.startswith((" ", "-")):
            inside = line.startswith("packages:")
        if entry and inside:
            yield from _package(kind, fields["name"], fields["version"], f"line {start}")
            file = _FILE.search(entry[2])
            kind, start = entry[1], number
            fields = {"name": file[1], "version": file[2]} if file else {"name": "", "version": ""}
        elif field and inside:
            fields[field[1]] = field[2]
    yield from _package(kind, fields["name"], fields["version"], f"line {start}")


def _package(kind: str, name: str, version: str, place: str) -> Iterator[Package]:
    purl = (conda_purl if kind == "conda" else pypi_purl)(name) if kind else None
    if purl is not None:
        yield Package(purl=purl, version=version, role="declares", place=place)
