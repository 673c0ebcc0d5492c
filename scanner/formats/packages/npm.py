"""JavaScript packages: the package a package.json describes, and the packages it asks for."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

import msgspec

from scanner.formats.packages.makers import without_address
from scanner.formats.packages.purls import npm_purl
from scanner.model.observation import Import, Observation, Owns, Package
from scanner.model.source import Budget, Info, Source, Unreadable
from scanner.model.vocabulary import Cause, Scope

INFO = Info(
    name="npm",
    version=4,
    line="JavaScript packages: the package itself and what it depends on",
    specification="the package.json that npm documents (npm help package.json)",
    limits="Ranges of versions are not resolved: only an exact version is kept.",
    names=("package.json",),
)

_T = TypeVar("_T")

_ENTRIES = ("main", "module", "browser", "bin", "exports", "scripts")
_SCRIPT = re.compile(r"(?<!\S)[\w@./-]{1,200}\.[cm]?[jt]sx?(?!\S)")
_OF_TESTS = re.compile("test|lint")
"""Scripts of such names start what is no part of the program."""
_MAX_ENTRIES = 200

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

    With a `focus` it was asked where the code begins, and tells nothing else.

    Raises:
        Unreadable: damaged, when it is not a JSON object or a part cannot be decoded; limit, above 16 MiB.
    """
    if source.size > _MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The package file is larger than 16 MiB and was not read.")
    budget.spend_bytes(source.size)
    parts = _decoded(bytes(source.view()).removeprefix(b"\xef\xbb\xbf"), dict[str, msgspec.Raw])
    if source.focus:
        yield from _entries(parts, budget)
        return
    name, version = (_text(parts.get(key)) for key in ("name", "version"))
    purl = npm_purl(name)
    if purl and version:
        yield Package(
            purl=purl, version=version, role="installed", publisher=_author(parts.get("author")), place="name"
        )
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


def _author(raw: msgspec.Raw | None) -> str:
    """Who wrote it: a text, or an object with a name."""
    if raw is not None and bytes(raw).startswith(b"{"):
        raw = _decoded(raw, dict[str, msgspec.Raw]).get("name")
    return without_address(_text(raw))


def _entries(parts: dict[str, msgspec.Raw], budget: Budget) -> Iterator[Import]:
    """The files where the code begins: what others get, what is installed as a program, and what scripts start."""
    for key in _ENTRIES:
        texts = _texts(parts.get(key), budget)
        named = (file for text in texts for file in (_SCRIPT.findall(text) if key == "scripts" else (text,)))
        for file in dict.fromkeys(islice(named, _MAX_ENTRIES)):
            yield Import(language="js", name=f"./{file.removeprefix('./')}", place=key)


def _texts(raw: msgspec.Raw | None, budget: Budget) -> Iterator[str]:
    """The texts of a value, at whatever depth."""
    left = [_decoded(raw, object)] if raw is not None else []
    while left:
        budget.spend_items()
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            left += reversed([inner for name, inner in value.items() if not _OF_TESTS.search(name)])
        elif isinstance(value, list):
            left += reversed(value)


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
