"""Gradle: lock files, version catalogs, and the dependencies that build scripts name literally. Scripts are not run."""

import re
from collections.abc import Iterator

from scanner.formats.packages.purls import maven_purl
from scanner.formats.packages.toml_tree import Toml, tables, toml
from scanner.formats.text_lines import code_lines, numbered_lines, text_of
from scanner.model.observation import Observation, Package
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="gradle",
    version=3,
    line="Gradle: packages that lock files, version catalogs and build scripts name",
    specification="https://docs.gradle.org/current/userguide/dependency_locking.html, …/platforms.html",
    limits="Names put together while a script runs are not read; a version that a script computes is left out.",
    names=("gradle.lockfile", "buildscript-gradle.lockfile"),
    suffixes=(".gradle", ".gradle.kts", ".versions.toml", ".lockfile"),
)

_MAX_BYTES = 4 * 1024 * 1024
_PART = r"[A-Za-z0-9_][\w.-]{0,150}"
_LOCKED = re.compile(rf"({_PART}):({_PART}):([^:=\s]+)=")
_QUOTED = re.compile(rf"""["']({_PART}):({_PART})(?::([^"':@\s]{{0,80}}))?(?:[:@][^"'\s]{{0,80}})?["']""")
_NAMED = re.compile(
    rf"""group\s{{0,9}}[:=]\s{{0,9}}["']({_PART})["']\s{{0,9}},\s{{0,9}}"""
    rf"""name\s{{0,9}}[:=]\s{{0,9}}["']({_PART})["'](?:\s{{0,9}},\s{{0,9}}version\s{{0,9}}[:=]\s{{0,9}}["']([^"']{{0,80}})["'])?"""
)
_DEPENDENCY = re.compile(
    r"(?:\w*(?:implementation|api|compile|compileonly|runtimeonly|runtime|provided|classpath|kapt|ksp|"
    r"annotationprocessor|coreLibraryDesugaring|platform)\w*)\b",
    re.IGNORECASE,
)
_VERSION = re.compile(r"\d[\w.+-]{0,60}")


def wants(name: str, _head: bytes) -> bool:
    """Whether it is one of Gradle's files: `.lockfile` lies in Gradle's folder of locks too."""
    return name.endswith(INFO.suffixes)


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package as declared.

    Raises:
        Unreadable: limit, when the file is too large; damaged, when a catalog is no TOML.
    """
    name = source.name.lower()
    if name.endswith(".toml"):
        yield from _of_catalog(toml(text_of(source, budget, _MAX_BYTES).encode("utf-8", "replace")), budget)
    elif name.endswith(".lockfile"):
        for number, line in numbered_lines(source, budget, _MAX_BYTES):
            locked = _LOCKED.match(line)
            if locked:
                scope = Scope.DEV if all("test" in name.lower() for name in _configurations(line)) else Scope.RUNTIME
                yield from _declared(locked[1], locked[2], locked[3], f"line {number}", scope)
    else:
        yield from _of_script(source, budget)


def _configurations(line: str) -> list[str]:
    """What a locked package is asked for: behind the sign, one by one."""
    return line.partition("=")[2].split(",")


def _of_script(source: Source, budget: Budget) -> Iterator[Package]:
    for number, line in code_lines(numbered_lines(source, budget, _MAX_BYTES)):
        asked = _DEPENDENCY.search(line)
        if asked:
            scope = Scope.DEV if "test" in asked[0].lower() else Scope.RUNTIME
            for pattern in (_QUOTED, _NAMED):
                for found in pattern.finditer(line):
                    yield from _declared(found[1], found[2], found[3] or "", f"line {number}", scope)


def _of_catalog(tree: Toml, budget: Budget) -> Iterator[Package]:
    versions = {place.partition(".")[2]: value for place, value in tables(tree, ("versions", "*"))}
    for place, entry in tables(tree, ("libraries", "*")):
        budget.spend_items()
        if isinstance(entry, str):
            group, _, rest = entry.partition(":")
            name, _, version = rest.partition(":")
        elif isinstance(entry, dict):
            module = str(entry.get("module", "")).partition(":")
            group, name = str(entry.get("group", module[0])), str(entry.get("name", module[2]))
            version = _catalog_version(entry.get("version"), versions)
        else:
            continue
        yield from _declared(group, name, version, place)


def _catalog_version(version: object, versions: dict[str, object]) -> str:
    if isinstance(version, dict) and isinstance(version.get("ref"), str):
        version = versions.get(version["ref"])
    if isinstance(version, dict):
        version = version.get("strictly", version.get("require", version.get("prefer")))
    return version if isinstance(version, str) else ""


def _declared(group: str, name: str, version: str, place: str, scope: Scope = Scope.RUNTIME) -> Iterator[Package]:
    purl = maven_purl(group, name) if group and name else None
    if purl is not None:
        exact = version if _VERSION.fullmatch(version) and not version.endswith("+") else ""
        yield Package(purl=purl, version=exact, role="declares", scope=scope, place=place)
