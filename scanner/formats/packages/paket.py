"""Paket, a package manager for .NET: what is asked for, what projects refer to, and the lock file."""

import re
from collections.abc import Iterator

from scanner.formats.packages.dependencies import requires
from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="paket",
    version=1,
    line="Paket (.NET): packages asked for and locked, and which asks for which",
    specification="https://fsprojects.github.io/Paket/lock-file.html",
    limits="Files taken from repositories are left out.",
    names=("paket.lock", "paket.dependencies", "paket.references"),
)

_MAX_BYTES = 16 * 1024 * 1024
_NAME = r"[A-Za-z0-9_][\w.-]{0,150}"
_ASKED = re.compile(rf"\s*(?:nuget|clitool)\s+({_NAME})(?:\s+=?=?\s*(\d[\w.+-]{{0,60}}))?(?=\s|$)")
_REFERRED = re.compile(rf"({_NAME})(?:\s.*)?")
_LOCKED = re.compile(rf"    ({_NAME}) \((\d[\w.+-]{{0,60}})\)")
_BELOW = re.compile(rf"      ({_NAME})(?:\s|$)")
_NO_PACKAGE = frozenset({"group", "file", "github", "gist", "http", "git"})


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package as declared; of a lock file also what each asks for.

    Raises:
        Unreadable: limit, when the file is larger than 16 MiB.
    """
    if source.name.lower() == "paket.lock":
        yield from _locked(source, budget)
        return
    form = _ASKED if source.name.lower() == "paket.dependencies" else _REFERRED
    for number, line in numbered_lines(source, budget, _MAX_BYTES):
        found = form.fullmatch(line) if form is _REFERRED else form.match(line)
        if found and found[1].lower() not in _NO_PACKAGE:
            yield from _package(found[1], (found[2] or "") if form is _ASKED else "", number)


def _locked(source: Source, budget: Budget) -> Iterator[Observation]:
    by: str | None = None
    asked: list[str | None] = []
    start = 0
    for number, line in numbered_lines(source, budget, _MAX_BYTES):
        below, entry = _BELOW.match(line), _LOCKED.match(line)
        if below and by is not None:
            asked.append(package_purl("nuget", below[1]))
            continue
        yield from requires(by, asked, f"line {start}", budget)
        by, asked = None, []
        if entry:
            by, start = package_purl("nuget", entry[1]), number
            yield from _package(entry[1], entry[2], number)
    yield from requires(by, asked, f"line {start}", budget)


def _package(name: str, version: str, line: int) -> Iterator[Package]:
    purl = package_purl("nuget", name)
    if purl is not None:
        yield Package(purl=purl, version=version, role="declares", place=f"line {line}")
