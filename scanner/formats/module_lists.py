"""The lists of modules that Go and Rust compilers put into programs: what was compiled in, with its version.

Go: `\\xff Go buildinf:` begins a record of the compiler's version and the modules, at the start of the section
`.go.buildinfo` (ELF), `__go_buildinfo` (Mach-O) or of the writable data (PE). Since Go 1.18 the texts follow in place.
Rust: programs built with cargo-auditable have a section `.dep-v0` of zlib-compressed JSON.

Specification: https://pkg.go.dev/debug/buildinfo, https://github.com/rust-secure-code/cargo-auditable/blob/master/
PARSING.md
"""

import json
import re
import zlib
from collections.abc import Iterator

from scanner.formats.packages.purls import package_purl
from scanner.formats.records import damaged
from scanner.model.observation import Identity, Observation, Package
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

GO_SECTIONS = (".go.buildinfo", "__go_buildinfo")
RUST_SECTION = ".dep-v0"

_GO_RELEASE = re.compile(rb"go(\d[0-9a-z.]{0,30})")
"""The compiler's version is that of the standard library too."""
_GO_START = re.compile(rb"\xff Go buildinf:")
_GO_TEXTS_AT, _GO_FLAGS_AT, _GO_IN_PLACE = 32, 15, 2
_GO_SEARCHED_BYTES = 1 << 20
_MOST_BYTES = 16 << 20
_SENTINEL_BYTES = 16
"""Before and behind Go's list stand sixteen bytes by which other programs find it."""
_PLACE = "list of modules"


def go_modules(part: memoryview, budget: Budget) -> Iterator[Observation]:
    """Yield the standard library, the main module, and what is compiled in; nothing where there is no such record.

    Raises:
        Unreadable: damaged, when the record breaks off; unsupported, when it is of an older form.
    """
    start = _GO_START.search(part[:_GO_SEARCHED_BYTES])
    if start is None or start.start() % 16 or len(part) <= start.start() + _GO_TEXTS_AT:
        return
    record = part[start.start() :]
    if not record[_GO_FLAGS_AT] & _GO_IN_PLACE:
        raise Unreadable(Cause.UNSUPPORTED, "Its list of Go modules is of a form before Go 1.18; it was not read.")
    compiler, at = _go_text(record, _GO_TEXTS_AT, budget)
    release = _GO_RELEASE.match(compiler)
    if release:
        yield Package(purl="pkg:golang/stdlib", version=release[1].decode(), role="installed", place=_PLACE)
    listed, _ = _go_text(record, at, budget)
    for line in listed[_SENTINEL_BYTES:-_SENTINEL_BYTES].decode("utf-8", "backslashreplace").splitlines():
        budget.spend_items()
        kind, *fields = line.split("\t")
        if len(fields) >= 2 and kind in ("mod", "dep", "=>"):
            yield from _go_module(kind, fields[0], fields[1])


def _go_text(record: memoryview, at: int, budget: Budget) -> tuple[bytes, int]:
    """A text behind its length, which is written seven bits a byte; and where it ends."""
    length = shift = 0
    while shift < 35 and at < len(record):
        length |= (record[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if record[at - 1] < 0x80:
            break
    if length > len(record) - at:
        raise damaged("Its list of Go modules breaks off.")
    budget.spend_bytes(length)
    return bytes(record[at : at + length]), at + length


def _go_module(kind: str, path: str, version: str) -> Iterator[Observation]:
    namespace, _, name = path.rpartition("/")
    purl = package_purl("golang", name, namespace)
    if purl is None:
        return
    exact = "" if version == "(devel)" else version
    if kind == "mod":
        yield Identity(subject="self", name=path, version=exact, purl=purl, place=_PLACE)
    yield Package(purl=purl, version=exact, role="installed", place=_PLACE)


def rust_modules(part: memoryview, budget: Budget) -> Iterator[Observation]:
    """Yield the program's own crate, then those compiled in.

    Raises:
        Unreadable: damaged, when the list is not what it should be.
    """
    budget.spend_bytes(_MOST_BYTES)
    try:
        said = json.loads(zlib.decompressobj().decompress(bytes(part), _MOST_BYTES))
        packages = [package for package in said["packages"] if isinstance(package, dict)]
    except (ValueError, KeyError, TypeError, RecursionError, zlib.error) as error:
        raise damaged("Its list of Rust crates is damaged.") from error
    for package in packages:
        budget.spend_items()
        name, version = str(package.get("name", "")), str(package.get("version", ""))
        purl = package_purl("cargo", name) if package.get("kind") != "build" else None
        if purl is not None:
            if package.get("root") is True:
                yield Identity(subject="self", name=name, version=version, purl=purl, place=_PLACE)
            yield Package(purl=purl, version=version, role="installed", place=_PLACE)
