"""Python source as statements: the whole tree where it parses, else every line that parses by itself.

The interpreter's own parser gives the tree; nothing is compiled or run. It refuses nesting that would exhaust the
stack, which `tests/formats/test_python_source.py` shows for the shapes known to grow deep.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

MAX_BYTES = 16 * 1024 * 1024
_MAX_TREE_BYTES = 1024 * 1024
"""A tree takes up to 350 times its source's bytes in memory; larger sources are read line by line."""
_MAX_DOTS = 5000
"""In one line: the parser joins the parts of an imported name in quadratic time."""
_MAX_LINE = 20_000
_MAX_JOINED_LINES = 60
_MAX_STATEMENTS = 100_000

_COOKIE = re.compile(rb"^[ \t\f]*#.{0,200}?coding[:=][ \t]*([-\w.]{1,40})")
_ENCODINGS = frozenset(
    {"big5", "cp932", "euc-jp", "euc-kr", "gb18030", "gb2312", "gbk", "raw_unicode_escape", "shift_jis", "utf-7"}
)
"""Encodings (PEP 263) in which a byte below 128 may not be what it is in ASCII; all others are read as Latin-1."""

_PYTHON_2 = (
    (re.compile(r"^(\s*)print\s*>>[^,]{1,200},"), r"\1_ ="),
    (re.compile(r"^(\s*)(?:print|exec)\s+(?![=.(])"), r"\1_ ="),
)
_CYTHON_IMPORT = re.compile(r"\bcimport\b")
_BRANCH = re.compile(r"^\s*el(?=if\b)")
_TRIPLE = re.compile(r"\"\"\"|'''")


class Statements(NamedTuple):
    """What could be parsed."""

    body: list[ast.stmt]
    is_whole: bool
    """False: lines that parse by themselves, without the blocks and functions they stand in."""
    is_cut: bool = False
    """Whether there were more than are kept."""


def statements(data: bytes, budget: Budget) -> Statements:
    """The statements of a source file.

    Raises:
        Unreadable: limit, when it is larger than 16 MiB.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(Cause.LIMIT, "The Python source is larger than 16 MiB and was not read.")
    budget.spend_bytes(2 * len(data))
    text = _decoded(data)
    with warnings.catch_warnings():
        # The parser warns of odd escapes in the scanned source, which is no business of who runs the scan.
        warnings.simplefilter("ignore")
        whole = _parsed(text) if len(text) <= _MAX_TREE_BYTES and not _has_long_chain(text) else None
        if whole is not None:
            return Statements(whole, is_whole=True)
        found = list(islice(_line_by_line(text, budget), _MAX_STATEMENTS + 1))
        return Statements(found[:_MAX_STATEMENTS], is_whole=False, is_cut=len(found) > _MAX_STATEMENTS)


def _decoded(data: bytes) -> str:
    for line in data[:1024].splitlines()[:2]:
        cookie = _COOKIE.match(line)
        if cookie:
            name = cookie[1].decode("ascii", "replace").lower().replace("_", "-").replace("raw-u", "raw_u")
            name = name.replace("unicode-escape", "unicode_escape")
            if name in _ENCODINGS:
                return data.decode(name, "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _has_long_chain(text: str) -> bool:
    return any(line.count(".") > _MAX_DOTS for line in text.replace("\\\n", "").splitlines())


def _parsed(text: str) -> list[ast.stmt] | None:
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # ValueError: NUL characters, numbers too long; MemoryError: what the parser says of too deep a stack.
        return None


def _line_by_line(text: str, budget: Budget) -> Iterator[ast.stmt]:
    for number, line in _logical_lines(text.replace("\0", "").splitlines(), budget):
        for statement in _parsed(_mended(line)) or ():
            ast.increment_lineno(statement, number - 1)
            yield statement


def _logical_lines(lines: list[str], budget: Budget) -> Iterator[tuple[int, str]]:
    """Lines outside of long strings, joined while a bracket is open; numbered from 1."""
    quote, index, joins_from = "", 0, 0
    while index < len(lines):
        budget.spend_items()
        start, line = index, lines[index][:_MAX_LINE]
        index += 1
        quote, began_inside = _open_quote(line, quote), bool(quote)
        if began_inside or not line.strip() or line.count(".") > _MAX_DOTS:
            continue
        if start >= joins_from and not quote and _has_open_bracket(line):
            whole, end = _joined_lines(lines, start)
            if end:
                line, index = whole, end
            else:
                # A bracket that nothing closes: the lines after it are not joined again one by one.
                joins_from = start + _MAX_JOINED_LINES
        yield start + 1, line


def _joined_lines(lines: list[str], start: int) -> tuple[str, int]:
    """The lines from `start` until all brackets are closed, and the index behind them; 0 if they stay open."""
    line = lines[start][:_MAX_LINE]
    for index in range(start + 1, min(start + _MAX_JOINED_LINES, len(lines))):
        line = f"{line}\n{lines[index][:_MAX_LINE]}"
        if not _has_open_bracket(line):
            return line, index + 1
    return line, 0


def _open_quote(line: str, quote: str) -> str:
    """Which triple quote is open at the end of the line; other strings are not looked at."""
    for match in _TRIPLE.finditer(line):
        if not quote:
            quote = match[0]
        elif quote == match[0]:
            quote = ""
    return quote


def _has_open_bracket(line: str) -> bool:
    if line.rstrip().endswith("\\"):
        return True
    return sum(map(line.count, "([{")) > sum(map(line.count, ")]}"))


def _mended(line: str) -> str:
    """A line as it can be parsed by itself: without indent, heads of blocks with an empty block."""
    for pattern, replacement in _PYTHON_2:
        line = pattern.sub(replacement, line)
    line = _CYTHON_IMPORT.sub("import", _BRANCH.sub("", line)).strip()
    code = line.partition("#")[0].rstrip()
    return f"{code} pass" if code.endswith(":") else line
