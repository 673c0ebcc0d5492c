"""Whether a JavaScript text asks for any of the modules a reader was asked about: if not, nothing in it needs parsing.

A module's name stands in a text that loads it as a specifier or as part of one; elsewhere (in a sentence, in a longer
name, as a setting of another library) it tells nothing. The names of other files of the same program are no specifiers
of packages, but `…/pkg@1.2.3` and `…/npm/pkg` in addresses are. Files are asked for by their short names, `./x` for
`../lib/x.js` (see `scanner.formats.javascript_files`).

Names are found by plain search, and what stands around them is looked at: an expression over the whole text would take
as long as parsing it.
"""

from collections.abc import Iterable, Iterator

_QUOTES = (b'"', b"'", b"`")
_BEFORE = (*_QUOTES, b"!", b"npm:", b"npm:/", b"node_modules/", b"/npm/", b"libs/")
_BEHIND = (*_QUOTES, b"/", b"@", b"!", b"?", b"\\")
_BEFORE_FILES = (*_QUOTES, b"/")
_BEHIND_FILES = (*_QUOTES, b".", b"?", b"/")
_PARENTS = tuple(parent + quote for parent in (b".", b"./", b"..", b"../", b"../..", b"../../") for quote in _QUOTES)
_IN_NAMES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$")


def asks_for(data: bytes, names: Iterable[str]) -> bool:
    """Whether one of the names is used in the text.

    Names are modules `pkg`, `pkg#member#member` where the members must stand there too, global names `window.X`,
    members `.x` of anything, and files `./x`. Without any, whatever is asked for counts.
    """
    words = sorted(names)
    if not words:
        return True
    of_module: dict[str, list[list[str]]] = {}
    for word in words:
        module, *members = word.split("#")
        of_module.setdefault(module, []).append(members)
    return any(
        _is_used(data, module) and any(all(_has_member(data, one) for one in members) for members in alternatives)
        for module, alternatives in of_module.items()
    )


def _is_used(data: bytes, name: str) -> bool:
    raw = name.encode("utf-8")
    if name.startswith("./"):
        return _names_file(data, raw[2:])
    if name.startswith("window."):
        return raw.removeprefix(b"window.") in data
    if name.startswith("."):
        return raw in data or any(quote + raw[1:] + quote in data for quote in _QUOTES)
    return any(_is_specifier(data, at, at + len(raw)) for at in _places(data, raw))


def _places(data: bytes, raw: bytes) -> Iterator[int]:
    at = data.find(raw)
    while at >= 0:
        yield at
        at = data.find(raw, at + 1)


def _names_file(data: bytes, stem: bytes) -> bool:
    """Whether a text in quotes ends in the name, with or without an ending; without one, in a folder around."""
    if not stem:
        return any(quote + parent in data for parent in _PARENTS for quote in _QUOTES)
    return any(
        data.endswith(_BEFORE_FILES, 0, at) and data.startswith(_BEHIND_FILES, at + len(stem))
        for at in _places(data, stem)
    )


def _is_specifier(data: bytes, start: int, end: int) -> bool:
    """Whether the name between two places begins a specifier, or an address tells its version."""
    if data.endswith(_BEFORE, 0, start) and data.startswith(_BEHIND, end):
        return True
    return data[start - 1 : start] == b"/" and data[end : end + 1] == b"@" and data[end + 1 : end + 2].isdigit()


def _has_member(data: bytes, pattern: str) -> bool:
    """Whether a name stands in the text as a whole; where the pattern has `*`, as a piece of one."""
    piece = max(pattern.split("*"), key=len)
    raw = piece.encode("utf-8")
    is_start, is_end = pattern.startswith(piece), pattern.endswith(piece)
    for at in _places(data, raw):
        before, behind = data[at - 1 : at], data[at + len(raw) : at + len(raw) + 1]
        if not (is_start and before and before[0] in _IN_NAMES) and not (is_end and behind and behind[0] in _IN_NAMES):
            return True
    return False
