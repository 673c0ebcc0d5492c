"""yarn.lock, both of Yarn 1 and of Yarn 2 and later (which write YAML, as regular as the old form).

"@scope/name@^1.0.0", "@scope/name@npm:^1.2.0":     ◄─ what was asked for
  version "1.2.3"        or     version: 1.2.3
                                resolution: "@scope/name@npm:1.2.3"
"""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import npm_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="yarn-lock",
    version=1,
    line="Yarn's lock files: each package with its version",
    specification="https://classic.yarnpkg.com/docs/yarn-lock/",
    limits="Which package asked for which other is not told.",
    names=("yarn.lock",),
)

_ASKED = re.compile(r'"?((?:@[^@/"\s]+/)?[^@/",\s]+)@(?:npm:((?:@[^@/"\s]+/)?[^@/",\s]+)@)?')
"""`name@range`, or `alias@npm:name@range`."""
_FIELD = re.compile(r'\s+"?(version|resolution)"?:? "?([^"]+)"?\s*$')
_RESOLVED = re.compile(r"((?:@[^@/]+/)?[^@/]+)@(npm|workspace|patch|portal|link|file|https?|git[^:]*):(.*)")
_OWN = frozenset({"workspace", "portal", "link"})


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each locked package as declared, without the project's own.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB.
    """
    name, line, version, resolution = "", 0, "", ""
    for number, text in numbered_lines(source, budget):
        if text and text[0] not in " #\t\r":
            yield from _locked(name, version, resolution, line)
            asked = _ASKED.match(text) if text.rstrip().endswith(":") else None
            name, line, version, resolution = (asked[2] or asked[1]) if asked else "", number, "", ""
        elif name:
            field = _FIELD.match(text)
            if field and field[1] == "version":
                version = version or field[2]
            elif field:
                resolution = field[2]
    yield from _locked(name, version, resolution, line)


def _locked(name: str, version: str, resolution: str, line: int) -> Iterator[Package]:
    resolved = _RESOLVED.match(resolution)
    if resolved and resolved[2] in _OWN:
        return
    purl = npm_purl(resolved[1] if resolved else name)
    if purl is not None and version:
        yield Package(purl=purl, version=version, role="declares", place=f"line {line}")
