"""pnpm-lock.yaml, read by its lines: it is YAML, but regular and often megabytes long.

packages:
  /@scope/name/1.2.3_peer@1.0.0:          version 5
  /@scope/name@1.2.3(peer@1.0.0):         version 6
  '@scope/name@1.2.3':                    version 9
"""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import npm_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="pnpm-lock",
    version=1,
    line="pnpm's lock files: each package with its version",
    specification="https://github.com/pnpm/spec/tree/master/lockfile",
    limits="Packages from folders or repositories have no version. Which package asked for which other is not told.",
    names=("pnpm-lock.yaml",),
)

_ENTRY = re.compile(r"""  ['"]?/?((?:@[^@/\s]+/)?[^@/\s'"]+)[@/](\d[^\s'"(_:/]*)[^\s]*:(?:\s|$)""")
_SECTIONS = ("packages:", "snapshots:")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each locked package as declared, once.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB.
    """
    inside = False
    seen: set[tuple[str, str]] = set()
    for number, text in numbered_lines(source, budget):
        if text and text[0] not in " #\t":
            inside = text.startswith(_SECTIONS)
        entry = _ENTRY.match(text) if inside else None
        if entry is None or (entry[1], entry[2]) in seen:
            continue
        seen.add((entry[1], entry[2]))
        purl = npm_purl(entry[1])
        if purl is not None:
            yield Package(purl=purl, version=entry[2], role="declares", place=f"line {number}")
