"""pnpm-lock.yaml, read by its lines: it is YAML, but regular and often megabytes long.

packages:
  /@scope/name/1.2.3_peer@1.0.0:          version 5
  /@scope/name@1.2.3(peer@1.0.0):         version 6
  '@scope/name@1.2.3':                    version 9
"""

import re
from collections.abc import Iterator

from scanner.formats.packages.dependencies import PROJECT, requires
from scanner.formats.packages.purls import npm_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="pnpm-lock",
    version=2,
    line="pnpm's lock files: each package with its version, and which asks for which",
    specification="https://github.com/pnpm/spec/tree/master/lockfile",
    limits="Packages from folders or repositories have no version and are left out.",
    names=("pnpm-lock.yaml",),
)

_ENTRY = re.compile(r"""  ['"]?/?((?:@[^@/\s]+/)?[^@/\s'"]+)[@/](\d[^\s'"(_:/]*)[^\s]*:(?:\s|$)""")
_SECTIONS = ("packages:", "snapshots:")
_SCOPES = {
    "dependencies": Scope.RUNTIME,
    "optionalDependencies": Scope.OPTIONAL,
    "devDependencies": Scope.DEV,
}
_LIST = re.compile(r" *(dependencies|optionalDependencies|devDependencies):\s*$")
_ITEM = re.compile(r"""( *)['"]?((?:@[^@/\s'"]+/)?[^@/\s'":]+)['"]?:""")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each locked package as declared, once, and what each, and the project, asks for.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB.
    """
    by: str | None = None
    asked = _Asked()
    seen: set[tuple[str, str]] = set()
    inside = False
    for number, text in numbered_lines(source, budget):
        if text and text[0] not in " #\t":
            inside = text.startswith(_SECTIONS)
            # Version 5 has the project's own list at the top; later ones have one for each folder.
            by = None if inside else PROJECT
        entry = _ENTRY.match(text) if inside else None
        if entry is None:
            yield from asked.read(text, number, by, budget)
            continue
        yield from asked.ended(budget)
        by = npm_purl(entry[1])
        if by is not None and (entry[1], entry[2]) not in seen:
            seen.add((entry[1], entry[2]))
            yield Package(purl=by, version=entry[2], role="declares", place=f"line {number}")
    yield from asked.ended(budget)


class _Asked:
    """The list of what one package, or the project, asks for, as its lines are read."""

    def __init__(self) -> None:
        self._by: str | None = None
        self._begun: re.Match[str] | None = None
        self._indent = self._line = 0
        self._names: list[str] = []

    def read(self, text: str, line: int, by: str | None, budget: Budget) -> Iterator[Observation]:
        """A line: the beginning of a list, an item of one, or its end."""
        begun, item = _LIST.match(text), _ITEM.match(text)
        if begun:
            yield from self.ended(budget)
            self._begun, self._by, self._line = begun, by, line
            self._indent = len(text) - len(text.lstrip()) + 2
        elif self._begun and item and len(item[1]) == self._indent:
            self._names.append(item[2])
        elif self._begun and text.strip() and not text.startswith(" " * self._indent):
            yield from self.ended(budget)

    def ended(self, budget: Budget) -> Iterator[Observation]:
        """What the list came to, if there was one."""
        if self._begun:
            scope = _SCOPES[self._begun[1]]
            yield from requires(self._by, map(npm_purl, self._names), f"line {self._line}", budget, scope)
        self._begun, self._names = None, []
