"""Telling words: what must stand in a file for its imports, calls or settings to match anything in the catalogue.

Parsing is slow, so a file without any of these words is not parsed. For source the word is the name of the module or
package that a signature speaks of, for that stands in the file however the import is written, and whether or not the
name of the call was put together from pieces. For settings it is the most telling piece of the name or value.

Each word belongs to a group, and a reader says which groups it runs after (`Info.after_words`).
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from urllib.parse import unquote

from scanner.catalogue.index import ACTION, entries_of
from scanner.containers import containers
from scanner.model.source import WordGroup
from scanner.model.technology import Technology
from scanner.model.vocabulary import IndicatorKind

_PLAIN_LENGTH = 6
"""A shorter word stands in too many files by chance, and is looked for with what comes before it in an import."""
_DEEP_PARTS = 3
_JS_GLOBALS = frozenset({"window", "self", "globalThis"})
"""Names of the object that holds everything: what stands behind the dot tells."""
_OF_NPM = "pkg:npm/"
_OF_MANY = frozenset({"image", "resource"})
"""Names of settings of which the value tells."""
_PIECES = re.compile(r"[^*./=?]+")
"""Of a pattern, what stands in a text as it is."""
_BETWEEN_STARS = re.compile(r"([*?]?)([^*./=?]+)(?=([*?]?))")
_SPELLED_ANYHOW = frozenset({"true", "false"})
"""Values of settings that are also written `on`, `no`, `1` …"""


_PACKED = (b"sourceMappingURL=data:",)
"""What stands before scripts that are packed into a text (ECMA-426): any of the names may stand in them."""


class Telling(NamedTuple):
    """What a word speaks of."""

    group: WordGroup
    name: str
    """A module, package or setting; `module#member#member` where only that of a module matters, `*` in it for
    anything. Of `js` also a global name `window.X`, or a member `.x` of something unknown. Of a setting its most
    telling piece, and the others: `piece#piece`. What begins with `*` may stand inside a longer name."""


def telling_words(technologies: Iterable[Technology]) -> dict[bytes, tuple[Telling, ...]]:
    """The literals, at least one of which is in every file worth parsing, each with what it speaks of; and the marks of
    the containers that look inside other files."""
    by_kind: dict[IndicatorKind, set[str]] = {kind: set() for kind in IndicatorKind}
    for technology in technologies:
        for entry in entries_of(technology):
            by_kind[entry.indicator.kind].add(entry.indicator.value)
    words: dict[bytes, set[Telling]] = {}
    for telling, forms in _tellings(by_kind):
        for form in forms:
            words.setdefault(form, set()).add(telling)
    for container in containers():
        for mark in container.INFO.marks:
            words.setdefault(mark, set()).add(Telling(container.INFO.marks_group, container.INFO.name))
    return {word: tuple(sorted(words[word])) for word in sorted(words)}


def _tellings(by_kind: dict[IndicatorKind, set[str]]) -> Iterator[tuple[Telling, tuple[bytes, ...]]]:
    """Each thing that is spoken of, with the forms in which it stands in files."""
    modules, calls = by_kind[IndicatorKind.IMPORT], by_kind[IndicatorKind.CALL]
    for name in _names("python", modules, calls, _python_caller):
        yield Telling("python", name), _python_forms(name.partition("#")[0])
    for name in _names("js", modules, calls, _js_caller):
        yield Telling("js", name), _js_forms(name)
        yield Telling("packed", name), _PACKED
    for purl in by_kind[IndicatorKind.PACKAGE]:
        package = unquote(purl.removeprefix(_OF_NPM).partition("*")[0].partition("?")[0].partition("@")[0])
        if purl.startswith(_OF_NPM) and package:
            yield Telling("npm", package), _npm_forms(package)
    for setting in by_kind[IndicatorKind.CONFIG]:
        pieces = _setting_pieces(setting)
        yield Telling("config", "#".join(pieces)), _config_forms(pieces[0].strip("*"))


def _names(language: str, modules: set[str], calls: set[str], caller: Callable[[str], str]) -> set[str]:
    """The modules of a language, and for calls on others what of them must stand in the text.

    Source is read as it stands there, so a call needs all its names in the text, unless they were put together.
    """
    known = {_literal(_of_language(module)) for module in modules if module.startswith(f"{language}:")} - {""}
    names = set(known)
    for call in calls:
        written = _of_language(call)
        if not call.startswith(f"{language}:") or not _literal(written):
            continue
        module = _known(_literal(written), known) or caller(_literal(written))
        members = [m for m in written[len(module) :].split(".") if _PIECES.search(m)]
        if module.startswith((".", "window.")) or not members:
            names.add(module)
        elif module not in known:
            names.add("#".join((module, *members)))
    return names


def _of_language(value: str) -> str:
    """The name in an indicator's value, without its language."""
    return value.partition(":")[2]


def _literal(name: str) -> str:
    return name.partition("*")[0].rstrip(".")


def _known(call: str, modules: set[str]) -> str:
    """The longest imported module that a call begins with."""
    return max((m for m in modules if call == m or call.startswith((f"{m}.", f"{m}/"))), key=len, default="")


def _python_caller(call: str) -> str:
    """The module of a call that no import names: its first part, or more of a deep one, whose first is a name space."""
    parts = call.split(".")
    if len(parts) <= _DEEP_PARTS:
        return parts[0]
    # Before a class stands a module: `a.b.c.Class`.
    is_module = parts[2][:1].islower() and parts[3][:1].isupper()
    return ".".join(parts[: 3 if is_module else 2])


def _js_caller(call: str) -> str:
    """The package of a call that no import names: up to the first dot after its scope and path.

    A call on something unknown, as minified code has it, begins with a dot: then the member tells.
    """
    if call.startswith("."):
        return "." + call.split(".")[1]
    first, _, rest = call.partition(".")
    if first in _JS_GLOBALS:
        return "window." + rest.partition(".")[0]
    scope, slash, last = call.rpartition("/")
    return scope + slash + last.partition(".")[0]


def _python_forms(module: str) -> tuple[bytes, ...]:
    raw = module.encode("utf-8")
    parent, _, last = raw.rpartition(b".")
    if parent:
        # In compiled form a name's length stands before it.
        compiled = bytes([len(parent)]) + parent if b"." in parent else b""
        return (raw, *_by_way_of(parent), bytes([len(last)]) + last, *filter(None, (compiled,)))
    if len(raw) >= _PLAIN_LENGTH:
        return (raw,)
    return (
        *(before + raw for before in (b"import ", b"from ", bytes([len(raw)]))),
        *(b", " + raw + after for after in (b"\n", b"\r", b",", b" as ")),
        *(quote + raw + after for quote in (b"'", b'"') for after in (quote, b".")),
    )


def _by_way_of(parent: bytes) -> Iterator[bytes]:
    """How a module is reached by way of what it lies in: `from a.b import c`, `import a as x` and then `x.b.c`."""
    parts = parent.split(b".")
    for n in range(1, len(parts) + 1):
        outer = b".".join(parts[:n])
        yield outer + b" import" if n > 1 else b"from " + outer + b" import"
        yield outer + b" as "


def _js_forms(name: str) -> tuple[bytes, ...]:
    module, _, members = name.partition("#")
    telling = max((*_PIECES.findall(members.replace("#", "*")), module), key=len)
    raw = telling.removeprefix("window.").removeprefix(".").encode("utf-8")
    if len(raw) >= _PLAIN_LENGTH or "#" in name:
        return (raw,)
    # What is quoted in a source map has a backslash before the quotation mark that ends it.
    return (
        *(quote + raw + after for quote in (b"'", b'"', b"`") for after in (quote, b"/")),
        b'"' + raw + b'\\"',
    )


def _npm_forms(package: str) -> tuple[bytes, ...]:
    """As paths and banners in bundles have it."""
    raw = package.encode("utf-8")
    return (b"node_modules/" + raw, b"! " + raw + b" v", b"* " + raw + b" v")


def _setting_pieces(setting: str) -> list[str]:
    """The pieces that stand in every file with the setting, with `*` where they may be parts of longer names; the most
    telling first.

    Of an image or a resource that is its longest; of a name any but the last of several, which only says what is done
    with the rest; of an action its service, for what follows may be a wildcard.
    """
    if setting.startswith(ACTION):
        return [setting.removeprefix(ACTION).partition(":")[0] + ":"]
    name, _, value = setting.partition("=")
    pieces = _pieces(value if name in _OF_MANY else name)
    telling = max(pieces if name in _OF_MANY or len(pieces) < 2 else pieces[:-1], key=_length, default=name)
    if name not in _OF_MANY and value not in _SPELLED_ANYHOW:
        pieces += _pieces(value)
    return [telling, *(piece for piece in pieces if piece != telling)]


def _pieces(pattern: str) -> list[str]:
    return ["".join(part).replace("?", "*") for part in _BETWEEN_STARS.findall(pattern)]


def _length(piece: str) -> int:
    return len(piece.strip("*"))


def _config_forms(piece: str) -> tuple[bytes, ...]:
    """A piece as it stands in files; services of policies are also written with a capital."""
    forms = (piece, piece.capitalize()) if piece.endswith(":") else (piece,)
    return tuple(form.encode("utf-8") for form in forms)
