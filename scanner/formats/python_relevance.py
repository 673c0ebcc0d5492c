"""Whether a Python file imports any of the modules a reader was asked about: if not, nothing in it needs following."""

import ast
import re
from collections.abc import Iterable, Iterator

from scanner.formats.python_text_pieces import TextPieces

_IMPORT = re.compile(
    rb"\b(?:c?import|from)\b[ \t\\\r\n]+((?:[\w., \t*]|\\\r?\n|\((?:[^()]|\([^()]{0,300}\)){0,8000}\)?)+)"
)
_NAME = re.compile(rb"[\w.]+")
_DYNAMIC = (b"importlib", b"__import__", b"import_module", b"importorskip", b"runpy", b"builtins")
"""What a text may hold that imports by a name in a string; and so may what runs one."""
_RUNNING = {word: re.compile(rb"\b" + word + rb"\b") for word in (b"exec", b"eval")}
_PUT_TOGETHER = {
    **{word: re.compile(rb"\b" + word + rb"\b") for word in (b"getattr", b"__getattribute__", b"attrgetter")},
    **{word: re.compile(rb"\b" + word + rb"\b") for word in (b"methodcaller", b"__dict__", b"vars")},
    **{word: re.compile(rb"\b" + word + rb"\b") for word in (b"globals", b"locals")},
    **{word: re.compile(rb"\b(?:create_)?" + re.escape(word)) for word in (b"client(", b"resource(")},
}
"""What may name a member by a text, which can be put together from pieces: by what must stand there for it, which is
found twenty times as quickly as an expression."""

_SPELLED = re.compile(rb"\\(?:[xuUN0-7]|\r?\n\w)")
"""A character that is written by its number, or a text that goes on in the next line: then pieces are not seen."""


def modules_of(focus: frozenset[str]) -> frozenset[str]:
    """The modules that a reader was asked about, without the members that matter of them (`module#member`)."""
    return frozenset(name.partition("#")[0] for name in focus)


def may_concern(data: bytes, focus: frozenset[str]) -> bool:
    """Whether it is worth parsing: a statement that imports one of the modules, or what could import by a text.

    Statements are looked for wherever the words stand, in texts and comments too. Where only some members of a module
    matter, they must stand there, or in pieces, with something that could put them together.
    """
    if not focus or any(word in data for word in _DYNAMIC) or _has_any(data, _RUNNING):
        return True
    standing = frozenset(name for name in focus if "#" not in name or _has_members(data, name))
    if standing and _is_imported(data, modules_of(standing)):
        return True
    others = focus - standing
    if not others or not _has_any(data, _PUT_TOGETHER):
        return False
    return _is_imported(data, modules_of(others)) and _has_members_in_pieces(data, others)


def _has_any(data: bytes, expressions: dict[bytes, re.Pattern[bytes]]) -> bool:
    return any(word in data and expression.search(data) for word, expression in expressions.items())


def _has_members(data: bytes, name: str) -> bool:
    return all(piece in data for piece in _pieces(name))


def _pieces(name: str) -> Iterator[bytes]:
    """Of each member its longest piece without a wildcard."""
    return (max(member.split("*"), key=len).encode("utf-8") for member in name.split("#")[1:])


def _has_members_in_pieces(data: bytes, names: Iterable[str]) -> bool:
    """Whether the members of one of the names stand there, or in pieces that could be put together."""
    if _SPELLED.search(data):
        return True
    pieces = TextPieces(data)
    return any(all(pieces.make(piece) for piece in _pieces(name)) for name in names)


def _is_imported(data: bytes, modules: frozenset[str]) -> bool:
    return any(is_of(name, modules) for name in _imported_names(data))


def _imported_names(data: bytes) -> Iterator[str]:
    """`a.b` and `a.b.c` for `from a.b import c`; `a`, `b` for `import a, b`; dots of relative imports are left out."""
    for statement in _IMPORT.finditer(data):
        names = [name.decode("ascii", "replace").lstrip(".") for name in _NAME.findall(statement[1])]
        first = names[0] if names else ""
        yield first
        for name in names[1:]:
            yield name
            yield f"{first}.{name}"


def concerns(body: Iterable[ast.stmt], modules: frozenset[str]) -> bool:
    """Whether an import, or a text that could name one, speaks of one of the modules or of what they lie in."""
    return not modules or any(is_of(name, modules) for statement in body for name in _names(statement))


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
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            yield node.value
