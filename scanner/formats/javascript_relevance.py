"""Whether a JavaScript text asks for any of the modules a reader was asked about: if not, nothing in it needs parsing.

A module's name stands in a text that loads it as a specifier or as part of one; elsewhere (in a sentence, in a longer
name, as a setting of another library) it tells nothing. The names of other files of the same program are no specifiers
of packages, but `…/pkg@1.2.3` and `…/npm/pkg` in addresses are. Files are asked for by their short names, `./x` for
`../lib/x.js` (see `scanner.formats.javascript_files`).

A global name is used where it begins an expression or is taken from `window`: not where it is the member of something
else, the name of a declaration, or a text by itself.

The text may also be one inside of JSON: then the answer may be yes where it should be no, but not the other way.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from scanner.formats.standing_names import LETTERS, goes_on_before, sights_of, stands

LOADS = re.compile(rb"""(?:\brequire\(|\bfrom|\bimport\(?|\bimportScripts\()\s{0,20}["']([^"'\\\n]{1,300})["']""")
"""What a text loads, told without parsing it; comments count too."""
DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
"""How the names of files end that only say what there is: nothing is called in them."""

_QUOTES = (b'"', b"'", b"`")
_BEFORE = (*_QUOTES, b"!", b"npm:", b"npm:/", b"node_modules/", b"/npm/", b"libs/")
_BEHIND = (*_QUOTES, b"/", b"@", b"!", b"?", b"\\")
_BEFORE_FILES = (*_QUOTES, b"/")
_BEHIND_FILES = (*_QUOTES, b".", b"?", b"/")
_PARENTS = tuple(parent + quote for parent in (b".", b"./", b"..", b"../", b"../..", b"../../") for quote in _QUOTES)
_WINDOW = rb"(?:window|self|globalThis|global|top|parent)"
_OF_WINDOW = re.compile(rb"(?:(?<![\w$.])|(?<=\\[nrt]))" + _WINDOW + rb"\s*(?:\?\.|\.)\s*$")
_WINDOW_RENAMED = re.compile(rb"[=(,:]\s*" + _WINDOW + rb"\s*[;,)}\n|&?\\]")
"""Where the page's own object gets another name, a member of anything may be one of its own."""
_DECLARED = re.compile(rb"\b(?:as|class|const|enum|function|interface|let|namespace|type|var)\s+$")
_NEAR_BYTES = 60
_OF_NAMES = LETTERS | {b"$"}


def declares_with(data: bytes, names: Iterable[str]) -> bool:
    """Whether a file of declarations, in which nothing is called, loads one of the modules among the names."""
    modules = [name for name in names if "#" not in name and (name[:1] != "." or name[:2] == "./")]
    return bool(modules) and asks_for(b"\n".join(b'"%s"' % found[1] for found in LOADS.finditer(data)), modules)


def asks_for(data: bytes, names: Iterable[str]) -> bool:
    """Whether one of the names is used in the text.

    Names are modules `pkg`, `pkg#member#member` where the members must stand there too, global names `window.X`,
    members `.x` of anything, and files `./x`. Without any, whatever is asked for counts.
    """
    asked = frozenset(names)
    return not asked or any(
        one.literal in data
        and _is_used(data, one.module)
        and all(stands(data, member, _OF_NAMES) for member in one.members)
        for one in _split(asked)
    )


class _Name(NamedTuple):
    module: str
    members: tuple[str, ...]
    literal: bytes
    """What of the module stands in a text that uses it."""


@lru_cache(maxsize=64)
def _split(names: frozenset[str]) -> tuple[_Name, ...]:
    return tuple(map(_name, sorted(names)))


def _name(name: str) -> _Name:
    module, *members = name.split("#")
    literal = module.removeprefix("./").removeprefix("window.").removeprefix(".")
    return _Name(module, tuple(members), literal.encode("utf-8"))


def _is_used(data: bytes, name: str) -> bool:
    raw = name.encode("utf-8")
    if name.startswith("./"):
        return _names_file(data, raw[2:])
    if name.startswith("window."):
        return _is_global(data, raw.removeprefix(b"window."))
    if name.startswith("."):
        return raw in data or any(quote + raw[1:] in data for quote in _QUOTES)
    return any(_is_specifier(data, at, at + len(raw)) for at in sights_of(data, raw))


def _is_global(data: bytes, name: bytes) -> bool:
    """Whether the name stands where it may be a global one."""
    as_member = False
    for at in sights_of(data, name):
        end = at + len(name)
        if goes_on_before(data, at, _OF_NAMES) or data[end : end + 1] in _OF_NAMES:
            continue
        before = data[max(0, at - _NEAR_BYTES) : at]
        if _begins_expression(before):
            return True
        as_member = as_member or before.rstrip().endswith(b".")
    return as_member and _WINDOW_RENAMED.search(data) is not None


def _begins_expression(before: bytes) -> bool:
    """Whether what stands before a name leaves it to be a global one."""
    if before.endswith(_QUOTES):  # `window["X"]`; any other text that is the name alone says nothing
        return before[:-1].rstrip(b"\\ \t\r\n").endswith(b"[")
    if before.rstrip().endswith(b"."):
        return _OF_WINDOW.search(before) is not None
    return _DECLARED.search(before) is None


def _names_file(data: bytes, stem: bytes) -> bool:
    """Whether a text in quotes ends in the name, with or without an ending; without one, in a folder around."""
    if not stem:
        return any(quote + parent in data for parent in _PARENTS for quote in _QUOTES)
    return any(
        data.endswith(_BEFORE_FILES, 0, at) and data.startswith(_BEHIND_FILES, at + len(stem))
        for at in sights_of(data, stem)
    )


def _is_specifier(data: bytes, start: int, end: int) -> bool:
    """Whether the name between two places begins a specifier, or an address tells its version."""
    if data.endswith(_BEFORE, 0, start) and data.startswith(_BEHIND, end):
        return True
    return data[start - 1 : start] == b"/" and data[end : end + 1] == b"@" and data[end + 1 : end + 2].isdigit()
