"""JavaScript packages: the package a package.json describes, and the packages it asks for."""

import re
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from scanner.formats.packages.purls import npm_purl
from scanner.model.observation import Observation, Owns, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause, Scope

INFO = Info(
    name="npm",
    version=3,
    line="JavaScript packages: the package itself and what it depends on",
    specification="the package.json that npm documents (npm help package.json)",
    limits="Ranges of versions are not resolved: only an exact version is kept.",
    names=("package.json",),
)

_T = TypeVar("_T")

_MAX_BYTES = 16 * 1024 * 1024
_DEPENDENCIES = {
    "dependencies": Scope.RUNTIME,
    "optionalDependencies": Scope.OPTIONAL,
    "peerDependencies": Scope.RUNTIME,
    "devDependencies": Scope.DEV,
}
_EXACT = re.compile(r"[=v]*(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)")
_ALIAS = re.compile(r"npm:(@?[^@]+)(?:@(.*))?")
"""`npm:name@range` asks for a package of another name than the one it gets here."""


def observe(source: Source, budget: Budget) -> Iterator[Observation]:
    """Yield the package itself as installed, with its folder, if it has a name and a version, then what it asks for.

    Raises:
        Unreadable: damaged, when it is not a JSON object or a part cannot be decoded; limit, above 16 MiB.
    """
    if source.size > _MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The package file is larger than 16 MiB and was not read.")
    budget.spend_bytes(source.size)
    parts = _decoded(bytes(source.view()).removeprefix(b"\xef\xbb\xbf"), dict[str, msgspec.Raw])
    name, version = (_text(parts.get(key)) for key in ("name", "version"))
    purl = npm_purl(name)
    if purl and version:
        yield Package(purl=purl, version=version, role="installed", place="name")
        yield Owns(purl=purl, version=version, path="./", place="name")
    problem: Unreadable | None = None
    for key in _DEPENDENCIES:
        try:
            yield from _declared(key, parts, budget)
        except Unreadable as error:
            if error.cause is Cause.LIMIT:
                raise
            problem = problem or error
    if problem:
        raise problem


def _declared(key: str, parts: dict[str, msgspec.Raw], budget: Budget) -> Iterator[Package]:
    raw_part = parts.get(key)
    if raw_part is None or not bytes(raw_part).startswith(b"{"):
        return  # npm itself passes over a list or null here
    may_lack = _optional_peers(parts) if key == "peerDependencies" else frozenset()
    for name, raw in _decoded(raw_part, dict[str, msgspec.Raw]).items():
        budget.spend_items()
        range_wanted = _text(raw)
        alias = _ALIAS.fullmatch(range_wanted)
        purl = npm_purl(alias[1] if alias else name)
        exact = _EXACT.fullmatch((alias[2] or "") if alias else range_wanted)
        if purl:
            scope = Scope.OPTIONAL if name in may_lack else _DEPENDENCIES[key]
            version = exact[1] if exact else ""
            yield Package(purl=purl, version=version, role="declares", scope=scope, place=f"{key}.{name}")


def _optional_peers(parts: dict[str, msgspec.Raw]) -> frozenset[str]:
    """Packages that it works with if somebody else asks for them."""
    raw = parts.get("peerDependenciesMeta")
    if raw is None or not bytes(raw).startswith(b"{"):
        return frozenset()
    marked = _decoded(raw, dict[str, msgspec.Raw])
    return frozenset(name for name, value in marked.items() if b"true" in bytes(value))


def _text(raw: msgspec.Raw | None) -> str:
    """A JSON string; anything else gives an empty one."""
    if raw is None or not bytes(raw).startswith(b'"'):
        return ""
    return _decoded(raw, str)


def _decoded(data: bytes | msgspec.Raw, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unreadable(Cause.DAMAGED, f"The package file is not the JSON it should be: {error}.") from error
    except RecursionError as error:
        raise Unreadable(Cause.LIMIT, "The package file is nested too deeply to be read.") from error
