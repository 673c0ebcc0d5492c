"""yarn.lock, both of Yarn 1 and of Yarn 2 and later (which write YAML, as regular as the old form).

"@scope/name@^1.0.0", "@scope/name@npm:^1.2.0":     ◄─ what was asked for
  version "1.2.3"        or     version: 1.2.3
                                resolution: "@scope/name@npm:1.2.3"
"""

import re
from collections.abc import Iterator

from scanner.formats.packages.dependencies import PROJECT, requires
from scanner.formats.packages.purls import npm_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package, Requires
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="yarn-lock",
    version=2,
    line="Yarn's lock files: each package with its version, and which asks for which",
    specification="https://classic.yarnpkg.com/docs/yarn-lock/",
    limits="Yarn 1 does not write down what the project itself asks for.",
    names=("yarn.lock",),
)

_ASKED = re.compile(r'"?((?:@[^@/"\s]+/)?[^@/",\s]+)@(?:npm:((?:@[^@/"\s]+/)?[^@/",\s]+)@)?')
"""`name@range`, or `alias@npm:name@range`."""
_FIELD = re.compile(r'\s+"?(version|resolution)"?:? "?([^"]+)"?\s*$')
_RESOLVED = re.compile(r"((?:@[^@/]+/)?[^@/]+)@(npm|workspace|patch|portal|link|file|https?|git[^:]*):(.*)")
_OWN = frozenset({"workspace", "portal", "link"})
_LIST = re.compile(r"  (dependencies|optionalDependencies|peerDependencies):\s*$")
_ITEM = re.compile(r'    "?((?:@[^@/"\s]+/)?[^@/":\s]+)"?:? "?(?:npm:((?:@[^@/"\s]+/)?[^@/"\s]+)@)?')
"""`name range`, `"name": "npm:range"`, `alias: "npm:name@range"`."""


class _Entry:
    """One package as it is read, line by line."""

    def __init__(self, asked: re.Match[str] | None = None, line: int = 0) -> None:
        self.name = (asked[2] or asked[1]) if asked else ""
        self.line = line
        self.version = self.resolution = self._list = ""
        self._asks: dict[str, list[str]] = {}

    def read(self, text: str) -> None:
        """A line below the package's own."""
        field, begun, item = _FIELD.match(text), _LIST.match(text), _ITEM.match(text)
        if begun:
            self._list = begun[1]
        elif self._list and item:
            self._asks.setdefault(self._list, []).append(item[2] or item[1])
        elif field:
            self._list = ""
            if field[1] == "version":
                self.version = self.version or field[2]
            else:
                self.resolution = field[2]
        elif not text.startswith("    "):
            self._list = ""

    def told(self, budget: Budget) -> Iterator[Package | Requires]:
        """The package, unless it is the project's own, and what it asks for."""
        resolved, place = _RESOLVED.match(self.resolution), f"line {self.line}"
        is_own = resolved is not None and resolved[2] in _OWN
        purl = npm_purl(resolved[1] if resolved else self.name) if self.version and self.name else None
        if purl is not None and not is_own:
            yield Package(purl=purl, version=self.version, role="declares", place=place)
        for key, names in self._asks.items():
            scope = Scope.OPTIONAL if key.startswith("optional") else Scope.RUNTIME
            yield from requires(PROJECT if is_own else purl, map(npm_purl, names), place, budget, scope)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each locked package as declared, without the project's own, and what each asks for.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB.
    """
    entry = _Entry()
    for number, text in numbered_lines(source, budget):
        if text and text[0] not in " #\t\r":
            yield from entry.told(budget)
            entry = _Entry(_ASKED.match(text) if text.rstrip().endswith(":") else None, number)
        elif entry.name:
            entry.read(text)
    yield from entry.told(budget)
