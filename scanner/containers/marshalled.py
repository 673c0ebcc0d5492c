"""Tables that Python's `marshal` wrote, read without it: numbers, text, lists, tuples and dicts; never code.

The standard library's own reader must not see hostile bytes: its documentation says so, and it takes what it is told to
take. Specification: `Python/marshal.c` of CPython.
"""

import struct
from collections.abc import Callable
from typing import TypeAlias

from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

Value: TypeAlias = "int | bool | str | bytes | list[Value] | tuple[Value, ...] | dict[str | bytes, Value] | None"
_DEEPEST = 8
_IS_REFERENCED = 0x80
_NOTHING = object()
"""The end of a dict."""


def unmarshalled(data: memoryview, budget: Budget) -> Value:
    """The value at the beginning of the data. Raises `Unreadable` where it is damaged or of another type."""
    try:
        value = _Reader(data, budget).value(0)
    except (struct.error, IndexError, UnicodeDecodeError, ValueError, TypeError) as error:
        raise _damaged() from error
    if value is _NOTHING:
        raise _damaged()
    return value


def _damaged() -> Unreadable:
    return Unreadable(Cause.DAMAGED, "A table that Python wrote is damaged, or holds what no table holds.")


class _Reader:
    def __init__(self, data: memoryview, budget: Budget) -> None:
        self._data = data
        self._budget = budget
        self._at = 0
        self._references: list[Value] = []

    def value(self, depth: int) -> Value:
        self._budget.spend_items()
        if depth > _DEEPEST:
            raise _damaged()
        code = self._taken(1)[0]
        kind = chr(code & ~_IS_REFERENCED)
        if code & _IS_REFERENCED:
            place = len(self._references)
            self._references.append(None)
            self._references[place] = value = self._of(kind, depth)
            return value
        return self._of(kind, depth)

    def _of(self, kind: str, depth: int) -> Value:
        if kind in _LENGTHS:
            form, wrap = _LENGTHS[kind]
            return self._text(self._number(form), wrap)
        if kind in "([)":
            count = self._number("<B" if kind == ")" else "<I")
            items = [self.value(depth + 1) for _ in range(min(count, len(self._data)))]
            return items if kind == "[" else tuple(items)
        return self._other(kind, depth)

    def _other(self, kind: str, depth: int) -> Value:
        match kind:
            case "i":
                return self._number("<i")
            case "r":
                return self._references[self._number("<I")]
            case "{":
                return self._dict(depth)
            case "0":
                return _NOTHING  # type: ignore[return-value]  # never leaves this module
            case "N" | "T" | "F":
                return {"N": None, "T": True, "F": False}[kind]
            case _:
                raise _damaged()

    def _dict(self, depth: int) -> "dict[str | bytes, Value]":
        found: dict[str | bytes, Value] = {}
        while (key := self.value(depth + 1)) is not _NOTHING:
            if not isinstance(key, str | bytes):
                raise _damaged()
            found[key] = self.value(depth + 1)
        return found

    def _text(self, length: int, wrap: "Callable[[bytes], str | bytes]") -> str | bytes:
        self._budget.spend_bytes(length)
        return wrap(bytes(self._taken(length)))

    def _number(self, form: str) -> int:
        (number,) = struct.unpack(form, self._taken(struct.calcsize(form)))
        return int(number)

    def _taken(self, length: int) -> memoryview:
        taken = self._data[self._at : self._at + length]
        if length < 0 or len(taken) < length:
            raise _damaged()
        self._at += length
        return taken


def _unicode(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")


def _ascii(raw: bytes) -> str:
    return raw.decode("latin-1")


_LENGTHS: dict[str, tuple[str, Callable[[bytes], str | bytes]]] = {
    "s": ("<I", bytes),
    "u": ("<I", _unicode),
    "t": ("<I", _unicode),
    "a": ("<I", _ascii),
    "A": ("<I", _ascii),
    "z": ("<B", _ascii),
    "Z": ("<B", _ascii),
}
