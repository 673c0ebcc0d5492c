"""Dart and Flutter: what pubspec.yaml asks for and pubspec.lock locked, read by their lines."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.text_lines import numbered_lines
from scanner.model.observation import Observation, Owns, Package
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="pub",
    version=3,
    line="Dart packages: what a project asks for and locks, and the package itself",
    specification="https://dart.dev/tools/pub/pubspec",
    limits="Ranges of versions are not resolved.",
    names=("pubspec.yaml", "pubspec.lock"),
)

_TOP = re.compile(r"([a-z_]{1,60}):\s*(?:['\"]?([^'\"#\s]{0,100}))?")
_ENTRY = re.compile(r"  ([a-z0-9_]{1,100}):\s*(?:['\"]?([^'\"#\s]{0,60}))?")
_VERSION = re.compile(r"    version:\s*['\"]?([^'\"\s]{1,60})")
_DEVELOPED_WITH = re.compile(r"    dependency:\s*['\"]?direct dev")
_ASKING = frozenset({"dependencies", "dev_dependencies", "dependency_overrides", "packages"})
_SCOPES = {"dev_dependencies": Scope.DEV}
_EXACT = re.compile(r"\d+\.\d+[\w.+-]*")


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the package itself as installed, if it has a version, then each one asked for or locked as declared.

    Raises:
        Unreadable: limit, when the file is larger than 32 MiB.
    """
    section, own = "", {"name": "", "version": ""}
    waiting: tuple[str, int] | None = None
    locked_for = ""
    for number, line in numbered_lines(source, budget):
        top, entry, version = _TOP.match(line), _ENTRY.match(line), _VERSION.match(line)
        locked_for = "dev_dependencies" if _DEVELOPED_WITH.match(line) else locked_for
        if waiting and (top or entry or version):
            yield from _package(waiting[0], version[1] if version else "", waiting[1], locked_for or section)
            waiting, locked_for = None, ""
        if top:
            section = top[1]
            own[section] = top[2] or ""
        elif entry and section in _ASKING:
            waiting = (entry[1], number) if not entry[2] else None
            if entry[2]:
                yield from _package(entry[1], entry[2], number, section)
    if waiting:
        yield from _package(waiting[0], "", waiting[1], section)
    purl = package_purl("pub", own["name"])
    if purl is not None and own["version"]:
        yield Package(purl=purl, version=own["version"], role="installed", place="name")
        yield Owns(purl=purl, version=own["version"], path="./", place="name")


def _package(name: str, version: str, line: int, section: str) -> Iterator[Package]:
    purl = package_purl("pub", name)
    if purl is not None:
        exact = version if _EXACT.fullmatch(version) else ""
        scope = _SCOPES.get(section, Scope.RUNTIME)
        yield Package(purl=purl, version=exact, role="declares", scope=scope, place=f"line {line}")
