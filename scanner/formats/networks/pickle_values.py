"""Pickles as data: the opcodes are walked and never obeyed, so that nothing a pickle asks for is imported or called.

What it would build is imitated with plain values: texts, numbers, tuples, lists, dictionaries, and three kinds of
stand-in: a name that would be imported, a call that would be made, and a block of numbers whose shape is told.

Specification: CPython, Lib/pickletools.py (opcodes of protocols 0 to 5)
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scanner.formats.networks.blueprint import text_of
from scanner.model.source import Budget, Unreadable
from scanner.model.vocabulary import Cause

Value = Any
"""What a pickle builds is of any type; whoever takes a part asks for its type."""
_MARK = object()
_LONGEST_TEXT = 1 << 16


@dataclass(slots=True)
class Name:
    """Something that would be imported."""

    name: str


@dataclass(slots=True)
class Block:
    """A block of numbers: its shape, and the type of one where that is told."""

    shape: tuple[int, ...]
    type: str = "float32"


@dataclass(slots=True)
class Made:
    """What a call or a class would give: what was called, with what, and the state given to it afterwards."""

    by: Value
    arguments: Value
    state: Value = None
    items: dict[Value, Value] = field(default_factory=dict)
    entries: list[Value] = field(default_factory=list)


@dataclass(slots=True)
class Kept:
    """Something that lies outside the pickle, by what the pickle says of it."""

    told: Value


class Unpickled:
    """One pickle's values. `names` has every import that it asks for, in order."""

    def __init__(self, data: memoryview, at: int, budget: Budget) -> None:
        self.names: dict[str, None] = {}
        self._data = data
        self.at = at
        self._budget = budget
        self._stack: list[Value] = []
        self._memo: dict[int, Value] = {}

    def value(self) -> Value:
        """The value of the pickle that begins at `at`, which moves behind it.

        Raises:
            Unreadable: damaged, where it is no sound pickle; limit.
        """
        while True:
            self._budget.spend_items()
            code = self._take(1)[0]
            if code == 0x2E:  # STOP
                return self._stack[-1] if self._stack else None
            try:
                self._step(code)
            except (IndexError, KeyError, TypeError, ValueError, struct.error, AttributeError) as error:
                raise Unreadable(Cause.DAMAGED, "The pickle is damaged, or is none.") from error

    def _step(self, code: int) -> None:
        if code in _PUSHES:
            self._stack.append(_PUSHES[code]())
        elif code in _NUMBERS:
            width, reading = _NUMBERS[code]
            self._stack.append(reading(self._take(width)))
        elif code in _SIZED:
            width, reading = _SIZED[code]
            self._stack.append(reading(self._take(int.from_bytes(self._take(width), "little"))))
        elif code in _LINES:
            self._stack.append(_LINES[code](self._line()))
        else:
            action = _ACTIONS.get(code)
            if action is None:
                raise ValueError(code)
            action(self)

    def _take(self, count: int) -> memoryview:
        if count < 0 or self.at + count > len(self._data):
            raise Unreadable(Cause.DAMAGED, "The pickle ends in the middle of a value.")
        found = self._data[self.at : self.at + count]
        self.at += count
        return found

    def _line(self) -> str:
        piece = bytes(self._data[self.at : self.at + _LONGEST_TEXT])
        end = piece.index(b"\n")
        self.at += end + 1
        return piece[:end].decode("utf-8", "backslashreplace")

    def _marked(self) -> list[Value]:
        """What was pushed since the last mark."""
        taken: list[Value] = []
        while (top := self._stack.pop()) is not _MARK:
            self._budget.spend_items()
            taken.append(top)
        taken.reverse()
        return taken

    def _import(self, module: str, name: str) -> None:
        full = text_of(f"{module}.{name}".encode("utf-8", "backslashreplace"))
        if len(self.names) < 1000:
            self.names.setdefault(full)
        self._stack.append(Name(full))

    def _global_by_lines(self) -> None:
        module = self._line()
        self._import(module, self._line())

    def _global_from_stack(self) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._import(str(module), str(name))

    def _call(self) -> None:
        arguments, by = self._stack.pop(), self._stack.pop()
        self._stack.append(_called(by, arguments))

    def _call_marked(self) -> None:
        by, *arguments = self._marked()
        self._stack.append(_called(by, tuple(arguments)))

    def _instance(self) -> None:
        self._global_by_lines()
        by = self._stack.pop()
        self._stack.append(_called(by, tuple(self._marked())))

    def _extended_new(self) -> None:
        self._stack.pop()
        self._call()

    def _build(self) -> None:
        state, made = self._stack.pop(), self._stack[-1]
        if isinstance(made, Made):
            made.state = state
            shape = _array_shape(state)
            if shape is not None:
                self._replace(made, Block(shape, _array_type(state)))

    def _replace(self, old: Value, new: Value) -> None:
        self._stack[-1] = new
        for key, value in self._memo.items():
            self._budget.spend_items()
            if value is old:
                self._memo[key] = new
                return

    def _append(self) -> None:
        value = self._stack.pop()
        _entries(self._stack[-1]).append(value)

    def _appends(self) -> None:
        values = self._marked()
        _entries(self._stack[-1]).extend(values)

    def _set_item(self) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        _items(self._stack[-1])[_key(key)] = value

    def _set_items(self) -> None:
        values = self._marked()
        for key, value in zip(values[::2], values[1::2], strict=False):
            _items(self._stack[-1])[_key(key)] = value

    def _make(self, count: int) -> None:
        taken = self._stack[len(self._stack) - count :]
        if len(taken) < count:
            raise IndexError
        del self._stack[len(self._stack) - count :]
        self._stack.append(tuple(taken))

    def _make_marked(self, build: Callable[[list[Value]], Value]) -> None:
        self._stack.append(build(self._marked()))

    def _remember(self, key: int) -> None:
        self._memo[key] = self._stack[-1]

    def _recall(self, key: int) -> None:
        self._stack.append(self._memo[key])

    def _mark(self) -> None:
        self._stack.append(_MARK)

    def _drop(self) -> None:
        self._stack.pop()

    def _drop_marked(self) -> None:
        self._marked()

    def _again(self) -> None:
        self._stack.append(self._stack[-1])

    def _keep(self) -> None:
        self._stack.append(Kept(self._stack.pop()))

    def _number(self, width: int) -> int:
        return int.from_bytes(self._take(width), "little")

    def _skip(self, width: int) -> None:
        self._take(width)

    def _keep_by_line(self) -> None:
        self._stack.append(Kept(self._line()))

    def _line_number(self) -> int:
        return int(self._line())

    def _nothing(self) -> None:
        pass

    def _remember_next(self) -> None:
        self._remember(len(self._memo))


def _called(by: Value, arguments: Value) -> Value:
    """A call, with blocks of numbers known as such: some argument is kept elsewhere, and a tuple tells its shape."""
    if not isinstance(arguments, tuple):
        return Made(by, arguments)
    if isinstance(by, Name) and by.name.endswith("._frombuffer"):
        return _from_buffer(by, arguments)
    inner = next((a for a in arguments if isinstance(a, Block)), None)
    if inner is not None and isinstance(by, Name) and len(arguments) <= 4:
        return inner
    if arguments and isinstance(arguments[0], Kept):
        shapes = [a for a in arguments[1:4] if isinstance(a, tuple) and all(isinstance(n, int) for n in a)]
        if shapes:
            return Block(shapes[0], _kept_type(arguments[0].told))
    return Made(by, arguments)


def _from_buffer(by: Name, arguments: tuple[Value, ...]) -> Value:
    """An array as protocol 5 has it: bytes, type, shape and order."""
    shape = arguments[2] if len(arguments) == 4 else None
    if isinstance(shape, tuple) and all(isinstance(n, int) for n in shape) and isinstance(arguments[1], Made):
        return Block(shape, _array_type((0, shape, arguments[1])))
    return Made(by, arguments)


def _kept_type(told: Value) -> str:
    """The type of the numbers in a storage: it is called FloatStorage, LongStorage …"""
    kind = next((t.name for t in told if isinstance(t, Name)), "") if isinstance(told, tuple) else ""
    plain = kind.rpartition(".")[2].removesuffix("Storage").lower()
    known = {"long": "int64", "int": "int32", "short": "int16", "char": "int8", "byte": "uint8", "bool": "bool"}
    return known.get(plain, "float16" if plain in ("half", "bfloat16") else "float32")


def _array_shape(state: Value) -> tuple[int, ...] | None:
    """The shape of an array by the state it is given: version, shape, type, order, bytes; of one that holds objects, a
    list stands for the bytes, and it is no block of numbers."""
    if isinstance(state, tuple) and len(state) == 5 and isinstance(state[1], tuple) and not isinstance(state[4], list):
        shape = state[1]
        if all(isinstance(n, int) for n in shape) and isinstance(state[2], Made):
            return shape
    return None


def _array_type(state: Value) -> str:
    arguments = state[2].arguments
    code = arguments[0] if isinstance(arguments, tuple) and arguments else ""
    known = {"f": "float", "i": "int", "u": "uint", "b": "bool"}
    if isinstance(code, str) and code[:1] in ("U", "S"):
        return "text"
    if isinstance(code, str) and len(code) == 2 and code[0] in known and code[1].isdigit():
        return f"{known[code[0]]}{8 * int(code[1])}"
    return "float32"


def _entries(holder: Value) -> list[Value]:
    found: list[Value] = holder.entries if isinstance(holder, Made) else holder
    if not isinstance(found, list):
        raise TypeError
    return found


def _items(holder: Value) -> dict[Value, Value]:
    found: dict[Value, Value] = holder.items if isinstance(holder, Made) else holder
    if not isinstance(found, dict):
        raise TypeError
    return found


def _key(key: Value) -> Value:
    return key if isinstance(key, (str, int, bytes)) else repr(type(key))


def _text(raw: memoryview) -> str:
    return bytes(raw[:_LONGEST_TEXT]).decode("utf-8", "backslashreplace")


def _signed(raw: memoryview) -> int:
    return int.from_bytes(raw[:16], "little", signed=True)


def _length(raw: memoryview) -> bytes:
    """Bytes are not kept: nobody asks for them."""
    return bytes(raw[:16])


def _integer(line: str) -> int | bool:
    return {"00": False, "01": True}.get(line, int(line.rstrip("L")[:20] or 0))


_PUSHES: dict[int, Callable[[], Value]] = {
    ord("N"): lambda: None,
    0x88: lambda: True,
    0x89: lambda: False,
    ord("]"): list,
    ord("}"): dict,
    ord(")"): tuple,
    0x8F: list,
}
_NUMBERS: dict[int, tuple[int, Callable[[memoryview], Value]]] = {
    ord("J"): (4, _signed),
    ord("K"): (1, lambda raw: raw[0]),
    ord("M"): (2, lambda raw: int.from_bytes(raw, "little")),
    ord("G"): (8, lambda raw: struct.unpack(">d", raw)[0]),
}
_SIZED: dict[int, tuple[int, Callable[[memoryview], Value]]] = {
    0x8A: (1, _signed),
    0x8B: (4, _signed),
    ord("X"): (4, _text),
    0x8C: (1, _text),
    0x8D: (8, _text),
    ord("U"): (1, _text),
    ord("T"): (4, _text),
    ord("B"): (4, _length),
    ord("C"): (1, _length),
    0x8E: (8, _length),
    0x96: (8, _length),
}
_LINES: dict[int, Callable[[str], Value]] = {
    ord("I"): _integer,
    ord("L"): _integer,
    ord("F"): float,
    ord("S"): lambda line: line.strip("'\""),
    ord("V"): str,
}
_ACTIONS: dict[int, Callable[[Unpickled], None]] = {
    ord("c"): Unpickled._global_by_lines,
    0x93: Unpickled._global_from_stack,
    ord("R"): Unpickled._call,
    0x81: Unpickled._call,
    0x92: Unpickled._extended_new,
    ord("o"): Unpickled._call_marked,
    ord("i"): Unpickled._instance,
    ord("b"): Unpickled._build,
    ord("a"): Unpickled._append,
    ord("e"): Unpickled._appends,
    0x90: Unpickled._appends,
    ord("s"): Unpickled._set_item,
    ord("u"): Unpickled._set_items,
    ord("t"): lambda p: p._make_marked(tuple),
    ord("l"): lambda p: p._make_marked(list),
    0x91: lambda p: p._make_marked(tuple),
    ord("d"): lambda p: p._make_marked(lambda v: {_key(k): w for k, w in zip(v[::2], v[1::2], strict=False)}),
    0x85: lambda p: p._make(1),
    0x86: lambda p: p._make(2),
    0x87: lambda p: p._make(3),
    ord("q"): lambda p: p._remember(p._number(1)),
    ord("r"): lambda p: p._remember(p._number(4)),
    ord("p"): lambda p: p._remember(p._line_number()),
    0x94: Unpickled._remember_next,
    ord("h"): lambda p: p._recall(p._number(1)),
    ord("j"): lambda p: p._recall(p._number(4)),
    ord("g"): lambda p: p._recall(p._line_number()),
    ord("("): Unpickled._mark,
    ord("0"): Unpickled._drop,
    ord("1"): Unpickled._drop_marked,
    ord("2"): Unpickled._again,
    ord("Q"): Unpickled._keep,
    ord("P"): Unpickled._keep_by_line,
    0x80: lambda p: p._skip(1),
    0x95: lambda p: p._skip(8),
    0x97: Unpickled._nothing,
    0x98: Unpickled._nothing,
}
