"""Which native libraries a Java class loads: the text that its code hands to `System.loadLibrary` and its like.

    method ─► Code attribute ─► … ldc "face", invokestatic loadLibrary …

Only the code of classes that name such a method is walked. A name without an ending is what the Java runtime makes a
file name of, one for each system it may run on.

Specification: The Java Virtual Machine Specification, §4.7.3 and chapter 6; System.mapLibraryName.
"""

from collections.abc import Container, Iterator, Mapping
from struct import Struct, error
from typing import NamedTuple

from scanner.model.source import Budget

LOADERS = frozenset({"loadLibrary", "loadLibrary0"})
"""Method names that say it, whatever the class: loaders of applications keep the name of the platform's."""
RUNTIME_LOADERS = frozenset({"load", "load0"})
"""These say it of the platform's classes alone, and are given a path."""
RUNTIME = frozenset({"java.lang.System", "java.lang.Runtime"})

_LIBRARY_ENDINGS = (".so", ".dll", ".dylib", ".jnilib")
_MEMBER, _ATTRIBUTE = Struct(">6xH"), Struct(">HI")
_U2, _U4, _PAIR = Struct(">H"), Struct(">I"), Struct(">II")
_CODE_AT = 8
"""Where the code begins in its attribute, behind two sizes and its length."""
_LDC, _LDC_W = 0x12, 0x13
_INVOKES = frozenset({0xB6, 0xB7, 0xB8, 0xB9})
_TABLE_SWITCH, _LOOKUP_SWITCH, _WIDE, _IINC = 0xAA, 0xAB, 0xC4, 0x84
_LENGTHS = bytes(
    {
        **dict.fromkeys((0x10, _LDC, *range(0x15, 0x1A), *range(0x36, 0x3B), 0xA9, 0xBC), 2),
        **dict.fromkeys((0x11, _LDC_W, 0x14, _IINC, *range(0x99, 0xA9), *range(0xB2, 0xB9), 0xBB, 0xBD), 3),
        **dict.fromkeys((0xC0, 0xC1, 0xC6, 0xC7), 3),
        0xC5: 4,
        **dict.fromkeys((0xB9, 0xBA, 0xC8, 0xC9), 5),
    }.get(opcode, 1)
    for opcode in range(256)
)
"""Bytes of each instruction with its operands (JVMS §6.5); of the switches and `wide`, what stands before they vary."""


class Load(NamedTuple):
    """A text that is handed to a loader."""

    text: int
    """Its number in the constant pool."""
    method: int
    """In the table of methods."""
    offset: int
    """Of the call, in the method's code."""


def file_names(text: str) -> tuple[str, ...]:
    """The files that a loader looks for by a name, without their folders."""
    name = text.replace("\\", "/").rpartition("/")[2]
    if not name or not name.isprintable():
        return ()
    if name.lower().endswith(_LIBRARY_ENDINGS) or ".so." in name:
        return (name,)
    return (f"lib{name}.so", f"{name}.dll", f"lib{name}.dylib")


def loads(
    data: bytes,
    members_at: int,
    texts: Mapping[int, int],
    loaders: Container[int],
    code: Container[int],
    budget: Budget,
) -> Iterator[Load]:
    """Yield each text handed to a loader in the code of a class file; nothing more where the file breaks off.

    `members_at` is where its fields begin, `texts` the String entries of the constant pool, `loaders` the numbers of
    the methods that load, `code` those of the Utf8 entries that say `Code`.
    """
    try:
        for method, start, end in _codes(data, members_at, code, budget):
            for text, offset in _handed(data[start:end], loaders, budget):
                if text in texts:
                    yield Load(texts[text], method, offset)
    except (error, IndexError):
        return  # `java_class` tells of a file that is cut


def _codes(data: bytes, offset: int, code: Container[int], budget: Budget) -> Iterator[tuple[int, int, int]]:
    """Number of each method that has code, and where that begins and ends."""
    for is_method in (False, True):
        (count,) = _U2.unpack_from(data, offset)
        offset += 2
        for number in range(count):
            (attributes,) = _MEMBER.unpack_from(data, offset)
            offset += _MEMBER.size
            for _ in range(attributes):
                budget.spend_items()
                name, length = _ATTRIBUTE.unpack_from(data, offset)
                start = offset + _ATTRIBUTE.size
                if is_method and name in code:
                    (size,) = _U4.unpack_from(data, start + 4)
                    yield number, start + _CODE_AT, min(start + _CODE_AT + size, start + length)
                offset = start + length


def _handed(code: bytes, loaders: Container[int], budget: Budget) -> Iterator[tuple[int, int]]:
    """The constant that the instruction before a call of a loader put on the stack, and where the call stands."""
    at = constant = 0
    while at < len(code):
        budget.spend_items()
        opcode = code[at]
        if opcode in _INVOKES and constant and _U2.unpack_from(code, at + 1)[0] in loaders:
            yield constant, at
        constant = 0
        if opcode == _LDC:
            constant = code[at + 1]
        elif opcode == _LDC_W:
            (constant,) = _U2.unpack_from(code, at + 1)
        at += _length(code, at, opcode)


def _length(code: bytes, at: int, opcode: int) -> int:
    if opcode == _WIDE:
        return 6 if code[at + 1] == _IINC else 4
    if opcode not in (_TABLE_SWITCH, _LOOKUP_SWITCH):
        return _LENGTHS[opcode]
    operands = (at + 4) & ~3
    if opcode == _LOOKUP_SWITCH:
        return operands + 8 + 8 * int(_U4.unpack_from(code, operands + 4)[0]) - at
    low, high = (int(number) for number in _PAIR.unpack_from(code, operands + 4))
    return operands + 12 + 4 * (((high - low) & 0xFFFFFFFF) + 1) - at
