"""PHP packages: what composer.json asks for, composer.lock locked, and vendor/composer/installed.json installed."""

import re
from collections.abc import Iterator

from scanner.formats.json_pieces import told_of_json
from scanner.formats.json_tree import Json, entries, part, word
from scanner.formats.packages.dependencies import requires
from scanner.formats.packages.purls import package_purl
from scanner.model.observation import Observation, Owns, Package
from scanner.model.source import Budget, Info, Source
from scanner.model.vocabulary import Scope

INFO = Info(
    name="composer",
    version=3,
    line="PHP packages: what a project asks for, locks and has installed",
    specification="https://getcomposer.org/doc/04-schema.md",
    limits="Ranges of versions are not resolved.",
    names=("composer.json", "composer.lock", "installed.json"),
)

_EXACT = re.compile(r"=?\s*v?(\d+(?:\.\d+){1,3}(?:-[\w.]+)?)")
_ASKING = {"require": Scope.RUNTIME, "require-dev": Scope.DEV, "replace": Scope.RUNTIME}
_PATH = re.compile(r"\.\./[\w.-]{1,100}/[\w.-]{1,100}")


def wants(name: str, head: bytes) -> bool:
    """Whether `installed.json` is Composer's."""
    return name != "installed.json" or b'"name"' in head


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield each package: declared by a project or lock, installed by the list of what is installed.

    Raises:
        Unreadable: damaged, when it is no JSON object; limit, when it is nested too deeply or too large.
    """
    name = source.name.lower()
    yield from told_of_json(source, budget, lambda tree: _of_tree(tree, name, budget))


def _of_tree(tree: Json, name: str, budget: Budget) -> Iterator[Observation]:
    if name == "composer.json":
        for key, scope in _ASKING.items():
            for asked, version in part(tree, key).items():
                budget.spend_items()
                exact = _EXACT.fullmatch(version) if isinstance(version, str) else None
                yield from _package(asked, exact[1] if exact else "", f"{key}.{asked}", scope)
        return
    for key in ("packages", "packages-dev"):
        for number, entry in entries(tree, key):
            budget.spend_items()
            place = f"{key}[{number}]"
            scope = Scope.DEV if key == "packages-dev" else Scope.RUNTIME
            for package in _package(word(entry, "name"), word(entry, "version"), place, scope):
                if name == "installed.json":
                    yield from _installed(package, word(entry, "install-path"))
                else:
                    yield package
                    yield from requires(package.purl, map(_purl, part(entry, "require")), place, budget)


def _installed(package: Package, path: str) -> Iterator[Package | Owns]:
    yield Package(purl=package.purl, version=package.version, role="installed", place=package.place)
    if _PATH.fullmatch(path):
        yield Owns(purl=package.purl, version=package.version, path=f"{path}/", place=package.place)


def _package(name: str, version: str, place: str, scope: Scope) -> Iterator[Package]:
    purl = _purl(name)
    if purl is not None:
        yield Package(purl=purl, version=version.removeprefix("v"), role="declares", scope=scope, place=place)


def _purl(name: str) -> str | None:
    """None for what is no package, such as a version of PHP."""
    vendor, _, plain = name.partition("/")
    return package_purl("composer", plain, vendor) if plain and "/" not in plain else None
