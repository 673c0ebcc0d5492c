"""Ruby gems: what a Gemfile or gemspec asks for, what Gemfile.lock locked, and gems as installed."""

import re
from collections.abc import Iterator
from typing import Literal

from scanner.formats.packages.dependencies import PROJECT, requires
from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import code_lines, numbered_lines
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="gem",
    version=3,
    line="Ruby gems: what a project asks for and locks, and gems as installed",
    specification="https://bundler.io/man/gemfile.5.html, and the specification reference of RubyGems",
    limits="Names that Ruby code puts together are not read.",
    names=("gemfile", "gemfile.lock", "gems.rb", "gems.locked"),
    suffixes=(".gemspec",),
)

_LOCKED = re.compile(r"    ([A-Za-z0-9_][\w.-]{0,100}) \((\d[\w.+-]{0,60})\)$")
_ASKED_BY_GEM = re.compile(r"      ([A-Za-z0-9_][\w.-]{0,100})(?: \(|$)")
_ASKED_BY_PROJECT = re.compile(r"  ([A-Za-z0-9_][\w.-]{0,100})!?(?: \(|$)")
_ASKED = re.compile(r"""(?:^gem|\.add_(?:\w+_)?dependency)[\s(]+(?:%q<|["'])([A-Za-z0-9_][\w.-]{0,100})[>"']""")
_GROUP = re.compile(r"group\s*\(?\s*(:.{1,200}?)\)?\s+do\b")
_IN_GROUP = re.compile(r"\bgroups?(?::|\s*=>)\s*(\[[^\]]{0,200}\]|:\w+)")
_WORD = re.compile(r"\w+")
_OWN = re.compile(r"""\w+\.(name|version)\s*=\s*(?:Gem::Version\.new\()?["']([\w.+-]{1,100})["']""")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each gem asked for or locked as declared, and the one a gemspec describes as installed.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB.
    """
    lines = numbered_lines(source, budget)
    if source.name.lower().endswith((".lock", ".locked")):
        yield from _locked(lines, budget)
        return
    own: dict[str, tuple[str, int]] = {}
    group = ""
    for number, line in code_lines(lines, comment="#"):
        asked, itself, grouped = _ASKED.search(line), _OWN.match(line), _GROUP.match(line)
        if grouped or line == "end":
            group = grouped[1] if grouped else ""
        if asked:
            is_for_developers = "add_development" in asked[0] or _is_of_developers(group or _named_group(line))
            yield from _gem(asked[1], "", "declares", number, Scope.DEV if is_for_developers else Scope.RUNTIME)
        elif itself:
            own.setdefault(itself[1], (itself[2], number))
    if "name" in own and "version" in own:
        yield from _gem(own["name"][0], own["version"][0], "installed", own["name"][1])


def _named_group(line: str) -> str:
    found = _IN_GROUP.search(line)
    return found[1] if found else ""


def _is_of_developers(groups: str) -> bool:
    """Whether groups are only those by which Ruby's projects name what their developers need."""
    names = _WORD.findall(groups)
    return bool(names) and set(names) <= {"development", "test"}


def _locked(lines: Iterator[tuple[int, str]], budget: Budget) -> Iterator[Observation]:
    """Each gem under `specs:` with what it asks for, then what the project does, under `DEPENDENCIES`."""
    by: tuple[str | None, int] = (None, 0)
    asked: list[str] = []
    for number, line in lines:
        locked, below = _LOCKED.match(line), _ASKED_BY_GEM.match(line) or _ASKED_BY_PROJECT.match(line)
        if locked or not line.startswith(" "):
            yield from requires(by[0], (package_purl("gem", name) for name in asked), f"line {by[1]}", budget)
            asked = []
            by = (package_purl("gem", locked[1]) if locked else PROJECT if line == "DEPENDENCIES" else None, number)
        if locked:
            yield from _gem(locked[1], locked[2], "declares", number)
        elif below:
            asked.append(below[1])
    yield from requires(by[0], (package_purl("gem", name) for name in asked), f"line {by[1]}", budget)


def _gem(name: str, version: str, role: str, line: int, scope: Scope = Scope.RUNTIME) -> Iterator[Package]:
    purl = package_purl("gem", name)
    if purl is not None:
        how: Literal["installed", "declares"] = "installed" if role == "installed" else "declares"
        yield Package(purl=purl, version=version, role=how, scope=scope, place=f"line {line}")
