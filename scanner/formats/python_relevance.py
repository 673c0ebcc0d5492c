"""Whether a Python file imports any of the modules a reader was asked about: if not, nothing in it needs parsing.

Names are found by plain search and what stands around them is looked at: in an import statement, or in quotes where
something in the file imports by a text. Texts and comments that look like statements count too; so do relative
imports, which lead to a file of the same project that goes by the name.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache, partial
from itertools import accumulate

from scanner.formats.python_text_pieces import TextPieces
from scanner.formats.standing_names import LETTERS

_STATEMENT = re.compile(rb"\b(?:c?import|from)\b")
_LISTED = re.compile(
    rb"\s*\(?\s*(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*(?:[\w.]+(?:\s+as\s+\w+)?)?\s*[)\\]*\s*(?:#.*)?",
)
"""A line of an import statement that began further up: names alone, between commas."""
_MAX_LINE = 2000
_QUOTES = (b'"', b"'")
_BEHIND_TEXT = (b'"', b"'", b".")
_BY_TEXT = (b"import_module", b"__import__", b"importorskip", b"run_module")
"""What imports by a name in a text; and so may what runs one."""
_RUNNING = {b"exec": re.compile(rb"(?<![.\w])exec\s*\(")}
_KEEPING = (b"importlib", b"runpy")
"""Modules that hold what imports by a text, which may be taken by a name put together."""
_PUT_TOGETHER = {
    **{word: re.compile(rb"\b" + word + rb"\b") for word in (b"getattr", b"__getattribute__", b"attrgetter")},
    **{word: re.compile(rb"\b" + word + rb"\b") for word in (b"methodcaller", b"__dict__", b"vars")},
    **{word: re.compile(rb"\b" + word + rb"\b") for word in (b"globals", b"locals")},
    **{word: re.compile(rb"\b(?:create_)?" + re.escape(word)) for word in (b"client(", b"resource(")},
}
"""What may name a member by a text, which can be put together from pieces: by what must stand there for it, which is
found twenty times as quickly as an expression."""

_NUMBER = rb"(?:2[eE]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]|5[fF])"
_OCTAL = rb"0?(?:56|6[0-7]|7[01])|1[0-7][0-7]"
"""The numbers of characters that names are made of, and of the dot between them."""
_SPELLED = re.compile(rb"\\(?:(?:x|u00|U000000)%s|%s|N\{|\r?\n\w)" % (_NUMBER, _OCTAL))
"""A character of a name that is written by its number, or a text that goes on in the next line: then pieces are not
seen."""


def modules_of(focus: frozenset[str]) -> frozenset[str]:
    """The modules that a reader was asked about, without the members that matter of them (`module#member`)."""
    return frozenset(name.partition("#")[0] for name in focus)


def imports_by_text(data: bytes) -> bool:
    """Whether a text in the file could name a module that it imports."""
    if any(word in data for word in _BY_TEXT) or _has_any(data, _RUNNING):
        return True
    return any(word in data for word in _KEEPING) and _has_any(data, _PUT_TOGETHER)


def may_concern(data: bytes, focus: frozenset[str]) -> bool:
    """Whether it is worth parsing: a statement that imports one of the modules, or a text that could.

    Where only some members of a module matter, they must stand there, or in pieces, with something that could put them
    together.
    """
    if not focus:
        return True
    by_text = cache(partial(imports_by_text, data))
    holds = cache(data.__contains__)  # many names have members in common
    standing = frozenset(name for name in focus if all(map(holds, _pieces(name))))
    if standing and _is_loaded(data, modules_of(standing), by_text=by_text):
        return True
    others = focus - standing
    if not others or not _is_loaded(data, modules_of(others), by_text=by_text):
        return False
    return _has_any(data, _PUT_TOGETHER) and _has_members_in_pieces(data, others, holds)


def _has_any(data: bytes, expressions: dict[bytes, re.Pattern[bytes]]) -> bool:
    return any(word in data and expression.search(data) for word, expression in expressions.items())


@lru_cache(maxsize=512)
def _pieces(name: str) -> tuple[bytes, ...]:
    """Of each member its longest piece without a wildcard."""
    return tuple(max(member.split("*"), key=len).encode("utf-8") for member in name.split("#")[1:])


def _has_members_in_pieces(data: bytes, names: Iterable[str], holds: Callable[[bytes], bool]) -> bool:
    """Whether the members of one of the names stand there, or in pieces that could be put together."""
    if _SPELLED.search(data):
        return True
    make = cache(TextPieces(data).make)
    return any(all(holds(piece) or make(piece) for piece in _pieces(name)) for name in names)


def _is_loaded(data: bytes, modules: Iterable[str], *, by_text: Callable[[], bool]) -> bool:
    """Whether a statement imports one of the modules, or a text that may be imported names one."""
    if any(_is_imported(data, module) for module in modules):
        return True
    if not by_text():
        return False
    roots = {module.partition(".")[0].encode("utf-8") for module in modules}
    if any(_is_quoted(data, root) for root in roots) or _SPELLED.search(data):
        return True
    pieces = TextPieces(data)
    return any(pieces.make(root) for root in roots)


def _is_imported(data: bytes, module: str) -> bool:
    """Whether the beginning of its name stands in an import, and the rest of it anywhere."""
    root, *rest = module.encode("utf-8").split(b".")
    return all(part in data for part in rest) and any(_is_in_import(data, *place) for place in _words(data, root))


def _words(data: bytes, word: bytes) -> Iterator[tuple[int, int]]:
    """Where the word stands as a whole."""
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        if data[at - 1 : at] not in LETTERS and data[end : end + 1] not in LETTERS:
            yield at, end
        at = data.find(word, end)


def _is_in_import(data: bytes, start: int, end: int) -> bool:
    begins = max(data.rfind(b"\n", 0, start), data.rfind(b"\r", 0, start)) + 1
    if start - begins > _MAX_LINE:
        return True
    if _STATEMENT.search(data, begins, start):
        return True
    if data.find(b"#", begins, start) >= 0:
        return False
    ends = data.find(b"\n", end, end + _MAX_LINE)
    return _LISTED.fullmatch(data, begins, ends if ends >= 0 else min(len(data), end + _MAX_LINE)) is not None


def _is_quoted(data: bytes, root: bytes) -> bool:
    """Whether a text begins with the name."""
    places = _words(data, root)
    return any(data.endswith(_QUOTES, 0, start) and data.startswith(_BEHIND_TEXT, end) for start, end in places)


def concerns(body: Iterable[ast.stmt], modules: frozenset[str]) -> bool:
    """Whether an import speaks of one of the modules or of what they lie in."""
    around = with_what_they_lie_in(modules)
    return not modules or any(
        name in around or is_of(name, modules) for statement in body for name in _names(statement)
    )


def with_what_they_lie_in(modules: frozenset[str]) -> frozenset[str]:
    """The modules, and those by way of which they are reached: `import a as x`, and then `x.b.c`."""
    return frozenset(outer for module in modules for outer in accumulate(module.split("."), "{}.{}".format))


def is_of(name: str, modules: frozenset[str]) -> bool:
    """Whether a dotted name is one of the modules, or lies in one."""
    parts = name.split(".")
    return any(".".join(parts[:n]) in modules for n in range(1, len(parts) + 1))


def _names(statement: ast.stmt) -> Iterable[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}".lstrip(".") for alias in node.names)
