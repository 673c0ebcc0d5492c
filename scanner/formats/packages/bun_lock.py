"""Bun's lock files: bun.lock (JSON with comments and trailing commas, one package a line); bun.lockb is named only."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import npm_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause

INFO = Info(
    name="bun-lock",
    version=1,
    line="Bun's lock files: each package with its version",
    specification="https://bun.sh/docs/install/lockfile",
    limits="The binary form, bun.lockb, is not read.",
    names=("bun.lock", "bun.lockb"),
)

_ENTRY = re.compile(r'\s*"[^"]{1,500}":\s*\["((?:@[^@/"]+/)?[^@/"]+)@(\d[^"]*)"')


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each locked package as declared.

    Raises:
        Unreadable: unsupported, when it is the binary form; limit, when the file is larger than 32 MiB.
    """
    if source.name.lower() == "bun.lockb":
        reason = "This lock file is in Bun's binary form, which is not read; `bun bun.lockb` prints it as text."
        raise Unreadable(Cause.UNSUPPORTED, reason)
    for number, text in numbered_lines(source, budget):
        entry = _ENTRY.match(text)
        purl = npm_purl(entry[1]) if entry else None
        if entry and purl is not None:
            yield Package(purl=purl, version=entry[2], role="declares", place=f"line {number}")
