"""Bun's lock files: bun.lock (JSON with comments and trailing commas, one package a line)."""

import re
from collections.abc import Iterator

from scanner.formats.packages.dependencies import PROJECT, requires
from scanner.formats.packages.purls import npm_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="bun-lock",
    version=3,
    line="Bun's lock files: each package with its version, and which asks for which",
    specification="https://bun.sh/docs/install/lockfile",
    limits="What is written otherwise than Bun writes it, with a package over several lines, is not seen.",
    names=("bun.lock",),
)

_ENTRY = re.compile(r'\s*"[^"]{1,500}":\s*\["((?:@[^@/"]+/)?[^@/"]+)@(\d[^"]*)"')


_LIST = re.compile(r'"(dependencies|optionalDependencies|peerDependencies|devDependencies)":\s*\{([^}]*)(\}?)')
_NAME = re.compile(r'"((?:@[^@/"]{1,200}/)?[^@/"]{1,200})":')
_SCOPES = {"optionalDependencies": Scope.OPTIONAL, "devDependencies": Scope.DEV}


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each locked package as declared, and what each, and the project, asks for.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB.
    """
    of_project = ""
    for number, text in numbered_lines(source, budget):
        entry = _ENTRY.match(text)
        purl = npm_purl(entry[1]) if entry else None
        if entry and purl is not None:
            yield Package(purl=purl, version=entry[2], role="declares", place=f"line {number}")
        by = purl if entry else PROJECT
        for key, listed, ended in _LIST.findall(text):
            of_project = "" if entry or ended else key
            yield from _asked(by, listed, key, number, budget)
        if of_project and not entry and not _LIST.search(text):
            # A project's own list has a line for each package.
            yield from _asked(PROJECT, text, of_project, number, budget)
            of_project = "" if "}" in text else of_project


def _asked(by: str | None, text: str, key: str, line: int, budget: Budget) -> Iterator[Observation]:
    names = map(npm_purl, _NAME.findall(text))
    yield from requires(by, names, f"line {line}", budget, _SCOPES.get(key, Scope.RUNTIME))
