"""Homebrew: what a Brewfile asks for."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import code_lines, numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source

INFO = Info(
    name="homebrew",
    version=1,
    line="Homebrew: formulas and casks that a Brewfile asks for",
    specification="https://docs.brew.sh/Brew-Bundle-and-Brewfile",
    limits="Names that Ruby code puts together are not read.",
    names=("brewfile", "brewfile.lock.json"),
)

_ASKED = re.compile(r"""(?:brew|cask)\s*\(?\s*["']([\w@.+/-]{1,200})["']""")
_LOCKED = re.compile(r'\s{4,8}"([\w@.+/-]{1,200})": \{$')


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each formula or cask as declared; of `owner/tap/name` the name.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB.
    """
    pattern = _LOCKED if source.name.lower().endswith(".json") else _ASKED
    lines = numbered_lines(source, budget)
    for number, line in lines if pattern is _LOCKED else code_lines(lines, comment="#"):
        asked = pattern.match(line)
        purl = package_purl("brew", asked[1].rpartition("/")[2]) if asked else None
        if purl is not None:
            yield Package(purl=purl, role="declares", place=f"line {number}")
