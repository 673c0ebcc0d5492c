"""Python's marshal format, read into plain values: constants and code objects. Nothing is loaded or run.

Specification: CPython's Python/marshal.c, versions 0 to 5 of the format; a code object's fields differ between
versions of Python (see `python_opcodes`). `marshal.loads` itself crashes on hostile bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from struct import Struct

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

_MAX_DEPTH = 120
_INT32 = Struct("<i")
_REFERENCED = 0x80
"""Set in a type byte: later objects may refer to this one by its number (format 3 and later)."""


@dataclass(slots=True)
class Code:
    """A code object: of a module, class, function, lambda or comprehension."""

    name: str
    code: bytes
    constants: tuple[object, ...]
    names: tuple[str, ...]
    """Global names and attributes."""
    local_names: tuple[str, ...]
    cell_names: tuple[str, ...]
    """Names shared with inner or outer functions, as the instructions number them."""


@dataclass(frozen=True, slots=True)
class CodeLayout:
    """Which fields a code object has."""

    numbers: int
    """Counts and flags before its instructions, 4 bytes each."""
    has_locals_plus: bool
    """Python 3.11 and later: one table of all local names, and a qualified name."""


@dataclass(slots=True)
class _Cursor:
    data: bytes
    layout: CodeLayout
    budget: Budget
    at: int = 0
    depth: int = 0
    references: list[object] = field(default_factory=list)
    interned: list[object] = field(default_factory=list)
    """Strings that a Python 2 file refers to by number."""
    codes: list[Code] = field(default_factory=list)
    """Every code object that was complete, inner ones first."""


_END = object()
"""Closes a dictionary."""


def code_objects(data: bytes, offset: int, layout: CodeLayout, budget: Budget) -> tuple[list[Code], Unreadable | None]:
    """The code objects that can be read from `offset` on, the module's first if it is complete; what stopped it."""
    cursor = _Cursor(data, layout, budget, at=offset)
    problem: Unreadable | None = None
    try:
        _value(cursor)
    except Unreadable as error:
        problem = error
    cursor.codes.reverse()
    return cursor.codes, problem


def _damaged(reason: str) -> Unreadable:
    return Unreadable(Cause.DAMAGED, reason)


def _taken(cursor: _Cursor, length: int) -> bytes:
    if length < 0 or length > len(cursor.data) - cursor.at:
        raise _damaged("The compiled code ends inside one of its values.")
    start, cursor.at = cursor.at, cursor.at + length
    return cursor.data[start : cursor.at]


def _number(cursor: _Cursor) -> int:
    return int(_INT32.unpack(_taken(cursor, 4))[0])


def _value(cursor: _Cursor) -> object:
    cursor.budget.spend_items()
    tag = _taken(cursor, 1)[0]
    kind = chr(tag & ~_REFERENCED)
    read = _KINDS.get(kind)
    if read is None:
        raise _damaged(f"The compiled code holds a value of the unknown kind {tag:#04x}.")
    if not tag & _REFERENCED or kind == "r":
        return read(cursor)
    number = len(cursor.references)
    cursor.references.append(None)
    value = read(cursor)
    cursor.references[number] = value
    return value


def _items(cursor: _Cursor, count: int) -> tuple[object, ...]:
    # Each item takes a byte at least: a larger count is a lie, and is not allocated for.
    if count < 0 or count > len(cursor.data) - cursor.at:
        raise _damaged("The compiled code claims more values than it has bytes.")
    if cursor.depth >= _MAX_DEPTH:
        raise Unreadable(Cause.LIMIT, f"The compiled code is nested deeper than {_MAX_DEPTH} levels.")
    cursor.depth += 1
    found = tuple([_value(cursor) for _ in range(count)])
    cursor.depth -= 1
    return found


def _pairs(cursor: _Cursor) -> tuple[object, ...]:
    found: list[object] = []
    while True:
        (key,) = _items(cursor, 1)
        if key is _END:
            return tuple(found)
        found += _items(cursor, 1)


def _code(cursor: _Cursor) -> Code:
    layout = cursor.layout
    _taken(cursor, 4 * layout.numbers)
    instructions, constants, names, local_names = _items(cursor, 4)
    if layout.has_locals_plus:
        _kinds, _file, name, _qualified = _items(cursor, 4)
        cells = local_names
    else:
        free, cell, _file, name = _items(cursor, 4)
        cells = (*_tuple(cell), *_tuple(free))
    _number(cursor)
    _items(cursor, 2 if layout.has_locals_plus else 1)
    code = Code(
        name=_text(name),
        code=instructions if isinstance(instructions, bytes) else b"",
        constants=_tuple(constants),
        names=_texts(names),
        local_names=_texts(local_names),
        cell_names=_texts(cells),
    )
    cursor.codes.append(code)
    return code


def _tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _text(value: object) -> str:
    """A name; in Python 2 names are bytes."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value if isinstance(value, str) else ""


def _texts(values: object) -> tuple[str, ...]:
    return tuple(_text(value) for value in _tuple(values))


def _bytes(cursor: _Cursor) -> bytes:
    return _taken(cursor, _number(cursor))


def _unicode(cursor: _Cursor) -> str:
    # Lone surrogates, which Python's strings may hold, stay out of what is reported.
    return _bytes(cursor).decode("utf-8", "backslashreplace")


def _interned(cursor: _Cursor) -> str:
    value = _unicode(cursor)
    cursor.interned.append(value)
    return value


def _short_ascii(cursor: _Cursor) -> str:
    return _taken(cursor, _taken(cursor, 1)[0]).decode("latin-1")


def _long(cursor: _Cursor) -> None:
    _taken(cursor, 2 * abs(_number(cursor)))


def _pascal(cursor: _Cursor) -> None:
    _taken(cursor, _taken(cursor, 1)[0])


def _complex_text(cursor: _Cursor) -> None:
    _pascal(cursor)
    _pascal(cursor)


def _reference(cursor: _Cursor, table: list[object]) -> object:
    number = _number(cursor)
    if not 0 <= number < len(table):
        raise _damaged("The compiled code refers to a value that is not there.")
    return table[number]


def _skipped(length: int) -> Callable[[_Cursor], object]:
    def skip(cursor: _Cursor) -> None:
        _taken(cursor, length)

    return skip


def _counted(cursor: _Cursor) -> tuple[object, ...]:
    return _items(cursor, _number(cursor))


_KINDS: dict[str, Callable[[_Cursor], object]] = {
    "0": lambda _: _END,
    **dict.fromkeys("NFTS.", _skipped(0)),
    "i": _number,
    "I": _skipped(8),
    "f": _pascal,
    "g": _skipped(8),
    "x": _complex_text,
    "y": _skipped(16),
    "l": _long,
    "s": _bytes,
    "t": _interned,
    "R": lambda cursor: _reference(cursor, cursor.interned),
    "r": lambda cursor: _reference(cursor, cursor.references),
    "u": _unicode,
    "a": lambda cursor: _bytes(cursor).decode("latin-1"),
    "A": lambda cursor: _bytes(cursor).decode("latin-1"),
    "z": _short_ascii,
    "Z": _short_ascii,
    ")": lambda cursor: _items(cursor, _taken(cursor, 1)[0]),
    **dict.fromkeys("([<>", _counted),
    "{": _pairs,
    ":": lambda cursor: _items(cursor, 3),
    "c": _code,
}
